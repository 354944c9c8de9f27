/**
 * What one model call used, in whole tokens. `null` is unknown, never zero.
 *
 * `inputTokens` is inclusive: cached reads and writes, audio and images are parts of it. `outputTokens` includes
 * reasoning, audio and images. The readers turn emitters that count the parts apart (Anthropic native, Langfuse) into
 * this form before anything is priced.
 */
export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Of all modalities. */
  readonly cacheReadTokens: number | null;
  /** Cache writes kept five minutes (the default where the emitter does not say). */
  readonly cacheWriteTokens: number | null;
  readonly cacheWrite1hTokens: number | null;
  readonly reasoningTokens: number | null;
  /** Fresh and cached. */
  readonly audioInputTokens: number | null;
  readonly audioOutputTokens: number | null;
  // Rare, and so absent, not null, where the emitter does not tell them: every call crosses to the store's process.
  /** The part of the cached reads, and of the audio input, that is both. */
  readonly audioCacheReadTokens?: number;
  /** Fresh and cached. */
  readonly imageInputTokens?: number;
  readonly imageOutputTokens?: number;
  /** The part of the cached reads, and of the image input, that is both. */
  readonly imageCacheReadTokens?: number;
}

export const NO_USAGE: Usage = {
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  cacheWrite1hTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  audioOutputTokens: null,
};

const COUNTS: readonly (keyof Usage)[] = [
  ...(Object.keys(NO_USAGE) as (keyof Usage)[]),
  'audioCacheReadTokens',
  'imageInputTokens',
  'imageOutputTokens',
  'imageCacheReadTokens',
];

/** What cannot be more than what it is a part of: the parts together, with their name, and the whole. */
const PARTS: readonly (readonly [
  name: string,
  parts: readonly (keyof Usage)[],
  whole: keyof Usage,
])[] = [
  ['cached tokens', ['cacheReadTokens', 'cacheWriteTokens', 'cacheWrite1hTokens'], 'inputTokens'],
  ['audioInputTokens', ['audioInputTokens'], 'inputTokens'],
  ['imageInputTokens', ['imageInputTokens'], 'inputTokens'],
  ['audio and image tokens', ['audioInputTokens', 'imageInputTokens'], 'inputTokens'],
  ['audioOutputTokens', ['audioOutputTokens'], 'outputTokens'],
  ['imageOutputTokens', ['imageOutputTokens'], 'outputTokens'],
  ['reasoningTokens', ['reasoningTokens'], 'outputTokens'],
  ['audio and image tokens', ['audioOutputTokens', 'imageOutputTokens'], 'outputTokens'],
  [
    'cached audio and image tokens',
    ['audioCacheReadTokens', 'imageCacheReadTokens'],
    'cacheReadTokens',
  ],
  ['audioCacheReadTokens', ['audioCacheReadTokens'], 'audioInputTokens'],
  ['imageCacheReadTokens', ['imageCacheReadTokens'], 'imageInputTokens'],
];

/**
 * More is a fault of whoever counted: far more than the greatest jobs send as one call. Sums of millions of such
 * counts still fit into the 64 bits that they are stored in; of 2^53 tokens a thousand calls would not.
 */
export const CALL_TOKENS_MAX = 1_000_000_000_000;

/**
 * Why a usage cannot be true, or null when it can: every count a whole number from 0 to `CALL_TOKENS_MAX`, and the parts
 * of the input, of the output and of the cached reads no larger than the whole, where the whole is known.
 */
export function usageFault(usage: Usage): string | null {
  for (const name of COUNTS) {
    const tokens = usage[name] ?? null;
    if (tokens !== null && !isCallTokens(tokens)) {
      return `${name} must be a whole number from 0 to ${CALL_TOKENS_MAX}, not ${tokens}`;
    }
  }
  for (const [name, parts, whole] of PARTS) {
    const all = usage[whole] ?? null;
    if (all === null) continue;
    let sum = 0;
    for (const part of parts) sum += usage[part] ?? 0;
    if (sum > all) return `${name} (${sum}) exceed ${whole} (${all})`;
  }
  return null;
}

/** Whether one call can have used so many tokens. */
export const isCallTokens = (tokens: number): boolean =>
  Number.isInteger(tokens) && tokens >= 0 && tokens <= CALL_TOKENS_MAX;
