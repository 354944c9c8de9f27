/**
 * The unit price of a model call: the overlay file first, then the catalogue `@pydantic/genai-prices` (offline).
 *
 * The catalogue works in floats, so only its unit prices are taken, as integers; the multiplication is ours. A price is
 * looked up once a (provider, model, tier, half hour), since some prices change with the time of day.
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { calcPrice, type ModelPrice } from '@pydantic/genai-prices';
import { parseUsd, parseUsdPerUnit } from '@burnbook/domain/money';
import type { PriceVersion, TokenClass, UnitPrice } from '@burnbook/domain/price';
import { parseTime } from '@burnbook/domain/time';
import { PROVIDER_ALIASES } from './providerAliases.js';

/** One entry of `prices.yaml`: decimal US dollars as text. */
export interface OverlayPrice {
  readonly provider: string;
  readonly model: string;
  readonly tier: string;
  readonly inputUsdPerMillion?: string | undefined;
  readonly outputUsdPerMillion?: string | undefined;
  readonly cacheReadUsdPerMillion?: string | undefined;
  readonly cacheWriteUsdPerMillion?: string | undefined;
  readonly cacheWrite1hUsdPerMillion?: string | undefined;
  readonly audioInputUsdPerMillion?: string | undefined;
  readonly audioOutputUsdPerMillion?: string | undefined;
  readonly reasoningUsdPerMillion?: string | undefined;
  readonly audioCacheReadUsdPerMillion?: string | undefined;
  readonly imageInputUsdPerMillion?: string | undefined;
  readonly imageCacheReadUsdPerMillion?: string | undefined;
  readonly imageOutputUsdPerMillion?: string | undefined;
  readonly requestUsd?: string | undefined;
  readonly validFrom?: string | undefined;
  readonly source: string;
}

export interface PriceAlias {
  readonly provider: string;
  readonly model?: string | undefined;
  readonly isProvider?: string | undefined;
  readonly isModel?: string | undefined;
}

export interface PriceQuestion {
  readonly provider: string | null;
  readonly model: string | null;
  /** The model that was asked for, where the answer named another. */
  readonly requestModel: string | null;
  readonly tier: string;
}

export type PriceAnswer = { readonly price: PriceVersion } | { readonly unpriced: string };

interface Overlay {
  readonly entry: OverlayPrice;
  readonly validFromNs: bigint;
  readonly price: PriceVersion;
}

const HALF_HOUR_NS = 1_800_000_000_000n;
const CACHE_MAX = 50_000;
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
const OVERLAY_KEYS = {
  input: 'inputUsdPerMillion',
  cacheRead: 'cacheReadUsdPerMillion',
  cacheWrite: 'cacheWriteUsdPerMillion',
  cacheWrite1h: 'cacheWrite1hUsdPerMillion',
  output: 'outputUsdPerMillion',
  audioInput: 'audioInputUsdPerMillion',
  audioOutput: 'audioOutputUsdPerMillion',
  reasoning: 'reasoningUsdPerMillion',
  audioCacheRead: 'audioCacheReadUsdPerMillion',
  imageInput: 'imageInputUsdPerMillion',
  imageCacheRead: 'imageCacheReadUsdPerMillion',
  imageOutput: 'imageOutputUsdPerMillion',
} as const satisfies Record<TokenClass, keyof OverlayPrice>;

export class PriceBook {
  #overlays: readonly Overlay[] = [];
  #aliases: readonly PriceAlias[] = [];
  readonly #cache = new Map<string, PriceAnswer>();

  /** Takes a new overlay: it prices what arrives from now on. */
  publish(prices: readonly OverlayPrice[], aliases: readonly PriceAlias[]): void {
    this.#overlays = prices
      .map((entry) => ({
        entry,
        validFromNs: entry.validFrom ? (parseTime(`${entry.validFrom}T00:00:00Z`) ?? 0n) : 0n,
        price: overlayPrice(entry),
      }))
      // The newest valid one wins, and an exact name before a prefix.
      .toSorted(
        (a, b) =>
          Number(b.validFromNs - a.validFromNs > 0n) - Number(b.validFromNs - a.validFromNs < 0n) ||
          Number(a.entry.model.endsWith('*')) - Number(b.entry.model.endsWith('*')),
      );
    this.#aliases = aliases;
    this.#cache.clear();
  }

