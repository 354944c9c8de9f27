/** Money and attempts lost, by cause. */
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { VALUE_DIMENSIONS, type CostDimension, type ValueDimension } from './costDimension.js';
import type { CostFilter } from './costFilter.js';
import { dimensionParams, type CostScope } from './costs.js';
import { factBounds } from './timeRange.js';

export interface WasteSums {
  readonly wasteNano: bigint;
  readonly failureNano: bigint;
  readonly attempts: number;
  readonly operations: number;
  readonly unknownBilling: number;
}

export interface WasteGroup extends WasteSums {
  /** A class of `ERROR_CLASSES`, `step_rerun` or `unknown`. */
  readonly cause: string;
  readonly key: string | null;
}

export interface WasteFacts {
  /** Those that were asked for, dearest first. */
  readonly groups: readonly WasteGroup[];
  /** How many there are, but for those beyond `GROUPS_MAX`. */
  readonly groupsTotal: number;
  readonly total: WasteSums;
  /** null: attempts do not tell what the filter asks. */
  readonly byAttempts:
    | readonly {
        readonly attempts: number;
        readonly succeeded: number;
        readonly failed: number;
      }[]
    | null;
}

/** Nobody reads farther. */
const GROUPS_MAX = 10_000;

/** @param asked `dimension`: beside the cause; null: the cause alone. */
export async function wasteBy(
  store: StoreClient,
  { range, filter }: CostScope,
  asked: {
    readonly dimension: CostDimension | null;
    readonly limit: number;
    readonly offset: number;
  },
): Promise<WasteFacts> {
  const { dimension, limit, offset } = asked;
  const { dimension1 = null, pointer1 = null } = dimensionParams(dimension ? [dimension] : []);
  const [rows, tries] = await Promise.all([
    store.query('waste', {
      ...factBounds(range),
      ...filter.params,
      dimension1,
      pointer1,
      byWork: !isToldByAttempts(filter) || !isOfAttempts(dimension),
      byBatch: dimension?.name === 'batch' || asksFor(filter, 'batch'),
      limit: Math.max(0, Math.min(limit, GROUPS_MAX - offset)),
      offset,
    }),
    isToldByAttempts(filter)
      ? store.query('tries', { ...factBounds(range), patterns: filter.params['patterns'] ?? [] })
      : null,
  ]);
  const [all, ...groups] = rows;
  return {
    groups: groups.map((row) => ({
      cause: row['cause'] as string,
      key: (row['key'] ?? null) as string | null,
      ...sumsOf(row),
    })),
    groupsTotal: Math.min(Number(all?.['groups'] ?? 0), GROUPS_MAX),
    total: sumsOf(all ?? {}),
    byAttempts:
      tries?.map((row) => ({
        attempts: Number(row['tries']),
        succeeded: Number(row['succeeded']),
        failed: Number(row['failed']),
      })) ?? null,
  };
}

/** What an attempt tells of itself without asking for its run's batches or for its lines. */
export const ATTEMPT_DIMENSIONS: readonly ValueDimension[] = ['pipeline', 'run', 'step'];

/** Whether attempts alone can be told apart by the filter. */
export function isToldByAttempts(filter: CostFilter): boolean {
  const { tagPointers = [] } = filter.params as Record<string, readonly string[]>;
  const isTold = VALUE_DIMENSIONS.every(
    (name) => ATTEMPT_DIMENSIONS.includes(name) || !asksFor(filter, name),
  );
  return isTold && tagPointers.every((pointer) => pointer === '');
}

function asksFor({ params }: CostFilter, name: ValueDimension): boolean {
  const { patterns = [] } = params as Record<string, readonly string[]>;
  const index = 2 * VALUE_DIMENSIONS.indexOf(name);
  return patterns.slice(index, index + 2).some((pattern) => pattern !== '');
}

const isOfAttempts = (dimension: CostDimension | null): boolean =>
  dimension === null || ['batch', ...ATTEMPT_DIMENSIONS].includes(dimension.name);

const sumsOf = (row: QueryRow): WasteSums => ({
  wasteNano: (row['waste'] ?? 0n) as bigint,
  failureNano: (row['failure'] ?? 0n) as bigint,
  attempts: Number(row['attempts'] ?? 0),
  operations: Number(row['operations'] ?? 0),
  unknownBilling: Number(row['unknown_billing'] ?? 0),
});
