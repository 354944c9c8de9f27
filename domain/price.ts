/**
 * Prices of model calls and of compute, in integers: nano-USD per million units.
 *
 * Per million, because 70 of 3,631 figures of a public catalogue are not whole nano-USD per token.
 */
import { divideHalfEven, NANO_PER_USD } from './money.js';
import { usageFault, type Usage } from './usage.js';

export const TOKEN_CLASSES = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'output',
  'reasoning',
  'audioInput',
  'audioCacheRead',
  'audioOutput',
  'imageInput',
  'imageCacheRead',
  'imageOutput',
] as const;
export type TokenClass = (typeof TOKEN_CLASSES)[number];

/** Nano-USD per million tokens; a long-context step applies to the whole call once its input exceeds `above`. */
export interface UnitPrice {
  readonly perMillion: bigint;
  readonly steps: readonly { readonly above: number; readonly perMillion: bigint }[];
}

/** One price as it was known: content-addressed, so that the same facts are the same version. */
export interface PriceVersion {
  readonly id: string;
  readonly provider: string;
  /** The catalogue's model that matched. */
  readonly model: string;
  readonly tier: string;
  readonly units: Readonly<Partial<Record<TokenClass, UnitPrice>>>;
  /** Nano-USD per million requests, on top of tokens. */
  readonly perMillionRequests: bigint;
  /** Nano-USD per million seconds that the model worked on the call. */
  readonly perMillionSeconds?: bigint;
  /** Nano-USD per million images made. */
  readonly perMillionImages?: bigint;
  /** Catalogue with version, or the overlay file. */
  readonly source: string;
  /** Day on which somebody looked at the source, YYYY-MM-DD; absent: not told. */
  readonly checkedOn?: string;
}

export type PricedUsage = { readonly costNanoUsd: bigint } | { readonly unpriced: string };

/** A class without a price of its own is priced as the class that it is part of. */
const PART_OF: Readonly<Partial<Record<TokenClass, TokenClass>>> = {
  cacheRead: 'input',
  cacheWrite: 'input',
  cacheWrite1h: 'cacheWrite',
  reasoning: 'output',
  audioInput: 'input',
  audioCacheRead: 'cacheRead',
  audioOutput: 'output',
  imageInput: 'input',
  imageCacheRead: 'cacheRead',
  imageOutput: 'output',
};

/**
 * Price × usage, rounded half-even once.
 *
 * Every token is priced in exactly one class. A class without a price of its own is priced as the class that it is
 * part of (audio as input or output, a 1-hour cache write as a cache write, cached input as input): that is what
 * providers charge where they publish no separate price. Only a model made for audio needs a price for it.
 *
 * @returns `unpriced` with the reason when the usage is impossible or when tokens have no price: never a zero.
 */
export function priceUsage(price: PriceVersion, usage: Usage): PricedUsage {
  const fault = usageFault(usage);
  if (fault) return { unpriced: `impossible usage: ${fault}` };
  if (usage.inputTokens === null && usage.outputTokens === null) {
    return { unpriced: 'no input or output tokens reported' };
  }
  // Nothing that is paid by the token answers without being asked: the input was not told, it was not none.
  if (usage.inputTokens === null) return { unpriced: 'no input tokens reported' };
  const tokens = tokensByClass(usage);
  const { inputTokens } = usage;
  let total = price.perMillionRequests;
  for (const tokenClass of TOKEN_CLASSES) {
    const count = tokens[tokenClass];
    if (count === 0) continue;
    const unit = unitPriceOf(price, tokenClass);
    if (!unit) {
      return { unpriced: `no price for ${tokenClass} tokens of ${price.provider} ${price.model}` };
    }
    total += BigInt(count) * unitPriceAt(unit, inputTokens);
  }
  return pricedAt(divideHalfEven(total, 1_000_000n));
}

/**
 * A call that costs more is a fault of whoever counted. Sums of thousands of such costs still fit into the 64 bits that
 * they are stored in; one of as many tokens as a call may tell, at the dearest price that can be set, would not.
 */
const CALL_USD_MAX = 1_000_000n;

/** @returns `unpriced` where no call costs so much. */
export function pricedAt(costNanoUsd: bigint): PricedUsage {
  return costNanoUsd <= CALL_USD_MAX * NANO_PER_USD
    ? { costNanoUsd }
    : { unpriced: `impossible usage: a call of more than ${CALL_USD_MAX} US dollars` };
}

/**
 * A usage without a fault, split so that every token stands in one class: the classes of the input add up to
 * `inputTokens`, those of the output to `outputTokens`.
 *
 * Few emitters say how much of the audio or of the images was cached. Where they do not, the cached tokens are taken to
 * be text first: no more than the uncached rest can be fresh audio and images.
 */
