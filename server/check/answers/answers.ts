/** How each question is answered: one that has no answer here does not compile. */
import type { QuestionName } from '@burnbook/domain/runbook/questions';
import type { Answer } from '../answer.js';
import { alertState } from './alertAnswers.js';
import { attemptErrorShare, attemptsPerOperation } from './attemptAnswers.js';
import { batchCostRatio, batchOutcome, batchVerdict } from './batchAnswers.js';
import { modelLatency } from './modelAnswers.js';
import { heartbeatAge, undeliveredMessages } from './notifyAnswers.js';
import { quarantineRatio, rowsValidShare } from './rowAnswers.js';
import {
  ackLatency,
  backupAge,
  configState,
  diskFreeShare,
  ingestRefusedShare,
  storeRestarts,
} from './serverAnswers.js';
import { burnRate, errorBudgetLeft, telemetryCoverage } from './sloAnswers.js';
import {
  costBudgetBurn,
  costBudgetSpent,
  retryWasteShare,
  unpricedCallShare,
} from './spendAnswers.js';
import { dataAge, droppedSpans, telemetryAge } from './telemetryAnswers.js';

export const answers: Readonly<Record<QuestionName, Answer>> = {
  'alert-state': alertState,
  'attempts-per-operation': attemptsPerOperation,
  'attempt-error-share': attemptErrorShare,
  'burn-rate': burnRate,
  'error-budget-left': errorBudgetLeft,
  'telemetry-coverage': telemetryCoverage,
  'telemetry-age': telemetryAge,
  'data-age': dataAge,
  'model-latency': modelLatency,
  'rows-valid-share': rowsValidShare,
  'quarantine-ratio': quarantineRatio,
  'batch-verdict': batchVerdict,
  'batch-outcome': batchOutcome,
  'batch-cost-ratio': batchCostRatio,
  'cost-budget-spent': costBudgetSpent,
  'cost-budget-burn': costBudgetBurn,
  'unpriced-call-share': unpricedCallShare,
  'retry-waste-share': retryWasteShare,
  'disk-free-share': diskFreeShare,
  'store-restarts': storeRestarts,
  'heartbeat-age': heartbeatAge,
  'dropped-spans': droppedSpans,
  'config-state': configState,
  'backup-age': backupAge,
  'undelivered-messages': undeliveredMessages,
  'ingest-refused-share': ingestRefusedShare,
  'ack-latency': ackLatency,
};
