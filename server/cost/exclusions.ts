/** Lines that were received and not counted, and those that count in their place. */
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import type { CostScope } from './costs.js';

/** As the store writes it. */
export const EXCLUSION_REASONS = {
  repeatedBelow: 'usage repeated from a span below',
  duplicateResponse: 'response id already counted',
} as const;
export type ExclusionReason = keyof typeof EXCLUSION_REASONS;

/** @returns null for a reason of a later version. */
export function exclusionReason(text: unknown): ExclusionReason | null {
  const found = Object.entries(EXCLUSION_REASONS).find(([, stored]) => stored === text);
  return (found?.[0] ?? null) as ExclusionReason | null;
}

export interface CountedLine {
  readonly pipeline: string;
  readonly batchId: string;
  /** With the columns of evidence. */
  readonly row: QueryRow;
  readonly tokens: number;
  readonly costNano: bigint | null;
}

export interface ReceivedTokens {
  readonly reason: ExclusionReason | null;
  readonly lines: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costNano: bigint;
  readonly unpriced: number;
}

export interface ExclusionPage {
  /** Rows of `exclusions.sql`. */
  readonly rows: readonly QueryRow[];
  readonly matching: number;
  /** By span, see `spanName`: what counts in its place, earliest first. */
  readonly counted: ReadonlyMap<string, readonly CountedLine[]>;
  /** All calls of the range, those that count with `reason` null. */
  readonly received: readonly ReceivedTokens[];
  readonly resentSpans: number;
}

export async function readExclusions(
  store: StoreClient,
  { range, filter }: CostScope,
  page: {
    readonly reason: ExclusionReason | null;
    readonly limit: number;
    readonly offset: number;
  },
): Promise<ExclusionPage> {
  const bounds = { from: range.fromNs, to: range.toNs };
  const { reason, limit, offset } = page;
  const [rows, received, resent] = await Promise.all([
    store.query('exclusions', {
      ...bounds,
      ...filter.params,
      reason: reason && EXCLUSION_REASONS[reason],
      limit,
      offset,
    }),
    store.query('received_tokens', { ...bounds, ...filter.params }),
    store.query('resent', bounds),
  ]);
  return {
    rows,
    matching: Number(rows[0]?.['matching'] ?? 0),
    counted: await countedInstead(store, rows),
    received: received.map((row) => ({
      reason: exclusionReason(row['excluded']),
      lines: Number(row['lines']),
      inputTokens: Number(row['input_tokens']),
      outputTokens: Number(row['output_tokens']),
      costNano: row['cost'] as bigint,
      unpriced: Number(row['unpriced']),
    })),
    resentSpans: Number(resent[0]?.['spans'] ?? 0),
  };
}

/** How far a response is looked for, as the store does. */
const RESPONSE_MEMORY_NS = 30n * 86_400n * 1_000_000_000n;

/**
 * What counts in the place of excluded lines.
 * @param lines with the columns of evidence, `excluded`, `response_key` and `start_ns`.
 */
export async function countedInstead(
  store: StoreClient,
  lines: readonly QueryRow[],
): Promise<ReadonlyMap<string, readonly CountedLine[]>> {
  const of = (reason: ExclusionReason) =>
    lines.filter((line) => line['excluded'] === EXCLUSION_REASONS[reason]);
  const duplicates = of('duplicateResponse').filter((line) => line['response_key'] !== null);
  const sums = of('repeatedBelow');
  const [responses, below] = await Promise.all([
    duplicates.length === 0 ? [] : store.query('counted_responses', responseParams(duplicates)),
    sums.length === 0
      ? []
      : store.query('counted_below', {
          his: sums.map((line) => line['trace_hi'] as bigint),
          los: sums.map((line) => line['trace_lo'] as bigint),
          spanIds: sums.map((line) => line['span_id'] as bigint),
        }),
  ]);
  const found = new Map<string, CountedLine[]>();
  for (const line of duplicates) {
    const own = responses.filter((row) => row['response_key'] === line['response_key']);
    found.set(spanName(line), own.map(countedLine));
  }
  for (const line of sums) {
    const own = below.filter(
      (row) =>
        row['top_id'] === line['span_id'] &&
        row['trace_lo'] === line['trace_lo'] &&
        row['trace_hi'] === line['trace_hi'],
    );
    found.set(spanName(line), own.map(countedLine));
  }
  return found;
}

export const spanName = (row: QueryRow): string =>
  ['trace_hi', 'trace_lo', 'span_id'].map((column) => String(row[column] as bigint)).join(':');

function responseParams(lines: readonly QueryRow[]) {
  const starts = lines.map((line) => line['start_ns'] as bigint);
  return {
    keys: lines.map((line) => line['response_key'] as bigint),
    first: starts.reduce((a, b) => (a < b ? a : b)) - RESPONSE_MEMORY_NS,
    last: starts.reduce((a, b) => (a > b ? a : b)) + RESPONSE_MEMORY_NS,
  };
}

const countedLine = (row: QueryRow): CountedLine => ({
  pipeline: row['pipeline'] as string,
  batchId: row['batch_id'] as string,
  row,
  tokens: Number(row['tokens']),
  costNano: (row['cost_nano'] ?? null) as bigint | null,
});
