import type { Waste, WasteCause } from '../../server/contract.js';
import { compareUsd, isZeroUsd, sumUsd, usdRatio } from '../format/usd.js';

type Item = Waste['items'][number];

export interface HeatCell {
  item: Item;
  /** Waste and failure cost together. */
  usd: string;
  /** 0 to 1 of the dearest cell. */
  heat: number;
}

export interface Heatmap {
  /** Dearest first. */
  causes: WasteCause[];
  rows: {
    key: string | null;
    usd: string;
    attempts: number;
    unknownBilling: number;
    /** By cause; absent: no such attempt. */
    cells: ReadonlyMap<WasteCause, HeatCell>;
  }[];
}

/** The causes as columns and the other dimension as rows, both by what they cost, then by how often. */
export function heatmap(items: readonly Item[]): Heatmap {
  const lost = (item: Item) => sumUsd([item.retryWasteUsd, item.failureCostUsd]);
  const dearest = items.reduce(
    (best, item) => (compareUsd(lost(item), best) > 0 ? lost(item) : best),
    '0',
  );
  const sums = <Key>(keyOf: (item: Item) => Key) => {
    const groups = new Map<Key, Item[]>();
    for (const item of items) {
      groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
    }
    return [...groups]
      .map(([key, own]) => ({
        key,
        own,
        usd: sumUsd(own.map(lost)),
        attempts: own.reduce((sum, { attempts }) => sum + attempts, 0),
      }))
      .sort((a, b) => compareUsd(b.usd, a.usd) || b.attempts - a.attempts);
  };
  return {
    causes: sums((item) => item.cause).map(({ key }) => key),
    rows: sums((item) => item.key).map(({ key, own, usd, attempts }) => ({
      key,
      usd,
      attempts,
      unknownBilling: own.reduce((sum, { unknownBilling }) => sum + unknownBilling, 0),
      cells: new Map(
        own.map((item) => [
          item.cause,
          { item, usd: lost(item), heat: usdRatio(lost(item), dearest) ?? 0 },
        ]),
      ),
    })),
  };
}

/** Whether what the attempts cost is known at all: none of them told its usage. */
export const isUnknown = ({ usd, item }: HeatCell): boolean =>
  isZeroUsd(usd) && item.unknownBilling > 0;

/** The share of operations that had succeeded after so many attempts, one for each count. */
export function successAfter(
  byAttempts: NonNullable<Waste['byAttempts']>,
): { attempts: number; succeeded: number; failed: number; share: number }[] {
  const sorted = [...byAttempts].sort((a, b) => a.attempts - b.attempts);
  const all = sorted.reduce((sum, each) => sum + each.succeeded + each.failed, 0);
  let reached = 0;
  return sorted.map((each) => {
    reached += each.succeeded;
    return { ...each, share: all === 0 ? 0 : reached / all };
  });
}
