/**
 * What one model call used, in whole tokens. `null` is unknown, never zero.
 *
 * `inputTokens` is inclusive: cached reads and writes and audio are parts of it. `outputTokens` includes reasoning and
 * audio. The readers turn exclusive emitters (Anthropic native, Langfuse) into this form before anything is priced.
 */
export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cacheReadTokens: number | null;
  /** Cache writes kept five minutes (the default where the emitter does not say). */
  readonly cacheWriteTokens: number | null;
  readonly cacheWrite1hTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly audioInputTokens: number | null;
  readonly audioOutputTokens: number | null;
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

/**
 * Why a usage cannot be true, or null when it can: every count a whole number from 0 to 2^53 − 1, and the parts of the
 * input and of the output no larger than the whole.
 */
export function usageFault(usage: Usage): string | null {
  for (const [name, tokens] of Object.entries(usage) as [keyof Usage, number | null][]) {
    if (tokens !== null && !(Number.isSafeInteger(tokens) && tokens >= 0)) {
      return `${name} must be a whole number from 0 to 2^53 - 1, not ${tokens}`;
    }
  }
  const cached =
    (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0) + (usage.cacheWrite1hTokens ?? 0);
  if (usage.inputTokens !== null && cached > usage.inputTokens) {
    return `cached tokens (${cached}) exceed inputTokens (${usage.inputTokens})`;
  }
  if (usage.inputTokens !== null && (usage.audioInputTokens ?? 0) > usage.inputTokens) {
    return `audioInputTokens (${usage.audioInputTokens}) exceed inputTokens (${usage.inputTokens})`;
  }
  if (usage.outputTokens !== null && (usage.audioOutputTokens ?? 0) > usage.outputTokens) {
    return `audioOutputTokens (${usage.audioOutputTokens}) exceed outputTokens (${usage.outputTokens})`;
  }
  return null;
}
