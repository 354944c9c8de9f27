/** The usage of a stored line, out of its columns. */
import type { Usage } from '@burnbook/domain/usage';

const RARE = [
  ['audioCacheReadTokens', 'audio_cache_read_tokens'],
  ['imageInputTokens', 'image_input_tokens'],
  ['imageOutputTokens', 'image_output_tokens'],
  ['imageCacheReadTokens', 'image_cache_read_tokens'],
] as const satisfies readonly (readonly [keyof Usage, string])[];

/** @param valueOf the value of a column, a bigint or null. */
export function usageFrom(valueOf: (column: string) => unknown): Usage {
  const usage: { -readonly [Key in keyof Usage]: Usage[Key] } = {
    inputTokens: tokens(valueOf('input_tokens')),
    outputTokens: tokens(valueOf('output_tokens')),
    cacheReadTokens: tokens(valueOf('cache_read_tokens')),
    cacheWriteTokens: tokens(valueOf('cache_write_tokens')),
    cacheWrite1hTokens: tokens(valueOf('cache_write_1h_tokens')),
    reasoningTokens: tokens(valueOf('reasoning_tokens')),
    audioInputTokens: tokens(valueOf('audio_input_tokens')),
    audioOutputTokens: tokens(valueOf('audio_output_tokens')),
  };
  for (const [name, column] of RARE) {
    const value = tokens(valueOf(column));
    if (value !== null) usage[name] = value;
  }
  return usage;
}

const tokens = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number(value);
