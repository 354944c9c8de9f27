/** Keeps how SLOs stood: at each change of their state, and every hour; and takes it up again after a start. */
import type { StandingPair } from '@burnbook/domain/slo/pairStatus';
import { HOUR_NS } from '@burnbook/domain/time';
import type { StoreClient } from '../store/storeClient.js';
import { MINUTE_HOURS } from './countSeries.js';
import { minuteOfNs } from './eventGroup.js';
import { hasSlices } from './sliceSeries.js';
import type { SloReport } from './sloReport.js';
import { sloVerdict, verdictFacts, type VerdictFacts } from './sloVerdict.js';

const HOUR = 60;
/** What stood longer ago says nothing of now. */
const STANDING_FOR_NS = 8n * 24n * HOUR_NS;
const TIMEOUT_MS = 60_000;

/** What a snapshot says besides its counts, as it is stored. */
export interface SnapshotFacts {
  /** Why it was kept: an alert began or ended, or time passed. */
  readonly kind: 'snapshot' | 'alert';
  readonly state: string;
  readonly verdict: string;
  /** What the verdict says; left out: it was kept before there was such. */
  readonly said?: VerdictFacts;
  readonly budgetLeft: number | null;
  readonly totalExpected: number;
  /** Minutes that its counts are the sum of: the far end to the hour, where memory has no minutes. */
  readonly counted: { readonly from: number; readonly to: number };
  /** What of these minutes did not count then; left out: nothing. */
  readonly excluded?: { readonly good: number; readonly total: number };
  /** Its counts are of slices of time. */
  readonly isOfSlices: boolean;
  /** Where these slices begin, to the minute; left out: nobody kept it, or they are none. */
  readonly slicesFrom?: number;
  /** Pairs that hold; times as texts. */
  readonly standing: readonly {
    readonly name: string;
    readonly since: string;
    readonly frozenSince: string | null;
  }[];
}

interface Kept {
  readonly atNs: bigint;
  /** Pairs that held. */
  readonly pairs: string;
  /** What makes another snapshot when it changes. */
  readonly standing: string;
}

export class SloKeeper {
  readonly #store: StoreClient;
  #kept: Map<string, Kept> | null = null;

  constructor(store: StoreClient) {
    this.#store = store;
  }

  /** Pairs that held at the newest snapshot of each SLO; once, at the start. null: they are known. */
  async load(nowNs: bigint): Promise<ReadonlyMap<string, readonly StandingPair[]> | null> {
    if (this.#kept) return null;
    const rows = await this.#store.query(
      'slo_newest_snapshots',
      { since: nowNs - STANDING_FOR_NS },
      { timeoutMs: TIMEOUT_MS },
    );
    const kept = new Map<string, Kept>();
    const standing = new Map<string, StandingPair[]>();
    for (const row of rows) {
      const name = row['slo'] as string;
      const facts = JSON.parse(row['facts'] as string) as SnapshotFacts;
      kept.set(name, keptOf(facts, row['at_ns'] as bigint));
      standing.set(
        name,
        facts.standing.map(({ name: pair, since, frozenSince }) => ({
          name: pair,
          sinceNs: BigInt(since),
          frozenSinceNs: frozenSince === null ? null : BigInt(frozenSince),
        })),
      );
    }
    this.#kept = kept;
    return standing;
  }

  /** Stores those that stand otherwise than before, or were not kept for an hour. @returns the names of the first. */
  async keep(reports: readonly SloReport[], nowNs: bigint): Promise<string[]> {
    const known = this.#kept ?? new Map<string, Kept>();
    const changed: string[] = [];
    const due = reports.flatMap((report) => {
      const facts = factsOf(report);
      const now = keptOf(facts, nowNs);
      const before = known.get(report.slo.name);
      if (before && before.standing !== now.standing) changed.push(report.slo.name);
      const isDue = before?.standing !== now.standing || hourOf(before.atNs) !== hourOf(nowNs);
      const isAlert = now.pairs !== (before?.pairs ?? NO_PAIRS);
      const kind = isAlert ? ('alert' as const) : ('snapshot' as const);
      return isDue ? [{ report, facts: { ...facts, kind }, now }] : [];
    });
    if (due.length === 0) return changed;
    await this.#store.command('keepSlos', {
      snapshots: due.map(({ report, facts }) => ({
        slo: report.slo.name,
        version: report.version,
        good: BigInt(report.status.period.good),
        total: BigInt(report.status.period.total),
        facts: JSON.stringify(facts),
      })),
      atNs: nowNs,
    });
    for (const { report, now } of due) known.set(report.slo.name, now);
    this.#kept = known;
    return changed;
  }
}

function factsOf(report: SloReport): Omit<SnapshotFacts, 'kind'> {
  const { slo, status } = report;
  const { state, budget, period, pairs, atNs } = status;
  return {
    state,
    verdict: sloVerdict(report),
    said: verdictFacts(report),
    budgetLeft: budget.left,
    totalExpected: budget.totalExpected,
    counted: {
      from: countedFrom(minuteOfNs(period.fromNs), minuteOfNs(atNs)),
      to: minuteOfNs(period.toNs),
    },
    ...(report.excluded === null ? {} : { excluded: report.excluded.counts }),
    isOfSlices: hasSlices(slo),
    ...(hasSlices(slo) ? { slicesFrom: minuteOfNs(period.fromNs) } : {}),
    standing: pairs.flatMap(({ name, holds, sinceNs, frozenSinceNs }) =>
      holds && sinceNs !== null
        ? [{ name, since: String(sinceNs), frozenSince: frozenSinceNs?.toString() ?? null }]
        : [],
    ),
  };
}

/** Where memory has hours alone, an hour counts as a whole when most of it is asked for. */
function countedFrom(from: number, nowMinute: number): number {
  const hour = Math.floor(from / HOUR);
  if (hour > Math.floor(nowMinute / HOUR) - MINUTE_HOURS) return from;
  return from % HOUR < HOUR / 2 ? hour * HOUR : (hour + 1) * HOUR;
}

type Standing = Pick<SnapshotFacts, 'state' | 'standing'>;

const keptOf = ({ state, standing }: Standing, atNs: bigint): Kept => ({
  atNs,
  standing: JSON.stringify([state, standing]),
  pairs: JSON.stringify(standing.map(({ name }) => name)),
});
const NO_PAIRS = '[]';
const hourOf = (ns: bigint): bigint => ns / HOUR_NS;
