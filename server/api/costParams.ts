/** Query parameters that every question about costs takes. */
import { z } from 'zod';
import { CostQueryError, parseGroupBy, type CostDimension } from '../cost/costDimension.js';
import { parseCostFilter, type CostFilter } from '../cost/costFilter.js';
import { comparisonOf, type Comparison, type TimeRange } from '../cost/timeRange.js';
import type { StoreClient } from '../store/storeClient.js';
import { ApiError } from './problem.js';
import { timeParam, zoneParam } from './query.js';

export const costParams = {
  from: timeParam.optional(),
  to: timeParam.optional(),
  tz: zoneParam,
  filter: z.string().default('').meta({
    description:
      'Terms with commas between: dimension:value, -dimension:value to leave out, value* for a prefix, "…" for any character, "" for none. Terms of one dimension add up, dimensions narrow. Dimensions: pipeline, run, batch, step, model, provider, team, environment, attempt, kind, tag.NAME',
  }),
};

export const compareParam = z.enum(['previous', 'week', 'month']).meta({
  description: 'Compare with as long directly before, or with a week or calendar month before',
});

/** @throws ApiError 400 naming the filter's part. */
export const filterOf = (text: string): CostFilter => asked('filter', () => parseCostFilter(text));

/** @throws ApiError 400 naming the dimension. */
export const dimensionsOf = (text: string): CostDimension[] =>
  asked('groupBy', () => parseGroupBy(text));

export async function comparisonFor(
  store: StoreClient,
  range: TimeRange,
  { compare, tz }: { readonly compare: Comparison['mode'] | undefined; readonly tz: string },
): Promise<Comparison | null> {
  return compare === undefined ? null : comparisonOf(store, range, { mode: compare, tz });
}

function asked<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CostQueryError)) throw error;
    throw new ApiError(400, `${field}: ${error.message}`, field, { part: error.part });
  }
}
