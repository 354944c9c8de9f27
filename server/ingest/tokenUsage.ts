/**
 * Reads what a call used out of its attributes, in whatever convention, and brings it into the one form of `Usage`:
 * cached tokens within the input, reasoning within the output.
 */
import { FACT_GROUP } from '@burnbook/domain/factSet';
import { CALL_TOKENS_MAX, isCallTokens, type Usage } from '@burnbook/domain/usage';
import type { CallWords } from './callWords.js';
import { objectAt, parseObject, type JsonObject } from './jsonObject.js';
import { langChainParts, type LangChainParts } from './langChainParts.js';
import { langfuseUsage } from './langfuseUsage.js';
import { cachesApart, reasoningApart, type UsageEvidence } from './settleUsage.js';
import { TokenCounts } from './tokenCounts.js';

export interface UsageReading {
  readonly usage: Usage;
  /** Why the usage cannot be true, naming the keys; null when it can. */
  readonly fault: string | null;
}

export function readUsage(words: CallWords): UsageReading {
  const { facts } = words;
  const counts = new TokenCounts(facts);
  const own = facts.has('inputTokens') || facts.has('outputTokens');
  if (!own && facts.has('usageDetails')) {
    const details = parseObject(facts.text('usageDetails'));
    if (details) {
      const usage = possible(langfuseUsage(details, counts), counts);
      return { usage, fault: counts.fault };
    }
    counts.refuse(`${facts.key('usageDetails')} must be a JSON object`);
  }
  const usage = possible(settled(words, counts), counts);
  return { usage, fault: counts.fault };
}

/** The same without a whole that its parts make too large, each possible by itself. */
function possible(usage: Usage, counts: TokenCounts): Usage {
  const bounded = (name: 'inputTokens' | 'outputTokens'): number | null => {
    const tokens = usage[name];
    if (tokens === null || isCallTokens(tokens)) return tokens;
    counts.refuse(`${name} (${tokens}, parts together) exceed ${CALL_TOKENS_MAX}`);
    return null;
  };
  const [inputTokens, outputTokens] = [bounded('inputTokens'), bounded('outputTokens')];
  return inputTokens === usage.inputTokens && outputTokens === usage.outputTokens
    ? usage
    : { ...usage, inputTokens, outputTokens };
}

const METADATA = 'ai.response.providerMetadata';

/** The parts as they were told. */
interface Told {
  readonly input: number | null;
  readonly output: number | null;
  readonly total: number | null;
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
  readonly cacheWrite1h: number | null;
  readonly reasoning: number | null;
}

type CachedParts = Pick<Told, 'cacheRead' | 'cacheWrite' | 'cacheWrite1h'>;

/** Cached tokens before the writes are told apart. */
interface ToldCache {
  readonly cacheRead: number | null;
  readonly written: number | null;
  readonly write5m: number | null;
  readonly write1h: number | null;
}

function settled(words: CallWords, counts: TokenCounts): Usage {
  const { facts, metadata } = words;
  const details = langChainParts(facts, counts);
  const media =
    details === null && (facts.groups & FACT_GROUP.media) === 0
      ? NO_MEDIA
      : mediaParts(counts, details);
  const cached = cachedParts(words, media, { counts, details });
  // Every call comes by here, and waits for its commit: a spread into one of these took kilobytes a call.
  const told = withTotal({
    input: counts.of('inputTokens') ?? media.input,
    output: counts.of('outputTokens') ?? media.output,
    total: counts.of('totalTokens'),
    cacheRead: cached.cacheRead,
    cacheWrite: cached.cacheWrite,
    cacheWrite1h: cached.cacheWrite1h,
    reasoning:
      counts.of('reasoningTokens') ??
      details?.reasoning ??
      counts.at(objectAt(metadata, 'openai'), 'reasoningTokens', METADATA),
  });
  const { input, output, total, cacheRead, cacheWrite, cacheWrite1h, reasoning } = told;
  const cachedTokens = (cacheRead ?? 0) + (cacheWrite ?? 0) + (cacheWrite1h ?? 0);
  const evidence: UsageEvidence = {
    facts,
    metadata,
    raw: words.raw,
    emitter: words.emitter,
    provider: words.provider,
    model: words.model,
    input,
    output,
    total,
    reasoning,
    cached: cachedTokens,
    uncached: counts.of('uncachedInputTokens'),
  };
  const addsCache = input !== null && cachedTokens > 0 && cachesApart(evidence);
  const addsReasoning = output !== null && (reasoning ?? 0) > 0 && reasoningApart(evidence);
  const usage: Usage = {
    inputTokens: addsCache ? input + cachedTokens : input,
    outputTokens: addsReasoning ? output + (reasoning ?? 0) : output,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    cacheWrite1hTokens: cacheWrite1h,
    reasoningTokens: reasoning,
    audioInputTokens: media.audioInput,
    audioOutputTokens: media.audioOutput,
  };
  return media.rare === null ? usage : { ...usage, ...media.rare };
}

