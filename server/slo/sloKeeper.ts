/** Keeps how SLOs stood: at each change of their state, and every hour; and takes it up again after a start. */
import type { StandingPair } from '@burnbook/domain/slo/pairStatus';
import type { StoreClient } from '../store/storeClient.js';
import type { SloReport } from './sloEngine.js';
import { sloVerdict } from './sloVerdict.js';

const HOUR_NS = 3_600_000_000_000n;
/** What stood longer ago says nothing of now. */
const STANDING_FOR_NS = 8n * 24n * HOUR_NS;
const TIMEOUT_MS = 60_000;

/** What a snapshot says besides its counts, as it is stored. */
export interface SnapshotFacts {
  readonly state: string;
  readonly verdict: string;
  readonly budgetLeft: number | null;
  readonly periodFrom: string;
  readonly periodTo: string;
  /** Pairs that hold; times as texts. */
  readonly standing: readonly {
    readonly name: string;
    readonly since: string;
    readonly frozenSince: string | null;
  }[];
}

interface Kept {
  readonly atNs: bigint;
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
      kept.set(name, { atNs: row['at_ns'] as bigint, standing: standingKey(facts) });
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
      const standing = standingKey(facts);
      const before = known.get(report.slo.name);
      if (before && before.standing !== standing) changed.push(report.slo.name);
      const isDue = before?.standing !== standing || hourOf(before.atNs) !== hourOf(nowNs);
      return isDue ? [{ report, facts, standing }] : [];
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
    for (const { report, standing } of due) known.set(report.slo.name, { atNs: nowNs, standing });
    this.#kept = known;
    return changed;
  }
}

function factsOf(report: SloReport): SnapshotFacts {
  const { state, budget, period, pairs } = report.status;
  return {
    state,
    verdict: sloVerdict(report),
    budgetLeft: budget.left,
    periodFrom: String(period.fromNs),
    periodTo: String(period.toNs),
    standing: pairs.flatMap(({ name, holds, sinceNs, frozenSinceNs }) =>
      holds && sinceNs !== null
        ? [{ name, since: String(sinceNs), frozenSince: frozenSinceNs?.toString() ?? null }]
        : [],
    ),
  };
}

const standingKey = ({ state, standing }: SnapshotFacts): string =>
  JSON.stringify([state, standing]);
const hourOf = (ns: bigint): bigint => ns / HOUR_NS;
