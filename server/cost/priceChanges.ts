/** Prices that will change, and what of a budget's spend they concern: the forecast steps them in. */
import { scopeMatches, type CostBudget } from '@burnbook/domain/costBudget';
import type { PriceStep } from '@burnbook/domain/forecast';
import type { PriceVersion, UnitPrice } from '@burnbook/domain/price';
import { DAY_NS } from '@burnbook/domain/time';
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { originOf } from './budgetSpend.js';

/** What is known today of the prices of later. */
export interface PriceSchedule {
  /**
   * When a rule of the overlay begins or ends to be valid, UTC nanoseconds, in any order: the ledger has it too, but a
   * moment later.
   */
  readonly changesNs: () => readonly bigint[];
  /** The price of a call at a time, as known now; null: none. */
  readonly priceAt: (
    call: { readonly provider: string | null; readonly model: string; readonly tier: string },
    atNs: bigint,
  ) => PriceVersion | null;
}

export interface PriceChange extends PriceStep {
  readonly provider: string;
  readonly model: string;
}

const SINCE_NS = 28n * DAY_NS;
/** No forecast looks further ahead. */
const AHEAD_NS = 400n * DAY_NS;
const CHANGES_MAX = 20;
/** Times and tiers. */
const RECORDED_MAX = 1_000;

interface Group {
  readonly row: QueryRow;
  readonly costNano: bigint;
  readonly series: string | null;
}

/** @returns for each budget, in their order, the changes that concern it. */
export async function priceChanges(
  store: StoreClient,
  schedule: PriceSchedule,
  { budgets, nowNs }: { readonly budgets: readonly CostBudget[]; readonly nowNs: bigint },
): Promise<readonly (readonly PriceChange[])[]> {
  const recorded = await recordedTimes(store, schedule, nowNs);
  const times = [...new Set([...schedule.changesNs(), ...recorded])]
    .filter((ns) => ns > nowNs && ns < nowNs + AHEAD_NS)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .slice(0, CHANGES_MAX);
  if (times.length === 0) return budgets.map(() => []);
  const rows = await store.query('spend_origins', { since: nowNs - SINCE_NS });
  const groups = rows.map((row): Group => ({
    row,
    costNano: row['cost'] as bigint,
    series:
      row['model'] === null ? null : JSON.stringify([row['provider'], row['model'], row['tier']]),
  }));
  return budgets.map(({ scope }) => {
    const own = groups.filter(({ row }) => scopeMatches(scope, originOf(row)));
    const totalNano = sumOf(own);
    const series = new Set(own.flatMap((group) => group.series ?? []));
    return [...series].flatMap((name) =>
      changesOf(
        own.filter((group) => group.series === name),
        { name, times, nowNs, totalNano, schedule },
      ),
    );
  });
}

/** When the ledger says that a price of a model in use changes: a catalogue knows many others. */
async function recordedTimes(
  store: StoreClient,
  schedule: PriceSchedule,
  nowNs: bigint,
): Promise<bigint[]> {
  const rows = await store.query('price_change_times', {
    after: nowNs,
    before: nowNs + AHEAD_NS,
    limit: RECORDED_MAX,
  });
  if (rows.length === 0) return [];
  const used = await store.query('models_used', { since: nowNs - SINCE_NS });
  return rows.flatMap((row) => {
    const ns = row['ns'] as bigint;
    const concerns = used.some(({ provider, model }) => {
      const call = {
        provider: provider as string | null,
        model: model as string,
        tier: row['tier'] as string,
      };
      return schedule.priceAt(call, nowNs)?.id !== schedule.priceAt(call, ns)?.id;
    });
    return concerns ? [ns] : [];
  });
}

/** The changes of one model's price, weighed with the tokens that were used of it. */
function changesOf(
  groups: readonly Group[],
  {
    name,
    times,
    nowNs,
    totalNano,
    schedule,
  }: {
    readonly name: string;
    readonly times: readonly bigint[];
    readonly nowNs: bigint;
    readonly totalNano: bigint;
    readonly schedule: PriceSchedule;
  },
): PriceChange[] {
  const [provider, model, tier] = JSON.parse(name) as [string | null, string, string | null];
  const call = { provider, model, tier: tier ?? 'standard' };
  const today = schedule.priceAt(call, nowNs);
  const before = today && priceOf(today, groups);
  if (!today || !before) return [];
  const share = Number(sumOf(groups)) / Number(totalNano);
  let last = today.id;
  return times.flatMap((fromNs) => {
    const next = schedule.priceAt(call, fromNs);
    if (!next || next.id === last) return [];
    last = next.id;
    const ratio = Number(priceOf(next, groups)) / Number(before);
    return [{ series: name, provider: provider ?? '', model, fromNs, ratio, share }];
  });
}

/** What the groups' tokens cost at a price: nano-USD times a million; steps of long contexts are left out. */
function priceOf({ units }: PriceVersion, groups: readonly Group[]): bigint {
  const parts: [string, UnitPrice | undefined][] = [
    ['input_tokens', units.input],
    ['cache_read_tokens', units.cacheRead ?? units.input],
    ['output_tokens', units.output],
  ];
  return parts.reduce(
    (sum, [column, unit]) =>
      groups.reduce(
        (part, { row }) => part + (row[column] as bigint) * (unit?.perMillion ?? 0n),
        sum,
      ),
    0n,
  );
}

const sumOf = (groups: readonly Group[]): bigint =>
  groups.reduce((sum, { costNano }) => sum + costNano, 0n);
