/** Looks up what a chunk of stored calls costs by now: once a distinct call and half hour. */
import type { ChunkPrices } from '../store/commands/repriceLines.js';
import type { RestatementScope } from '../store/commands/restatements.js';
import { PRICE_GRAIN_NS } from '../store/priceGrain.js';
import type { QueryRow, RatesMessage } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import type { PriceAnswer, PriceBook } from './priceBook.js';

export interface PriceSources {
  readonly store: StoreClient;
  readonly prices: PriceBook;
  readonly rates: () => Pick<RatesMessage, 'fallback' | 'byPipeline'>;
}

export async function chunkPrices(
  { store, prices, rates }: PriceSources,
  { fromNs, toNs, pipeline, kind }: RestatementScope,
): Promise<ChunkPrices> {
  const { fallback, byPipeline } = rates();
  const found: PriceAnswer[] = [];
  const places = new Map<PriceAnswer | string, number>();
  const groups: { provider: string | null; model: string | null; tier: string | null }[] = [];
  const groupPlaces = new Map<string, number>();
  const range = { from: fromNs, to: toNs, pipeline };
  const rows = kind === 'compute' ? [] : await store.query('reprice_keys', range);
  const keys = rows.map((row) => {
    const provider = textOf(row, 'provider');
    const model = textOf(row, 'model');
    const requestModel = textOf(row, 'request_model');
    const tier = textOf(row, 'tier');
    const grain = row['grain'] as bigint;
    const answer = prices.resolve(
      { provider, model, requestModel, tier: tier ?? 'standard' },
      grain * PRICE_GRAIN_NS,
    );
    const same = 'price' in answer ? answer.price.id : answer;
    const group = { provider, model, tier };
    return {
      ...group,
      requestModel,
      grain,
      answer: placeIn(places, same, () => found.push(answer) - 1),
      group: placeIn(groupPlaces, JSON.stringify(group), () => groups.push(group) - 1),
    };
  });
  return { keys, found, groups, computeFallback: fallback, computeByPipeline: byPipeline };
}

function placeIn<Key>(places: Map<Key, number>, key: Key, add: () => number): number {
  let place = places.get(key);
  if (place === undefined) {
    place = add();
    places.set(key, place);
  }
  return place;
}

const textOf = (row: QueryRow, column: string): string | null =>
  (row[column] ?? null) as string | null;
