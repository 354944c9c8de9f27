/** Who is told of what, as `notify.yaml` says. */
import type { AlertSubject } from '../alert/alert.js';
import type { Severity } from '../slo/slo.js';
import type { Secret } from './secret.js';

export const DESTINATION_KINDS = [
  'webhook',
  'slack',
  'pagerduty',
  'alertmanager',
  'email',
] as const;
export type DestinationKind = (typeof DESTINATION_KINDS)[number];

/** What a matcher may ask of an alert besides what the alert is about. */
export const LABELS = [
  'name',
  'severity',
  'owner',
  'slo',
  'pipeline',
  'batch',
  'occurrence',
  'step',
  'budget',
  'budgetKind',
  'period',
  'model',
  'provider',
  'destination',
  'heartbeat',
  'file',
  'pair',
] as const satisfies readonly ('name' | 'severity' | 'owner' | keyof AlertSubject)[];

/** When a message that was not delivered is tried again, and when it is given up. */
export interface RetryPeriods {
  /** The second try comes within it, each further one within twice as long. */
  readonly firstMs: number;
  /** The longest that this becomes. */
  readonly longestMs: number;
  /** A message is tried for at least as long. */
  readonly giveUpMs: number;
}

const HOUR_MS = 3_600_000;
export const RETRY_PERIODS: RetryPeriods = {
  firstMs: 10_000,
  longestMs: 6 * HOUR_MS,
  giveUpMs: 72 * HOUR_MS,
};

interface AnyDestination {
  readonly name: string;
  readonly severities: readonly Severity[];
  /** Label → value, which may end in `*`; all must match. */
  readonly matchers: Readonly<Record<string, string>>;
  readonly ratePerMinute: number;
  readonly timeoutMs: number;
  readonly retry: RetryPeriods;
  /** Whether it may lie in a private network, and be spoken to without TLS. */
  readonly allowPrivate: boolean;
  /** Nobody is woken by it. */
  readonly isTest: boolean;
}

/** `secret`: webhook: the signing secrets, separated by spaces; pagerduty: the routing key; alertmanager: a bearer token. */
export interface HttpDestination extends AnyDestination {
  readonly kind: Exclude<DestinationKind, 'email'>;
  readonly url: Secret;
  readonly secret: Secret | null;
}

export interface EmailDestination extends AnyDestination {
  readonly kind: 'email';
  readonly url: Secret;
  readonly user: string | null;
  readonly secret: Secret | null;
  readonly from: string;
  readonly to: readonly string[];
}

export type Destination = HttpDestination | EmailDestination;

/** Somebody else's sign of life that is expected here. */
export interface ExpectedHeartbeat {
  readonly name: string;
  readonly everySeconds: number;
  readonly graceSeconds: number;
  readonly owner: string | null;
  readonly severity: Severity;
}

/** Our own sign of life, sent to a watchdog elsewhere. */
export interface HeartbeatTarget {
  readonly url: Secret;
  readonly everySeconds: number;
  readonly allowPrivate: boolean;
}

export interface NotifySettings {
  /** Where people reach this server, without a slash at its end; links in messages begin with it. */
  readonly publicUrl: string | null;
  readonly destinations: readonly Destination[];
  /** Names of the destinations of an escalation. */
  readonly escalateTo: readonly string[];
  readonly heartbeat: HeartbeatTarget | null;
  readonly heartbeats: readonly ExpectedHeartbeat[];
}

export const NO_NOTIFY_SETTINGS: NotifySettings = {
  publicUrl: null,
  destinations: [],
  escalateTo: [],
  heartbeat: null,
  heartbeats: [],
};