  /** @param startNs the call's own time, UTC nanoseconds. */
  resolve(question: PriceQuestion, startNs: bigint): PriceAnswer {
    const { provider, model, requestModel, tier } = question;
    const key = JSON.stringify([provider, model, requestModel, tier, `${startNs / HALF_HOUR_NS}`]);
    const known = this.#cache.get(key);
    if (known) return known;
    if (this.#cache.size >= CACHE_MAX) this.#cache.clear();
    const answer = this.#find(question, startNs);
    this.#cache.set(key, answer);
    return answer;
  }

  #find(question: PriceQuestion, startNs: bigint): PriceAnswer {
    const { model, requestModel, tier } = question;
    if (model === null) return { unpriced: 'the span names no model' };
    const names = requestModel === null ? [model] : [model, requestModel];
    for (const name of names) {
      const aliased = this.#alias(question.provider, name);
      const overlay = this.#overlay(aliased.provider, aliased.model, tier, startNs);
      if (overlay) return { price: overlay };
      if (tier !== 'standard') continue;
      const listed = fromCatalogue(aliased.provider, aliased.model, startNs);
      if (listed) return { price: listed };
    }
    const whose = question.provider === null ? '' : `${question.provider} `;
    const which = tier === 'standard' ? '' : ` in the ${tier} tier`;
    return { unpriced: `no price is known for ${whose}${model}${which}` };
  }

  #alias(provider: string | null, model: string): { provider: string | null; model: string } {
    const alias = this.#aliases.find(
      (entry) =>
        entry.provider.toLowerCase() === provider &&
        (entry.model === undefined || entry.model === model),
    );
    return { provider: alias?.isProvider ?? provider, model: alias?.isModel ?? model };
  }

  #overlay(
    provider: string | null,
    model: string,
    tier: string,
    startNs: bigint,
  ): PriceVersion | undefined {
    return this.#overlays.find(
      ({ entry, validFromNs }) =>
        entry.provider.toLowerCase() === provider &&
        entry.tier === tier &&
        startNs >= validFromNs &&
        (entry.model.endsWith('*')
          ? model.startsWith(entry.model.slice(0, -1))
          : entry.model === model),
    )?.price;
  }
}

function fromCatalogue(
  provider: string | null,
  model: string,
  startNs: bigint,
): PriceVersion | null {
  const timestamp = new Date(Number(startNs / 1_000_000n));
  for (const [providerId, modelId] of catalogueNames(provider, model)) {
    try {
      const found = calcPrice(
        { input_tokens: 0 },
        modelId,
        providerId === null ? { timestamp } : { providerId, timestamp },
      );
      if (found) {
        return priceVersion({
          provider: found.provider.id,
          model: found.model.id,
          tier: 'standard',
          source: CATALOGUE,
          ...catalogueUnits(found.model_price),
        });
      }
    } catch {
      // The catalogue refuses some entries of its own (a class without its parent's price): no price, then.
      continue;
    }
  }
  return null;
}

/** The names to try: as said, by alias, without the AI SDK's suffix (`openai.chat`), and as `provider/model`. */
function* catalogueNames(
  provider: string | null,
  model: string,
): Generator<[string | null, string]> {
  if (provider !== null) {
    const plain = provider.replace(/\.(chat|completion|responses|embedding|messages|image)$/, '');
    const short = plain.split('.')[0] ?? plain;
    for (const name of new Set([provider, plain, short])) {
      yield [PROVIDER_ALIASES[name] ?? name, model];
    }
  }
  const slash = model.indexOf('/');
  if (slash > 0) {
    const prefix = model.slice(0, slash).toLowerCase();
    yield [PROVIDER_ALIASES[prefix] ?? prefix, model.slice(slash + 1)];
  }
  // Without a provider the model's own name decides; with an unknown one it must not.
  if (provider === null) yield [null, model];
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

function overlayPrice(entry: OverlayPrice): PriceVersion {
  const units: Partial<Record<TokenClass, UnitPrice>> = {};
  for (const [tokenClass, key] of Object.entries(OVERLAY_KEYS) as [
    TokenClass,
    keyof OverlayPrice,
  ][]) {
    const usd = entry[key];
    if (usd !== undefined) units[tokenClass] = { perMillion: parseUsd(usd), steps: [] };
  }
  return priceVersion({
    provider: entry.provider,
    model: entry.model,
    tier: entry.tier,
    source: `prices.yaml: ${entry.source}`,
    units,
    perMillionRequests: entry.requestUsd === undefined ? 0n : parseUsdPerUnit(entry.requestUsd),
  });
}

function priceVersion(price: Omit<PriceVersion, 'id'>): PriceVersion {
  const facts = JSON.stringify(price, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return { id: createHash('sha256').update(facts).digest('hex').slice(0, 16), ...price };
}

function catalogueVersion(): string {
  const require = createRequire(import.meta.url);
  const main = require.resolve('@pydantic/genai-prices');
  const manifest = require(main.replace(/dist[\\/][^\\/]+$/, 'package.json')) as {
    version: string;
  };
  return manifest.version;
}
