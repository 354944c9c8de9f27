/** An SLO as the product understands it: OpenSLO's words, with what a pipeline's indicator needs. */

import type { BurnLimit } from './burnRate.js';

/** What counts as an event. `rows` weigh more than one an occurrence. */
export const EVENT_KINDS = [
  'attempts',
  'operations',
  'runs',
  'modelCalls',
  'rows',
  'qualityChecks',
  /** What the server did itself: requests taken, messages delivered. */
  'server',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Attribute → one value or several of which one must match; a value may end in `*`. An empty filter takes every event. */
export type EventFilter = Readonly<Record<string, readonly string[]>>;

export interface EventQuery {
  readonly events: EventKind;
  readonly where: EventFilter;
}

export type ThresholdOp = 'lt' | 'lte' | 'gt' | 'gte';

/** What an indicator measures; two SLOs with the same one share its counts. */
export type Indicator =
  /** Good over total; where `bad` is said, good is what is left. Both count the same kind of event. */
  | {
      readonly kind: 'ratio';
      readonly total: EventQuery;
      readonly good: EventQuery | null;
      readonly bad: EventQuery | null;
    }
  /** Events whose value stands the test. `latency` in milliseconds; `value` is a number on the event. */
  | {
      readonly kind: 'threshold';
      readonly events: EventQuery;
      readonly value: string;
      readonly op: ThresholdOp;
      readonly limit: number;
    }
  /** A minute is good while the newest success (of a pipeline or a dataset) is not older than that. */
  | {
      readonly kind: 'freshness';
      readonly pipeline: string | null;
      readonly dataset: string | null;
      readonly ageMaxNs: bigint;
    }
  /** Occurrences that the pipeline's schedule expects. */
  | { readonly kind: 'deadline'; readonly pipeline: string; readonly weight: OccurrenceWeight }
  /** A checked SELECT of (at, good, total) between `$from` and `$to`. */
  | { readonly kind: 'sql'; readonly sql: string; readonly pipeline: string | null };

export type OccurrenceWeight = 'occurrences' | 'rows' | 'dollars';

export type BudgetingMethod = 'Occurrences' | 'Timeslices' | 'RatioTimeslices';

export type SloWindow =
  | { readonly kind: 'rolling'; readonly durationNs: bigint }
  | {
      readonly kind: 'calendar';
      readonly unit: 'day' | 'week' | 'month' | 'quarter' | 'year';
      readonly count: number;
      /** A beginning of a period, wall clock of the zone. */
      readonly startTime: string;
      readonly timeZone: string;
    };

export type Severity = 'page' | 'ticket';

/** Long window with the short one that says whether it still burns. */
export interface WindowPair extends BurnLimit {
  readonly severity: Severity;
  readonly longNs: bigint;
  readonly shortNs: bigint;
}

export interface AlertPolicy {
  readonly name: string;
  readonly pairs: readonly WindowPair[];
  /** Names of destinations; none: those of the file `notify.yaml` for the severity. */
  readonly destinations: readonly string[];
}

export interface Slo {
  readonly name: string;
  readonly displayName: string;
  readonly service: string;
  readonly description: string;
  /** Hash of `indicator`: the key of its counts. */
  readonly indicatorId: string;
  readonly indicator: Indicator;
  readonly method: BudgetingMethod;
  /** Share of good events, between 0 and 1; exactly `targetPpb` billionths. */
  readonly target: number;
  readonly targetPpb: number;
  /** Of Timeslices: share of good in a slice that makes the slice good, and its length. */
  readonly slice: { readonly target: number; readonly lengthNs: bigint } | null;
  readonly window: SloWindow;
  readonly policies: readonly AlertPolicy[];
  /** Pipelines that its events come from, as far as its filter says so; empty: any. */
  readonly pipelines: readonly string[];
  readonly owner: string | null;
  readonly runbook: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Where its text stands. */
  readonly file: string;
  readonly line: number;
}
