/** Counted lines of a model by what a restatement does to them. */

/** Sums in nano-USD of the lines that have a price. */
export interface Tally {
  readonly kind: 'model' | 'compute';
  readonly provider: string | null;
  readonly model: string | null;
  readonly tier: string | null;
  lines: number;
  changed: number;
  newlyPriced: number;
  newlyUnpriced: number;
  unchanged: number;
  oldNano: bigint;
  newNano: bigint;
  /** Why lines have no price after it, one of the reasons. */
  unpricedReason: string | null;
}

export const newTally = (group: Pick<Tally, 'kind' | 'provider' | 'model' | 'tier'>): Tally => ({
  ...group,
  lines: 0,
  changed: 0,
  newlyPriced: 0,
  newlyUnpriced: 0,
  unchanged: 0,
  oldNano: 0n,
  newNano: 0n,
  unpricedReason: null,
});

/** Adds tallies of the same model together. */
export function mergeTallies(tallies: readonly Tally[]): Tally[] {
  const merged = new Map<string, Tally>();
  for (const tally of tallies) {
    const key = JSON.stringify([tally.kind, tally.provider, tally.model, tally.tier]);
    const known = merged.get(key);
    if (!known) {
      merged.set(key, { ...tally });
      continue;
    }
    known.lines += tally.lines;
    known.changed += tally.changed;
    known.newlyPriced += tally.newlyPriced;
    known.newlyUnpriced += tally.newlyUnpriced;
    known.unchanged += tally.unchanged;
    known.oldNano += tally.oldNano;
    known.newNano += tally.newNano;
    known.unpricedReason ??= tally.unpricedReason;
  }
  return [...merged.values()];
}

/** Tallies as the table of restatements keeps them. */
export const talliesText = (tallies: readonly Tally[]): string =>
  JSON.stringify(mergeTallies(tallies), (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );

export function parseTallies(json: string): Tally[] {
  type Stored = Omit<Tally, 'oldNano' | 'newNano'> & { oldNano: string; newNano: string };
  return (JSON.parse(json) as Stored[]).map((tally) => ({
    ...tally,
    oldNano: BigInt(tally.oldNano),
    newNano: BigInt(tally.newNano),
  }));
}