/** With a total and one part the other part is known. */
function withTotal(told: Told): Told {
  const { input, output, total } = told;
  if (total === null) return told;
  if (input !== null && output === null && total >= input)
    return { ...told, output: total - input };
  if (output !== null && input === null && total >= output)
    return { ...told, input: total - output };
  return told;
}

function cachedParts(
  { facts, metadata, raw }: CallWords,
  media: MediaParts,
  { counts, details }: { readonly counts: TokenCounts; readonly details: LangChainParts | null },
): CachedParts {
  const cacheRead = counts.of('cacheReadTokens') ?? details?.cacheRead ?? media.cacheRead;
  const written = counts.of('cacheWriteTokens') ?? details?.written ?? null;
  const write5m = counts.of('cacheWrite5mTokens') ?? details?.write5m ?? null;
  const write1h = counts.of('cacheWrite1hTokens') ?? details?.write1h ?? null;
  if (metadata === null && raw === null) {
    return splitWrites({ cacheRead, written, write5m, write1h });
  }
  const where = metadata === null ? (facts.key('rawUsage') ?? '') : METADATA;
  const at = (object: JsonObject | null, name: string): number | null =>
    object === null ? null : counts.at(object, name, where);
  const anthropic = objectAt(metadata, 'anthropic');
  const bedrock = objectAt(metadata, 'bedrock', 'usage');
  const split = objectAt(raw, 'cache_creation');
  return splitWrites({
    cacheRead:
      cacheRead ??
      at(raw, 'cache_read_input_tokens') ??
      at(objectAt(raw, 'prompt_tokens_details'), 'cached_tokens') ??
      at(objectAt(raw, 'input_tokens_details'), 'cached_tokens') ??
      at(anthropic, 'cacheReadInputTokens') ??
      at(bedrock, 'cacheReadInputTokens') ??
      at(objectAt(metadata, 'openai'), 'cachedPromptTokens'),
    written:
      written ??
      at(raw, 'cache_creation_input_tokens') ??
      at(anthropic, 'cacheCreationInputTokens') ??
      at(bedrock, 'cacheWriteInputTokens'),
    write5m: write5m ?? at(split, 'ephemeral_5m_input_tokens'),
    write1h: write1h ?? at(split, 'ephemeral_1h_input_tokens'),
  });
}

/** Cache writes by how long they are kept; those of which nothing is said are kept for five minutes. */
function splitWrites({ cacheRead, written, write5m, write1h }: ToldCache): CachedParts {
  if (written === null) return { cacheRead, cacheWrite: write5m, cacheWrite1h: write1h };
  // A split that does not fit belongs to another call (the last of several that the span sums up).
  return write1h !== null && write1h <= written
    ? { cacheRead, cacheWrite: written - write1h, cacheWrite1h: write1h }
    : { cacheRead, cacheWrite: written, cacheWrite1h: null };
}

interface MediaParts {
  /** Of all modalities, where the emitter tells nothing but the modalities. */
  readonly input: number | null;
  readonly output: number | null;
  readonly cacheRead: number | null;
  readonly audioInput: number | null;
  readonly audioOutput: number | null;
  readonly rare: Pick<
    Usage,
    'audioCacheReadTokens' | 'imageInputTokens' | 'imageOutputTokens' | 'imageCacheReadTokens'
  > | null;
}

const NO_MEDIA: MediaParts = {
  input: null,
  output: null,
  cacheRead: null,
  audioInput: null,
  audioOutput: null,
  rare: null,
};

function mediaParts(counts: TokenCounts, details: LangChainParts | null): MediaParts {
  const audioInput = counts.of('audioInputTokens') ?? details?.audioInput ?? null;
  const audioOutput = counts.of('audioOutputTokens') ?? details?.audioOutput ?? null;
  const audioCacheReadTokens = counts.of('audioCacheReadTokens');
  const imageInputTokens = counts.of('imageInputTokens');
  const imageOutputTokens = counts.of('imageOutputTokens');
  const imageCacheReadTokens = counts.of('imageCacheReadTokens');
  return {
    input: sumOf([counts.of('textInputTokens'), audioInput, imageInputTokens]),
    output: sumOf([counts.of('textOutputTokens'), audioOutput, imageOutputTokens]),
    cacheRead: sumOf([
      counts.of('textCacheReadTokens'),
      audioCacheReadTokens,
      imageCacheReadTokens,
    ]),
    audioInput,
    audioOutput,
    rare: {
      ...(audioCacheReadTokens === null ? {} : { audioCacheReadTokens }),
      ...(imageInputTokens === null ? {} : { imageInputTokens }),
      ...(imageOutputTokens === null ? {} : { imageOutputTokens }),
      ...(imageCacheReadTokens === null ? {} : { imageCacheReadTokens }),
    },
  };
}

/** null when none is known. */
function sumOf(parts: readonly (number | null)[]): number | null {
  return parts.reduce((sum, part) => (part === null ? sum : (sum ?? 0) + part), null);
}
