/**
 * The list prices of `@pydantic/genai-prices`, offline, as they are in the installed package.
 *
 * The catalogue works in floats, so only its unit prices are taken, as integers; the multiplication is ours.
 */
import { createRequire } from 'node:module';
import {
  calcPrice,
  updatePrices,
  waitForUpdate,
  type ConditionalPrice,
  type ModelPrice,
} from '@pydantic/genai-prices';
import { parseUsd } from '@burnbook/domain/money';
import type { PriceVersion, TokenClass, UnitPrice } from '@burnbook/domain/price';
import { parseTime } from '@burnbook/domain/time';
import { priceVersion } from './priceVersion.js';
import { namesOf } from './providerNames.js';

const CATALOGUE = `@pydantic/genai-prices ${catalogueVersion()}`;

const CATALOGUE_KEYS: Readonly<Record<TokenClass, string>> = {
  input: 'input_mtok',
  cacheRead: 'cache_read_mtok',
  cacheWrite: 'cache_write_mtok',
  cacheWrite1h: 'cache_write_1h_mtok',
  output: 'output_mtok',
  audioInput: 'input_audio_mtok',
  audioOutput: 'output_audio_mtok',
  reasoning: 'output_reasoning_mtok',
  audioCacheRead: 'cache_audio_read_mtok',
  imageInput: 'input_image_mtok',
  imageCacheRead: 'cache_image_read_mtok',
  imageOutput: 'output_image_mtok',
};

/** A price of the catalogue with the times for which it holds. */
export interface DatedPrice {
  readonly price: PriceVersion;
  readonly validFromNs: bigint | null;
  /** Exclusive. */
  readonly validToNs: bigint | null;
  /** `HH:MM:SS` UTC, half-open; null: all day. */
  readonly daily: { readonly from: string; readonly to: string } | null;
}

/** The standard price that holds at a time, or null. */
export function fromCatalogue(
  provider: string | null,
  model: string,
  startNs: bigint,
): PriceVersion | null {
  const timestamp = new Date(Number(startNs / 1_000_000n));
  for (const [providerId, modelId] of namesOf(provider, model)) {
    try {
      const found = calcPrice(
        { input_tokens: 0 },
        modelId,
        providerId === null ? { timestamp } : { providerId, timestamp },
      );
      if (!found) continue;
      const price = standardPrice(found.provider.id, found.model.id, found.model_price);
      if (chargesAnything(price)) return price;
    } catch {
      // The catalogue refuses some entries of its own (a class without its parent's price): no price, then.
      continue;
    }
  }
  return null;
}

/**
 * Some entries have no price, or one by what no emitter tells (hours of sound): taken as they are, a call would cost
 * nothing.
 */
const chargesAnything = ({ units, perMillionRequests }: PriceVersion): boolean =>
  perMillionRequests > 0n || Object.keys(units).length > 0;

/** Every price of the installed catalogue. */
export async function catalogueSnapshot(): Promise<DatedPrice[]> {
  // The package tells its providers only to those who would update them; nothing is fetched.
  updatePrices(() => undefined);
  const providers = (await waitForUpdate()) ?? [];
  return providers.flatMap(({ id, models }) =>
    models.flatMap((model) =>
      datedPrices(id, model.id, Array.isArray(model.prices) ? model.prices : [model]),
    ),
  );
}

function datedPrices(
  provider: string,
  model: string,
  conditional: readonly (Pick<ConditionalPrice, 'constraint'> & { prices: unknown })[],
): DatedPrice[] {
  const dated = conditional.map(({ constraint, prices }) => ({
    price: standardPrice(provider, model, prices as ModelPrice),
    validFromNs: constraint?.type === 'start_date' ? dayNs(constraint.start_date) : null,
    daily:
      constraint?.type === 'time_of_date'
        ? { from: clock(constraint.start_time), to: clock(constraint.end_time) }
        : null,
  }));
  return dated.map((entry) => ({
    ...entry,
    validToNs: entry.daily ? null : nextStart(dated, entry.validFromNs),
  }));
}

/** When the next dated price takes over. */
function nextStart(
  dated: readonly { readonly validFromNs: bigint | null }[],
  fromNs: bigint | null,
): bigint | null {
  let next: bigint | null = null;
  for (const { validFromNs } of dated) {
    if (validFromNs === null || validFromNs <= (fromNs ?? -1n)) continue;
    if (next === null || validFromNs < next) next = validFromNs;
  }
  return next;
}

function standardPrice(provider: string, model: string, prices: ModelPrice): PriceVersion {
  return priceVersion({
    provider,
    model,
    tier: 'standard',
    source: CATALOGUE,
    ...catalogueUnits(prices),
  });
}

function catalogueUnits(price: ModelPrice): Pick<PriceVersion, 'units' | 'perMillionRequests'> {
  const units: Partial<Record<TokenClass, UnitPrice>> = {};
  for (const [tokenClass, key] of Object.entries(CATALOGUE_KEYS) as [TokenClass, string][]) {
    const value = price[key];
    if (value === undefined) continue;
    units[tokenClass] =
      typeof value === 'number'
        ? { perMillion: nanoOf(value), steps: [] }
        : {
            perMillion: nanoOf(value.base),
            steps: value.tiers
              .toSorted((a, b) => a.start - b.start)
              .map((step) => ({ above: step.start, perMillion: nanoOf(step.price) })),
          };
  }
  const requests = price['requests_kcount'];
  return {
    units,
    perMillionRequests: typeof requests === 'number' ? nanoOf(requests) * 1_000n : 0n,
  };
}

/** A catalogue's float in US dollars as nano-USD: its figures have at most nine places. */
const nanoOf = (usd: number): bigint => parseUsd(usd.toFixed(9));

const dayNs = (day: string): bigint | null => parseTime(`${day}T00:00:00Z`);
const clock = (time: string): string => time.slice(0, 8);

function catalogueVersion(): string {
  const require = createRequire(import.meta.url);
  const main = require.resolve('@pydantic/genai-prices');
  const manifest = require(main.replace(/dist[\\/][^\\/]+$/, 'package.json')) as {
    version: string;
  };
  return manifest.version;
}
