import { describe, expect, test } from 'vitest';
import type { UsageView } from '../../server/contract.js';
import { usageText } from '../../web/batch/usageText.js';
import { loadWords } from '../../web/i18n/t.js';

await loadWords('batch');

const NOTHING: UsageView = {
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  cacheWrite1hTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  audioOutputTokens: null,
  audioCacheReadTokens: null,
  imageInputTokens: null,
  imageOutputTokens: null,
  imageCacheReadTokens: null,
  cpuS: null,
  memoryGbS: null,
};

describe('the usage of a line', () => {
  test('says every class that was used, and nothing of the others', () => {
    const usage = {
      ...NOTHING,
      inputTokens: 10_000,
      cacheReadTokens: 6_000,
      cacheWrite1hTokens: 2_000,
      imageInputTokens: 40,
      outputTokens: 500,
      reasoningTokens: 0,
      audioOutputTokens: 25,
    };
    expect(usageText(usage, 'en')).toBe(
      '10,000 in · 40 of it images · 6,000 cached · 2,000 cache write for 1 h · 500 out · 25 of it audio',
    );
    expect(usageText(NOTHING, 'en')).toBe('');
  });
});
