/**
 * Every alert that the product can raise today. Each has exactly one runbook, `runbooks/<name>.md`, which
 * `tests/tidy.test.ts` enforces.
 */
export const alertNames = [
  'AckLatencyHigh',
  'BackupFailed',
  'BatchCostAboveNormal',
  'BatchFailed',
  'BatchLateOrMissing',
  'CollectorDropping',
  'ConfigRejected',
  'CostBudgetBurningFast',
  'CostBudgetExhausted',
  'DiskNearlyFull',
  'ErrorBudgetBurn',
  'ErrorBudgetExhausted',
  'FreshnessBreach',
  'HeartbeatMissed',
  'IngestRefusing',
  'ModelLatencyHigh',
  'NotifierNotDelivering',
  'ProviderOutage',
  'ProviderRateLimited',
  'QuarantineGrowing',
  'RetryStorm',
  'RetryWasteHigh',
  'RowQualityLow',
  'StoreRestarted',
  'TelemetryMissing',
  'UnpricedUsage',
] as const;

export type AlertName = (typeof alertNames)[number];
