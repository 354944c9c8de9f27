/** Puts together what judges SLOs and the batches that are due, and starts it. */
import type { AlertCondition, AlertSubject } from '@burnbook/domain/alert/alert';
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import type { Slo } from '@burnbook/domain/slo/slo';
import { DAY_NS, HOUR_NS } from '@burnbook/domain/time';
import type { StoreClient } from '../store/storeClient.js';
import type { ExclusionBook } from './exclusionBook.js';
import { OccurrenceBook } from './occurrenceBook.js';
import type { ServerMeter } from './serverMeter.js';
import { SloEngine } from './sloEngine.js';
import { SloStakes } from './sloStakes.js';
import { SloWatch } from './sloWatch.js';

export interface SloJudgingOptions {
  readonly store: StoreClient;
  /** UTC nanoseconds. */
  readonly nowNs: () => bigint;
  readonly meter: ServerMeter;
  readonly exclusions: ExclusionBook;
  readonly ownerOf: (pipeline: string) => string | null;
  /** Names of the SLOs that the configuration has now. */
  readonly definedSlos: () => readonly string[];
  /** Takes over all that one of both sees. `withdrawn`: why the definition behind an alert is gone; null: it is there. */
  readonly tell: (
    source: 'slo' | 'occurrence',
    conditions: readonly AlertCondition[],
    atNs: bigint,
    withdrawn: (subject: AlertSubject) => string | null,
  ) => Promise<void>;
  readonly report: (error: unknown) => void;
}

export interface SloJudging {
  readonly occurrences: OccurrenceBook;
  readonly slos: SloEngine;
  readonly sloWatch: SloWatch;
}

/** SLOs look back a year at most, and a month ahead for what is expected. */
const EXCLUDED_NS_MAX = 400n * DAY_NS;

export function judgeSlos(options: SloJudgingOptions): SloJudging {
  const { store, nowNs, meter, exclusions, ownerOf, definedSlos, tell, report } = options;
  const occurrences = new OccurrenceBook({
    store,
    nowNs,
    excluded: (pipeline, span) =>
      exclusions
        .spansOf({ slo: null, service: null, pipelines: [pipeline] }, span)
        .map(({ startNs, endNs, exclusion }) => ({ startNs, endNs, reason: exclusion.reason })),
    ownerOf,
    onConditions: (conditions, atNs, withdrawn) => tell('occurrence', conditions, atNs, withdrawn),
  });
  /** Asked several times an evaluation; what an hour changes of it lies a year away. */
  let excludedTime = new WeakMap<
    Slo,
    { readonly hour: bigint; readonly spans: readonly TimeSpan[] }
  >();
  const slos = new SloEngine({
    store,
    nowNs,
    meter,
    occurrences,
    excluded: (slo) => {
      const hour = nowNs() / HOUR_NS;
      const known = excludedTime.get(slo);
      if (known?.hour === hour) return known.spans;
      const { name, service, pipelines } = slo;
      const spans = exclusions.excludedTime(
        { slo: name, service, pipelines },
        { startNs: hour * HOUR_NS - EXCLUDED_NS_MAX, endNs: hour * HOUR_NS + EXCLUDED_NS_MAX },
      );
      excludedTime.set(slo, { hour, spans });
      return spans;
    },
    onConditions: async (conditions, atNs) => {
      const measured = await stakes.measured(conditions, atNs);
      const names = new Set(definedSlos());
      await tell('slo', measured, atNs, ({ slo }) =>
        slo === undefined || names.has(slo) ? null : `the SLO ${slo} was removed`,
      );
      return !stakes.isIncomplete;
    },
    report,
  });
  const stakes = new SloStakes({
    store,
    reports: () => slos.statuses(),
    occurrences: () => occurrences.all(),
    excluded: (slo) => slos.excludedOf(slo),
  });
  const sloWatch = new SloWatch({ engine: slos, nowNs, report });
  exclusions.listen(() => {
    excludedTime = new WeakMap();
    occurrences.excludedAnew();
    slos.exclusionsChanged();
    sloWatch.touched();
  });
  return { occurrences, slos, sloWatch };
}
