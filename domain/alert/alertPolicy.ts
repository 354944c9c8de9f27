/** How an alert of a name comes and goes, where the rule that raises it has no hysteresis of its own. */
import type { AlertName } from '../alertNames.js';
import { MINUTE_NS } from '../time.js';
import type { AlertSource } from './alert.js';

export interface AlertPolicy {
  /** How long its condition must hold before it fires. */
  readonly pendingNs: bigint;
  /** How long its condition must be gone before it resolves or becomes less severe. */
  readonly clearNs: bigint;
  /** A failure of what its pipeline is fed from explains it. */
  readonly followsUpstream: boolean;
}

const AT_ONCE: AlertPolicy = { pendingNs: 0n, clearNs: 0n, followsUpstream: false };
/** Shares over a sliding window cross their limit back and forth. */
const SHARE: AlertPolicy = { ...AT_ONCE, clearNs: 5n * MINUTE_NS };
/** A service that is as bad as its target allows hovers around an empty budget. */
const BUDGET: AlertPolicy = { ...AT_ONCE, clearNs: 60n * MINUTE_NS };
const FED: AlertPolicy = { ...AT_ONCE, followsUpstream: true };

const POLICIES: Readonly<Partial<Record<AlertName, AlertPolicy>>> = {
  RetryStorm: SHARE,
  RetryWasteHigh: SHARE,
  ProviderRateLimited: SHARE,
  ProviderOutage: SHARE,
  UnpricedUsage: SHARE,
  DiskNearlyFull: SHARE,
  ErrorBudgetExhausted: BUDGET,
  BatchLateOrMissing: FED,
  BatchFailed: FED,
  FreshnessBreach: FED,
  RowQualityLow: FED,
  QuarantineGrowing: FED,
};

export const policyOf = (name: AlertName): AlertPolicy => POLICIES[name] ?? AT_ONCE;

/** Whether a person may end it while it fires: those of budgets and burn rates end by their figures alone. */
export const isClosable = (source: AlertSource): boolean => source !== 'slo' && source !== 'budget';
