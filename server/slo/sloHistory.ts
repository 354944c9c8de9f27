/** What was shown of an SLO when it was decided, beside what is known now. */
import { budgetPpb } from '@burnbook/domain/slo/burnRate';
import { badOfText } from '@burnbook/domain/slo/eventUnit';
import type { Verdict } from '@burnbook/domain/slo/occurrence';
import type { Slo } from '@burnbook/domain/slo/slo';
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import type { Counts } from './countSeries.js';
import { nsOfMinute } from './eventGroup.js';
import type { VerdictFacts } from './sloVerdict.js';
import type { SnapshotFacts } from './sloKeeper.js';

export interface KnownFacts {
  readonly good: number;
  readonly total: number;
  readonly budgetLeft: number | null;
  readonly verdict: string;
  /** What the verdict says; left out: it is of an occurrence, or nobody kept it. */
  readonly facts?: VerdictFacts;
  /** Of an occurrence: its verdict in a word. */
  readonly outcome?: Verdict;
}

export interface HistoryItem {
  readonly atNs: bigint;
  readonly version: number;
  readonly kind: SnapshotFacts['kind'] | 'occurrence';
  readonly knownThen: KnownFacts;
  readonly correctedNow: KnownFacts;
  readonly causes: readonly string[];
  /** Nominal time of the occurrence that it is about. */
  readonly occurrence?: bigint;
}

/** What is counted by more than stored minutes: the occurrences of a deadline. */
export interface CorrectedNow {
  readonly good: number;
  readonly total: number;
  readonly causes: readonly string[];
}

/** The same of slices: what of them does not count now is known with them. */
export interface CorrectedSlices extends Pick<CorrectedNow, 'good' | 'total'> {
  readonly excluded: Pick<Counts, 'good' | 'total'>;
}

export interface HistoryPage {
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly limit: number;
  readonly offset: number;
}

/** What of a version's definition its budget goes by. */
export type VersionFacts = Pick<Slo, 'indicatorId' | 'targetPpb' | 'method'> & {
  /** As JSON has it. */
  readonly slice: { readonly target: number; readonly lengthNs: bigint | string } | null;
};

const PPB = 1e9;

/** @param unstored counts of an indicator by minute that only memory has. */
export async function sloHistory(
  store: StoreClient,
  slo: Slo,
  {
    page: { fromNs, toNs, limit, offset },
    unstored,
    excluded,
    corrected,
    slices,
  }: {
    readonly page: HistoryPage;
    readonly unstored: (indicatorId: string) => ReadonlyMap<number, Counts>;
    /** Counts of an indicator from one minute to another that do not count now. */
    readonly excluded: (
      indicatorId: string,
      from: number,
      to: number,
    ) => Pick<Counts, 'good' | 'total'>;
    /** What is known now of minutes of which something was shown at an instant; null: the stored minutes tell. */
    readonly corrected:
      | ((span: {
          readonly from: number;
          readonly to: number;
          readonly atNs: bigint;
        }) => CorrectedNow)
      | null;
    /** What is known now of the slices of these minutes; null: they are not at hand any more, or are other slices. */
    readonly slices: (
      definition: VersionFacts,
      span: { readonly from: number; readonly to: number },
    ) => CorrectedSlices | null;
  },
): Promise<HistoryItem[]> {
  const [snapshots, versions] = await Promise.all([
    store.query('slo_snapshots', { name: slo.name, from: fromNs, to: toNs, limit, offset }),
    store.query('slo_versions', { name: slo.name }),
  ]);
  const known = snapshots.map((row) => {
    const version = Number(row['version']);
    return {
      row,
      version,
      facts: factsOf(row),
      definition: definitionOf(versions, version) ?? slo,
    };
  });
  const counted = corrected ? null : await correctedCounts(store, known);
  return known.map(({ row, version, facts, definition }, index) => {
    const shown = { good: Number(row['good']), total: Number(row['total']) };
    const { from, to } = facts.counted;
    const open = { good: 0, total: 0 };
    for (const [minute, counts] of unstored(definition.indicatorId)) {
      if (minute < from || minute >= to) continue;
      open.good += counts.good;
      open.total += counts.total;
    }
    const atNs = row['at_ns'] as bigint;
    const occurred = corrected?.({ from, to, atNs });
    const stored = counted?.get(index);
    const sliced =
      facts.slicesFrom === undefined ? null : slices(definition, { from: facts.slicesFrom, to });
    const out = sliced?.excluded ?? excluded(definition.indicatorId, from, to);
    const then = facts.excluded ?? { good: 0, total: 0 };
    const isExcludedAnew = out.good !== then.good || out.total !== then.total;
    // Slices are no sum of events: what is not at hand any more stays as it was shown.
    const now = facts.isOfSlices
      ? (sliced ?? shown)
      : (occurred ?? {
          good: (stored?.good ?? 0) + open.good - out.good,
          total: (stored?.total ?? 0) + open.total - out.total,
        });
    const shownFacts: KnownFacts = {
      ...shown,
      budgetLeft: facts.budgetLeft,
      verdict: facts.verdict,
      ...(facts.said ? { facts: facts.said } : {}),
    };
    const differs = now.good !== shown.good || now.total !== shown.total;
    return {
      atNs,
      version,
      kind: facts.kind,
      knownThen: shownFacts,
      correctedNow: differs
        ? correctedFacts({ good: now.good, total: now.total }, { shown, facts, definition, slo })
        : shownFacts,
      causes: differs
        ? causesOf([
            ...(stored?.causes ?? occurred?.causes ?? []),
            ...(isExcludedAnew ? ['exclusion'] : []),
          ])
        : [],
    };
  });
}

