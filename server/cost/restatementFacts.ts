/** A restatement as it stands, out of its row. */
import type { RestatementScope } from '../store/commands/restatements.js';
import { parseTallies, type Tally } from '../store/commands/tally.js';
import type { QueryRow } from '../store/protocol.js';

/** One restatement as it stands. */
export interface RestatementFacts extends RestatementScope {
  readonly restatement: number;
  readonly state: 'applying' | 'applied' | 'undoing' | 'undone' | 'interrupted';
  readonly underWay: boolean;
  readonly linesDone: number;
  readonly linesTotal: number;
  readonly tallies: readonly Tally[];
  readonly createdNs: bigint;
  readonly actor: string;
  readonly why: string;
  readonly finishedNs: bigint | null;
  readonly undoneNs: bigint | null;
  readonly undoneBy: string | null;
  readonly undoneWhy: string | null;
  readonly linesRestored: number;
  readonly linesKept: number;
}

/** @param current restatements that are under way, if any. */
export function restatementFacts(
  row: QueryRow,
  current: readonly (number | undefined)[],
): RestatementFacts {
  const restatement = Number(row['restatement']);
  const stored = row['state'] as 'applying' | 'applied' | 'undoing' | 'undone';
  const underWay = current.includes(restatement);
  const isOpen = stored === 'applying' || stored === 'undoing';
  const tallies = parseTallies(row['tallies'] as string);
  const linesTotal = Number(row['lines_total']);
  const counted = tallies.reduce((sum, tally) => sum + tally.lines, 0);
  return {
    ...scopeOf(row),
    restatement,
    state: isOpen && !underWay ? 'interrupted' : stored,
    underWay,
    linesDone:
      stored === 'applied' || stored === 'undone' ? linesTotal : Math.min(counted, linesTotal),
    linesTotal,
    tallies,
    createdNs: row['created_ns'] as bigint,
    actor: row['actor'] as string,
    why: row['why'] as string,
    finishedNs: (row['finished_ns'] ?? null) as bigint | null,
    undoneNs: (row['undone_ns'] ?? null) as bigint | null,
    undoneBy: textOf(row, 'undone_by'),
    undoneWhy: textOf(row, 'undone_why'),
    linesRestored: Number(row['lines_restored']),
    linesKept: Number(row['lines_kept']),
  };
}

const textOf = (row: QueryRow, column: string): string | null =>
  (row[column] ?? null) as string | null;

/** What a restatement is about. */
export const scopeOf = (row: QueryRow): RestatementScope => ({
  fromNs: row['from_ns'] as bigint,
  toNs: row['to_ns'] as bigint,
  pipeline: textOf(row, 'pipeline'),
  kind: row['kind'] as RestatementScope['kind'],
});
