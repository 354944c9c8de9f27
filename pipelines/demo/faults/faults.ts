import { backupFailed } from './backupFailed.js';
import { batchCostAboveNormal } from './batchCostAboveNormal.js';
import { batchFailed } from './batchFailed.js';
import { batchLateOrMissing } from './batchLateOrMissing.js';
import { collectorDropping } from './collectorDropping.js';
import { configRejected } from './configRejected.js';
import { costBudgetBurningFast, costBudgetExhausted } from './costBudgetFault.js';
import { errorBudgetBurn } from './errorBudgetBurn.js';
import type { FaultMaker } from './fault.js';
import { freshnessBreach } from './freshnessBreach.js';
import { heartbeatMissed } from './heartbeatMissed.js';
import { modelLatencyHigh } from './modelLatencyHigh.js';
import { notifierNotDelivering } from './notifierNotDelivering.js';
import { providerOutage, providerRateLimited } from './providerFault.js';
import { quarantineGrowing } from './quarantineGrowing.js';
import { retryStorm } from './retryStorm.js';
import { retryWasteHigh } from './retryWasteHigh.js';
import { rowQualityLow } from './rowQualityLow.js';
import { telemetryMissing } from './telemetryMissing.js';
import { unpricedUsage } from './unpricedUsage.js';

/** The faults by the alert that they raise. */
export const faults: Readonly<Record<string, FaultMaker>> = {
  BackupFailed: backupFailed,
  BatchCostAboveNormal: batchCostAboveNormal,
  BatchFailed: batchFailed,
  BatchLateOrMissing: batchLateOrMissing,
  CollectorDropping: collectorDropping,
  ConfigRejected: configRejected,
  CostBudgetBurningFast: costBudgetBurningFast,
  CostBudgetExhausted: costBudgetExhausted,
  ErrorBudgetBurn: errorBudgetBurn,
  FreshnessBreach: freshnessBreach,
  HeartbeatMissed: heartbeatMissed,
  ModelLatencyHigh: modelLatencyHigh,
  NotifierNotDelivering: notifierNotDelivering,
  ProviderOutage: providerOutage,
  ProviderRateLimited: providerRateLimited,
  QuarantineGrowing: quarantineGrowing,
  RetryStorm: retryStorm,
  RetryWasteHigh: retryWasteHigh,
  RowQualityLow: rowQualityLow,
  TelemetryMissing: telemetryMissing,
  UnpricedUsage: unpricedUsage,
};
