import { ackLatencyHigh } from './ackLatencyHigh.js';
import { backupFailed } from './backupFailed.js';
import { batchCostAboveNormal } from './batchCostAboveNormal.js';
import { batchFailed } from './batchFailed.js';
import { batchLateOrMissing } from './batchLateOrMissing.js';
import { collectorDropping } from './collectorDropping.js';
import { configRejected } from './configRejected.js';
import { costBudgetBurningFast, costBudgetExhausted } from './costBudgetFault.js';
import { diskNearlyFull } from './diskNearlyFull.js';
import { errorBudgetBurn, errorBudgetExhausted } from './errorBudgetBurn.js';
import type { FaultMaker } from './fault.js';
import { freshnessBreach } from './freshnessBreach.js';
import { heartbeatMissed } from './heartbeatMissed.js';
import { ingestRefusing } from './ingestRefusing.js';
import { modelLatencyHigh } from './modelLatencyHigh.js';
import { notifierNotDelivering } from './notifierNotDelivering.js';
import { providerOutage, providerRateLimited } from './providerFault.js';
import { quarantineGrowing } from './quarantineGrowing.js';
import { restoreFromBackup } from './restoreFromBackup.js';
import { retryStorm } from './retryStorm.js';
import { retryWasteHigh } from './retryWasteHigh.js';
import { rowQualityLow } from './rowQualityLow.js';
import { storeRestarted } from './storeRestarted.js';
import { telemetryMissing } from './telemetryMissing.js';
import { unpricedUsage } from './unpricedUsage.js';

/** The faults by the alert that they raise, or by the procedure that they call for. */
export const faults: Readonly<Record<string, FaultMaker>> = {
  AckLatencyHigh: ackLatencyHigh,
  BackupFailed: backupFailed,
  BatchCostAboveNormal: batchCostAboveNormal,
  BatchFailed: batchFailed,
  BatchLateOrMissing: batchLateOrMissing,
  CollectorDropping: collectorDropping,
  ConfigRejected: configRejected,
  CostBudgetBurningFast: costBudgetBurningFast,
  CostBudgetExhausted: costBudgetExhausted,
  DiskNearlyFull: diskNearlyFull,
  ErrorBudgetBurn: errorBudgetBurn,
  ErrorBudgetExhausted: errorBudgetExhausted,
  FreshnessBreach: freshnessBreach,
  HeartbeatMissed: heartbeatMissed,
  IngestRefusing: ingestRefusing,
  ModelLatencyHigh: modelLatencyHigh,
  NotifierNotDelivering: notifierNotDelivering,
  ProviderOutage: providerOutage,
  ProviderRateLimited: providerRateLimited,
  QuarantineGrowing: quarantineGrowing,
  RestoreFromBackup: restoreFromBackup,
  RetryStorm: retryStorm,
  RetryWasteHigh: retryWasteHigh,
  RowQualityLow: rowQualityLow,
  StoreRestarted: storeRestarted,
  TelemetryMissing: telemetryMissing,
  UnpricedUsage: unpricedUsage,
};
