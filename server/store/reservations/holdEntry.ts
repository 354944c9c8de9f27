/** A change of a reservation on its way: from the journal's line to the row of the table. */
import type { HoldChange } from './holdBook.js';
import { factsOf } from './holdRow.js';

/** What is known of a reservation by its newest changes. */
export interface HoldEntry {
  readonly id: string;
  /** Number of its newest change. */
  readonly seq: bigint;
  readonly state: string;
  readonly endedNs: bigint | null;
  readonly lastFacts: string;
  /** Of its grant; null: that is in the database already. */
  readonly first: { readonly seq: bigint; readonly facts: string } | null;
}

/** As the journal has it: integers as text. */
interface Line {
  readonly id: string;
  readonly seq: string;
  readonly state: string;
  readonly ended: string | null;
  readonly facts: string;
  readonly isFirst: boolean;
}

export function entryOf({ reservation, grant }: HoldChange, seq: bigint): HoldEntry {
  const { id, state, endedNs } = reservation;
  const facts = factsOf(reservation, grant);
  return { id, seq, state, endedNs, lastFacts: facts, first: grant ? { seq, facts } : null };
}

export function lineOf({ id, seq, state, endedNs, lastFacts, first }: HoldEntry): string {
  return JSON.stringify({
    id,
    seq: seq.toString(),
    state,
    ended: endedNs === null ? null : endedNs.toString(),
    facts: lastFacts,
    isFirst: first !== null,
  } satisfies Line);
}

export function entryOfLine(text: string): HoldEntry {
  const { id, seq, state, ended, facts, isFirst } = JSON.parse(text) as Line;
  return {
    id,
    seq: BigInt(seq),
    state,
    endedNs: ended === null ? null : BigInt(ended),
    lastFacts: facts,
    first: isFirst ? { seq: BigInt(seq), facts } : null,
  };
}

/** Takes over entries, in any order: of each reservation its grant and its newest change remain. */
export function enter(into: Map<string, HoldEntry>, entries: Iterable<HoldEntry>): void {
  for (const entry of entries) {
    const known = into.get(entry.id);
    const newest = known && known.seq > entry.seq ? known : entry;
    into.set(entry.id, { ...newest, first: entry.first ?? known?.first ?? null });
  }
}