export function tokensByClass(usage: Usage): Readonly<Record<TokenClass, number>> {
  const cacheRead = usage.cacheReadTokens ?? 0;
  const cacheWrite = usage.cacheWriteTokens ?? 0;
  const cacheWrite1h = usage.cacheWrite1hTokens ?? 0;
  const audioCacheRead = Math.min(usage.audioCacheReadTokens ?? 0, cacheRead);
  const imageCacheRead = Math.min(usage.imageCacheReadTokens ?? 0, cacheRead - audioCacheRead);
  const fresh = Math.max(0, (usage.inputTokens ?? 0) - cacheRead - cacheWrite - cacheWrite1h);
  const freshPart = (all: number | null | undefined, cached: number, most: number): number =>
    Math.min(Math.max(0, (all ?? 0) - cached), most);
  const audioInput = freshPart(usage.audioInputTokens, audioCacheRead, fresh);
  const imageInput = freshPart(usage.imageInputTokens, imageCacheRead, fresh - audioInput);
  const output = usage.outputTokens ?? 0;
  const audioOutput = Math.min(usage.audioOutputTokens ?? 0, output);
  const imageOutput = Math.min(usage.imageOutputTokens ?? 0, output - audioOutput);
  const reasoning = Math.min(usage.reasoningTokens ?? 0, output - audioOutput - imageOutput);
  return {
    input: fresh - audioInput - imageInput,
    cacheRead: cacheRead - audioCacheRead - imageCacheRead,
    cacheWrite,
    cacheWrite1h,
    output: output - audioOutput - imageOutput - reasoning,
    reasoning,
    audioInput,
    audioCacheRead,
    audioOutput,
    imageInput,
    imageCacheRead,
    imageOutput,
  };
}

/** Models whose business is sound: audio at the price of their text would be wrong by a factor of ten or more. */
const SOUND_MODEL = /audio|realtime|transcribe|sonic/;

function unitPriceOf(price: PriceVersion, tokenClass: TokenClass): UnitPrice | undefined {
  const isAudio = tokenClass === 'audioInput' || tokenClass === 'audioOutput';
  if (isAudio && SOUND_MODEL.test(price.model)) return price.units[tokenClass];
  let at: TokenClass | undefined = tokenClass;
  while (at !== undefined) {
    const unit: UnitPrice | undefined = price.units[at];
    if (unit) return unit;
    at = PART_OF[at];
  }
  return undefined;
}

function unitPriceAt(unit: UnitPrice, inputTokens: number): bigint {
  let { perMillion } = unit;
  for (const step of unit.steps) {
    if (inputTokens > step.above) ({ perMillion } = step);
  }
  return perMillion;
}

/** What a pipeline's compute costs: nano-USD per million CPU-seconds and per million GB-seconds. */
export interface ComputeRate {
  readonly id: string;
  readonly perMillionCpuSeconds: bigint;
  readonly perMillionGbSeconds: bigint;
  readonly source: string;
}

/**
 * Rate × compute, rounded half-even once.
 * @param cpuNs CPU time in nanoseconds, user and system.
 * @param gbNs memory in gigabyte-nanoseconds.
 */
export function priceCompute(rate: ComputeRate, cpuNs: bigint, gbNs: bigint): bigint {
  const total = cpuNs * rate.perMillionCpuSeconds + gbNs * rate.perMillionGbSeconds;
  return divideHalfEven(total, 1_000_000n * 1_000_000_000n);
}

/** A price as the database keeps it; `units` is JSON with nano-USD per million as text. */
export interface StoredPrice {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly tier: string;
  readonly units: string;
  readonly source: string;
  readonly checkedOn: string | null;
}

export function storedPrice(price: PriceVersion): StoredPrice {
  const { id, provider, model, tier, source, units, perMillionRequests } = price;
  const { perMillionSeconds = 0n, perMillionImages = 0n } = price;
  const flat = (name: string, perMillion: bigint): Record<string, UnitPrice> =>
    perMillion > 0n ? { [name]: { perMillion, steps: [] } } : {};
  const all = {
    ...units,
    ...flat('request', perMillionRequests),
    ...flat('second', perMillionSeconds),
    ...flat('image', perMillionImages),
  };
  const byToken = Object.keys(units).length > 0;
  return {
    id,
    provider,
    model,
    tier,
    source,
    units: unitsText(all, byToken ? 'M tokens' : 'M'),
    checkedOn: price.checkedOn ?? null,
  };
}

export function storedRate(rate: ComputeRate): StoredPrice {
  const units = {
    cpu: { perMillion: rate.perMillionCpuSeconds, steps: [] },
    memory: { perMillion: rate.perMillionGbSeconds, steps: [] },
  };
  const { id, source } = rate;
  return {
    id,
    provider: 'compute',
    model: 'compute',
    tier: 'standard',
    source,
    units: unitsText(units, 'M seconds'),
    checkedOn: null,
  };
}

function unitsText(units: Readonly<Record<string, UnitPrice>>, per: string): string {
  return JSON.stringify({ units, per }, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
