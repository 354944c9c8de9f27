/** Prices stored lines again: what each would cost now, and what that changes, by model. */
import type { DuckDBVector } from '@duckdb/node-api';
import { priceCompute, type ComputeRate, type PriceVersion } from '@burnbook/domain/price';
import { priceCall } from '@burnbook/domain/priceCall';
import { usageFrom } from '../usageColumns.js';
import { newTally, type Tally } from './tally.js';

/** The prices of a chunk, looked up before it. */
export interface ChunkPrices {
  /** Distinct calls by half hour, each with the indices of its price and of its group. */
  readonly keys: readonly {
    readonly provider: string | null;
    readonly model: string | null;
    readonly requestModel: string | null;
    readonly tier: string | null;
    /** Half hours since 1970. */
    readonly grain: bigint;
    readonly answer: number;
    readonly group: number;
  }[];
  readonly found: readonly ({ readonly price: PriceVersion } | { readonly unpriced: string })[];
  readonly groups: readonly Pick<Tally, 'provider' | 'model' | 'tier'>[];
  readonly computeFallback: ComputeRate | null;
  readonly computeByPipeline: readonly (readonly [pipeline: string, rate: ComputeRate])[];
}

export interface LineCost {
  readonly costNanoUsd: bigint | null;
  readonly priceId: string | null;
  readonly unpricedReason: string | null;
}

/** A line by its place in the table, valid within the transaction. */
export interface ChangedLine {
  readonly rowId: bigint;
  readonly after: LineCost;
}

export interface Repriced {
  lines: number;
  readonly tallies: readonly Tally[];
  readonly changed: ChangedLine[];
  /** Prices that changed lines are pinned to. */
  readonly prices: Map<string, PriceVersion>;
}

/** Lines as DuckDB brings them: vectors by column, which cost a tenth of row objects. */
export interface LineChunk {
  readonly rows: number;
  readonly vector: (column: string) => DuckDBVector;
}

/** @param chunks of `reprice_lines.sql`. */
export function repriceLines(chunks: Iterable<LineChunk>, prices: ChunkPrices): Repriced {
  const rates = new Map(prices.computeByPipeline);
  const groups = prices.groups.map((group) => newTally({ kind: 'model', ...group }));
  const compute = newTally({ kind: 'compute', provider: null, model: null, tier: null });
  const repriced: Repriced = {
    lines: 0,
    tallies: [...groups, compute],
    changed: [],
    prices: new Map(),
  };
  for (const chunk of chunks) {
    const of = reader(chunk);
    for (let row = 0; row < chunk.rows; row++) {
      const at = (column: string): unknown => of(column).getItem(row);
      let after: LineCost;
      let tally = compute;
      let price: PriceVersion | null = null;
      if (at('is_model') === true) {
        const answer = at('answer') as number | null;
        const found = answer === null ? undefined : prices.found[answer];
        // It arrived after the prices were looked up: it has the newest price already.
        if (!found) continue;
        price = 'price' in found ? found.price : null;
        after = modelCost(at, found);
        tally = groups[at('group_index') as number] ?? compute;
      } else {
        const rate = rates.get(at('pipeline') as string) ?? prices.computeFallback;
        after = computeCost(at, rate);
      }
      repriced.lines++;
      const before = at('cost_nano') as bigint | null;
      if (at('excluded') === null) enter(tally, before, after);
      if (before === after.costNanoUsd) continue;
      if (price && after.priceId !== null) repriced.prices.set(price.id, price);
      repriced.changed.push({ rowId: at('row_id') as bigint, after });
    }
  }
  return { ...repriced, tallies: repriced.tallies.filter(({ lines }) => lines > 0) };
}

/** Vectors are built once a chunk and column, and only where they are read. */
function reader(chunk: LineChunk): (column: string) => DuckDBVector {
  const vectors = new Map<string, DuckDBVector>();
  return (column) => {
    let vector = vectors.get(column);
    if (!vector) {
      vector = chunk.vector(column);
      vectors.set(column, vector);
    }
    return vector;
  };
}

type At = (column: string) => unknown;

function modelCost(at: At, found: ChunkPrices['found'][number]): LineCost {
  const fault = at('usage_fault') as string | null;
  if (fault !== null) return unpriced(fault);
  if ('unpriced' in found) return unpriced(found.unpriced);
  const images = at('images') as bigint | null;
  const result = priceCall(found.price, usageFrom(at), {
    billedNs: at('billed_ns') as bigint | null,
    images: images === null ? null : Number(images),
  });
  if ('unpriced' in result) return unpriced(result.unpriced);
  return { costNanoUsd: result.costNanoUsd, priceId: found.price.id, unpricedReason: null };
}

function computeCost(at: At, rate: ComputeRate | null): LineCost {
  if (!rate) return unpriced('no compute rate for this pipeline in pipelines.yaml');
  const cpuNs = (at('cpu_ns') as bigint | null) ?? 0n;
  const gbNs = (at('gb_ns') as bigint | null) ?? 0n;
  return {
    costNanoUsd: priceCompute(rate, cpuNs, gbNs),
    priceId: rate.id,
    unpricedReason: null,
  };
}

const unpriced = (unpricedReason: string): LineCost => ({
  costNanoUsd: null,
  priceId: null,
  unpricedReason,
});

function enter(tally: Tally, before: bigint | null, after: LineCost): void {
  tally.lines++;
  tally.oldNano += before ?? 0n;
  tally.newNano += after.costNanoUsd ?? 0n;
  tally.unpricedReason ??= after.unpricedReason;
  if (before === after.costNanoUsd) tally.unchanged++;
  else if (before === null) tally.newlyPriced++;
  else if (after.costNanoUsd === null) tally.newlyUnpriced++;
  else tally.changed++;
}
