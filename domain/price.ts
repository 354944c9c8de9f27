/**
 * Prices of model calls and of compute, in integers: nano-USD per million units.
 *
 * Per million, because 70 of 3,631 figures of a public catalogue are not whole nano-USD per token.
 */
import { divideHalfEven } from './money.js';
import { usageFault, type Usage } from './usage.js';

export const TOKEN_CLASSES = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'output',
  'audioInput',
  'audioOutput',
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
  /** Catalogue with version, or the overlay file. */
  readonly source: string;
}

export type PricedUsage = { readonly costNanoUsd: bigint } | { readonly unpriced: string };

/**
 * Price × usage, rounded half-even once.
 *
 * Every token is priced in exactly one class. A class without a price of its own is priced as the class that it is
 * part of (audio as input or output, a 1-hour cache write as a cache write, cached input as input): that is what
 * providers charge where they publish no separate price.
 *
 * @returns `unpriced` with the reason when the usage is impossible or when tokens have no price: never a zero.
 */
export function priceUsage(price: PriceVersion, usage: Usage): PricedUsage {
  const fault = usageFault(usage);
  if (fault) return { unpriced: `impossible usage: ${fault}` };
  if (usage.inputTokens === null && usage.outputTokens === null) {
    return { unpriced: 'no input or output tokens reported' };
  }
  const input = BigInt(usage.inputTokens ?? 0);
  const cacheRead = BigInt(usage.cacheReadTokens ?? 0);
  const cacheWrite = BigInt(usage.cacheWriteTokens ?? 0);
  const cacheWrite1h = BigInt(usage.cacheWrite1hTokens ?? 0);
  const audioInput = BigInt(usage.audioInputTokens ?? 0);
  const output = BigInt(usage.outputTokens ?? 0);
  const audioOutput = BigInt(usage.audioOutputTokens ?? 0);
  const cached = cacheRead + cacheWrite + cacheWrite1h;
  // Emitters do not say how much of the audio was cached; no more than the uncached rest can be fresh audio.
  const freshAudio = audioInput < input - cached ? audioInput : input - cached;

  const { units } = price;
  const parts: [bigint, UnitPrice | undefined, TokenClass][] = [
    [input - cached - freshAudio, units.input, 'input'],
    [freshAudio, units.audioInput ?? units.input, 'audioInput'],
    [cacheRead, units.cacheRead ?? units.input, 'cacheRead'],
    [cacheWrite, units.cacheWrite ?? units.input, 'cacheWrite'],
    [cacheWrite1h, units.cacheWrite1h ?? units.cacheWrite ?? units.input, 'cacheWrite1h'],
    [output - audioOutput, units.output, 'output'],
    [audioOutput, units.audioOutput ?? units.output, 'audioOutput'],
  ];
  let total = price.perMillionRequests;
  for (const [tokens, unit, tokenClass] of parts) {
    if (tokens === 0n) continue;
    if (!unit)
      return { unpriced: `no price for ${tokenClass} tokens of ${price.provider} ${price.model}` };
    total += tokens * unitPriceAt(unit, usage.inputTokens ?? 0);
  }
  return { costNanoUsd: divideHalfEven(total, 1_000_000n) };
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
}

export function storedPrice(price: PriceVersion): StoredPrice {
  const { id, provider, model, tier, source, units, perMillionRequests } = price;
  const requests =
    perMillionRequests > 0n ? { request: { perMillion: perMillionRequests, steps: [] } } : {};
  return {
    id,
    provider,
    model,
    tier,
    source,
    units: unitsText({ ...units, ...requests }, 'M tokens'),
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
  };
}

function unitsText(units: Readonly<Record<string, UnitPrice>>, per: string): string {
  return JSON.stringify({ units, per }, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