interface Corrected {
  readonly good: number;
  readonly total: number;
  readonly causes: readonly string[];
}

async function correctedCounts(
  store: StoreClient,
  known: readonly { row: QueryRow; facts: SnapshotFacts; definition: VersionFacts }[],
): Promise<ReadonlyMap<number, Corrected>> {
  if (known.length === 0) return new Map();
  const rows = await store.query('slo_corrected', {
    numbers: known.map((_, index) => BigInt(index)),
    indicators: known.map(({ definition }) => definition.indicatorId),
    froms: known.map(({ facts }) => nsOfMinute(facts.counted.from)),
    tos: known.map(({ facts }) => nsOfMinute(facts.counted.to)),
    ats: known.map(({ row }) => row['at_ns'] as bigint),
  });
  return new Map(
    rows.map((row) => [
      Number(row['number']),
      {
        good: Number(row['good']),
        total: Number(row['total']),
        causes: listOf(row['causes']),
      },
    ]),
  );
}

function correctedFacts(
  now: { readonly good: number; readonly total: number },
  {
    shown,
    facts,
    definition,
    slo,
  }: {
    readonly shown: { readonly total: number };
    readonly facts: SnapshotFacts;
    readonly definition: VersionFacts;
    readonly slo: Slo;
  },
): KnownFacts {
  const expected = facts.totalExpected + now.total - shown.total;
  const allowed = (budgetPpb(definition) / PPB) * expected;
  const bad = now.total - now.good;
  const budgetLeft = now.total > 0 && allowed > 0 ? 1 - bad / allowed : null;
  const left =
    budgetLeft === null
      ? 'no event is known'
      : `${Number((budgetLeft * 100).toPrecision(3))} % of the error budget was left`;
  return {
    ...now,
    budgetLeft,
    verdict: `By what is known now: ${badOfText(slo, { bad, total: now.total })}, ${left}.`,
  };
}

/** What came after its minute was shown, but in time for its count, was late for whoever looked. */
const causesOf = (causes: readonly string[]): string[] =>
  [...new Set(causes.map((cause) => (cause === 'counted' ? 'late' : cause)))].toSorted();

const factsOf = (row: QueryRow): SnapshotFacts =>
  JSON.parse(row['facts'] as string) as SnapshotFacts;

function definitionOf(versions: readonly QueryRow[], version: number): VersionFacts | null {
  const text = versions.find((row) => Number(row['version']) === version)?.['definition'];
  return typeof text === 'string' ? (JSON.parse(text) as VersionFacts) : null;
}

function listOf(value: unknown): string[] {
  const items = (value as { readonly items?: readonly unknown[] } | null)?.items ?? [];
  return items.map(String);
}
