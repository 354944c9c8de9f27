/** One SLO as it was judged last. */
import type { SloStatus } from '@burnbook/domain/slo/evaluate';
import type { OccurrenceStatus } from '@burnbook/domain/slo/occurrenceBurn';
import type { Slo } from '@burnbook/domain/slo/slo';
import type { Counts } from './countSeries.js';
import type { HistoryProgress } from './historyCount.js';

export interface ExcludedTime {
  readonly seconds: number;
  /** Events in it. */
  readonly counts: Pick<Counts, 'good' | 'total'>;
  /** Share of the error budget that would be left if it counted, signed; null: no event. */
  readonly leftWithout: number | null;
}

export interface SloReport {
  readonly slo: Slo;
  readonly version: number;
  /** When this version came into force. */
  readonly versionFromNs: bigint;
  readonly status: SloStatus;
  /** Time of the period so far that does not count; null: there is none. */
  readonly excluded: ExcludedTime | null;
  /** How much of its indicator's past is counted; null: all of it. */
  readonly history: HistoryProgress | null;
  /** Why its indicator cannot be counted; null: it can. */
  readonly problem: string | null;
  /** Of an SLO of a deadline, which has no windows; null: it is none. */
  readonly occurrences: OccurrenceStatus | null;
}
