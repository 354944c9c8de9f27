/** Sums of cost over a range of time, by one or two dimensions. */
import { divideHalfEven } from '@burnbook/domain/money';
import type { QueryParams, QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import type { CostDimension } from './costDimension.js';
import type { CostFilter } from './costFilter.js';
import { costSumOf, type CostSum } from './costSum.js';
import { factBounds, type Comparison, type TimeRange } from './timeRange.js';

/** What is asked of, in every question about costs. */
export interface CostScope {
  readonly range: TimeRange;
  readonly filter: CostFilter;
  readonly tz: string;
}

export interface CostQuestion extends CostScope {
  /** One or two. */
  readonly dimensions: readonly CostDimension[];
  readonly comparison: Comparison | null;
  readonly sort: 'total' | 'delta' | 'key';
  readonly limit: number;
  readonly offset: number;
  readonly signal?: AbortSignal;
}

export interface Measures {
  readonly cost: CostSum;
  readonly calls: number;
  readonly tokens: number;
}

/** Rows of the batches that began in a group, and what the group's lines of these cost; null: none tells rows. */
export interface UnitBasis {
  readonly rows: bigint | null;
  readonly rowsCostNano: bigint;
  readonly recordsOut: bigint | null;
  readonly recordsOutCostNano: bigint;
}

export interface CostGroup extends Measures {
  /** One for each dimension. */
  readonly keys: readonly (string | null)[];
  readonly units: UnitBasis;
  readonly previous: Measures | null;
}

export interface CostGroups {
  readonly groups: readonly CostGroup[];
  /** On all pages. */
  readonly matching: number;
  /** Of all groups on all pages. */
  readonly total: CostGroup;
}

export async function costsBy(store: StoreClient, question: CostQuestion): Promise<CostGroups> {
  const { range, comparison, dimensions, signal } = question;
  const { sort, limit, offset, tz, filter } = question;
  const params = {
    ...factBounds(range),
    ...previousBounds(comparison ?? NOTHING),
    ...filter.params,
    ...{ sort, limit, offset },
  };
  const options = signal ? { signal } : {};
  const rows = isOfOrigins(question)
    ? await store.query('costs_of_origins', { ...params, ...keyParams(dimensions) }, options)
    : await store.query(
        'costs',
        {
          ...params,
          ...dimensionParams(dimensions),
          shift: comparison?.shiftUs ?? 0n,
          tz,
        },
        options,
      );
  const [all, ...groups] = rows.map((row) => groupOf(row, question));
  if (!all) throw new Error('costs.sql gave no row of totals');
  return { groups, total: all, matching: Number(rows[0]?.['matching']) };
}

/** A range without a line, to compare with. */
const NOTHING: TimeRange = { fromNs: 0n, toNs: 0n };

/** Whether neither dimensions nor filters look at runs, batches or times. */
export const isOfOrigins = ({
  dimensions,
  filter,
}: Pick<CostQuestion, 'dimensions' | 'filter'>): boolean =>
  !filter.looksAtPlaces &&
  dimensions.every(({ type, name }) => type !== 'time' && name !== 'run' && name !== 'batch');

/** The parameters of `dimension1` and `dimension2`. */
export function dimensionParams(dimensions: readonly CostDimension[]): QueryParams {
  const unitOf = (dimension: CostDimension | undefined): string | null =>
    dimension?.type === 'time' ? dimension.name : null;
  return {
    ...keyParams(dimensions),
    unit1: unitOf(dimensions[0]),
    unit2: unitOf(dimensions[1]),
  };
}

/** The same of what is no time. */
function keyParams(dimensions: readonly CostDimension[]): QueryParams {
  const params: Record<string, string | null> = {};
  for (const index of [0, 1]) {
    const dimension = dimensions[index];
    const isTime = dimension?.type === 'time';
    params[`dimension${index + 1}`] =
      dimension === undefined || isTime ? null : dimension.type === 'tag' ? 'tag' : dimension.name;
    params[`pointer${index + 1}`] = dimension?.type === 'tag' ? dimension.pointer : null;
  }
  return params;
}

/** Nano-USD for so many units, rounded half-even; null where there are none. */
export function nanoPer(costNano: bigint, units: bigint | null, many: bigint): bigint | null {
  return units === null || units <= 0n ? null : divideHalfEven(costNano * many, units);
}

function groupOf(row: QueryRow, { dimensions, comparison }: CostQuestion): CostGroup {
  return {
    keys: dimensions.map((_, index) => (row[`key${index + 1}`] ?? null) as string | null),
    ...measuresOf(row),
    units: {
      rows: (row['rows_in'] ?? null) as bigint | null,
      rowsCostNano: (row['rows_in_cost'] ?? 0n) as bigint,
      recordsOut: (row['rows_out'] ?? null) as bigint | null,
      recordsOutCostNano: (row['rows_out_cost'] ?? 0n) as bigint,
    },
    previous: comparison && measuresOf(previousOf(row)),
  };
}

const measuresOf = (row: QueryRow): Measures => ({
  cost: costSumOf(row),
  calls: Number(row['calls']),
  tokens: Number(row['tokens']),
});

/** The bounds of the range that another is compared with. */
export const previousBounds = (range: TimeRange): QueryParams =>
  Object.fromEntries(
    Object.entries(factBounds(range)).map(([name, value]) => [
      `previous${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  );

function previousOf(row: QueryRow): QueryRow {
  const prefix = 'previous_';
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}
