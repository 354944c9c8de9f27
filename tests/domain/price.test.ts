import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  priceCompute,
  priceUsage,
  storedPrice,
  tokensByClass,
  type PriceVersion,
  type UnitPrice,
} from '@burnbook/domain/price';
import { NO_USAGE, usageFault, type Usage } from '@burnbook/domain/usage';

const flat = (perMillion: bigint): UnitPrice => ({ perMillion, steps: [] });
const price = (units: PriceVersion['units'], perMillionRequests = 0n): PriceVersion => ({
  id: 'p',
  provider: 'testai',
  model: 'wren',
  tier: 'standard',
  units,
  perMillionRequests,
  source: 'the test',
});
const usage = (parts: Partial<Usage>): Usage => ({ ...NO_USAGE, ...parts });

describe('the price of a call', () => {
  const all = price({
    input: flat(1_000n),
    cacheRead: flat(100n),
    cacheWrite: flat(1_250n),
    cacheWrite1h: flat(2_000n),
    output: flat(5_000n),
    audioInput: flat(9_000n),
    audioOutput: flat(20_000n),
  });

  test('counts every token in exactly one class', () => {
    const used = usage({
      inputTokens: 10_000_000,
      cacheReadTokens: 1_000_000,
      cacheWriteTokens: 2_000_000,
      cacheWrite1hTokens: 3_000_000,
      audioInputTokens: 500_000,
      outputTokens: 4_000_000,
      audioOutputTokens: 1_000_000,
    });
    const nano = 3_500n + 4_500n + 100n + 2_500n + 6_000n + 15_000n + 20_000n;
    expect(priceUsage(all, used)).toEqual({ costNanoUsd: nano });
  });

  test('prices images, cached audio and reasoning in classes of their own', () => {
    const media = price({
      input: flat(1_000n),
      cacheRead: flat(100n),
      output: flat(5_000n),
      reasoning: flat(3_000n),
      audioInput: flat(9_000n),
      audioCacheRead: flat(900n),
      imageInput: flat(2_000n),
      imageCacheRead: flat(200n),
      imageOutput: flat(8_000n),
    });
    const used = usage({
      inputTokens: 10_000_000,
      cacheReadTokens: 4_000_000,
      audioInputTokens: 3_000_000,
      audioCacheReadTokens: 1_000_000,
      imageInputTokens: 4_000_000,
      imageCacheReadTokens: 2_000_000,
      outputTokens: 6_000_000,
      reasoningTokens: 1_000_000,
      imageOutputTokens: 2_000_000,
    });
    const input = 2_000n + 100n + 18_000n + 900n + 4_000n + 400n;
    const output = 15_000n + 3_000n + 16_000n;
    expect(priceUsage(media, used)).toEqual({ costNanoUsd: input + output });
  });

  test('takes a cached image or cached audio without a price as cached input, else as input', () => {
    const used = usage({
      inputTokens: 2_000_000,
      cacheReadTokens: 2_000_000,
      audioInputTokens: 1_000_000,
      audioCacheReadTokens: 1_000_000,
      imageInputTokens: 1_000_000,
      imageCacheReadTokens: 1_000_000,
    });
    const units = { input: flat(1_000n), audioInput: flat(9_000n) };
    expect(priceUsage(price(units), used)).toEqual({ costNanoUsd: 2_000n });
    expect(priceUsage(price({ ...units, cacheRead: flat(100n) }), used)).toEqual({
      costNanoUsd: 200n,
    });
  });

  test('does not take audio as text where audio is the model’s business', () => {
    const audio = { ...price({ input: flat(1n), output: flat(1n) }), model: 'wren-audio' };
    expect(priceUsage(audio, usage({ inputTokens: 2, audioInputTokens: 1 }))).toEqual({
      unpriced: 'no price for audioInput tokens of testai wren-audio',
    });
    expect(priceUsage(audio, usage({ inputTokens: 2 }))).toEqual({ costNanoUsd: 0n });
  });

  test('puts every token of a usage that can be true in exactly one class', () => {
    const part = fc.nat({ max: 1_000 });
    fc.assert(
      fc.property(
        fc.record({
          inputTokens: fc.nat({ max: 3_000 }),
          outputTokens: fc.nat({ max: 3_000 }),
          cacheReadTokens: fc.option(part),
          cacheWriteTokens: fc.option(part),
          cacheWrite1hTokens: fc.option(part),
          reasoningTokens: fc.option(part),
          audioInputTokens: fc.option(part),
          audioOutputTokens: fc.option(part),
          audioCacheReadTokens: part,
          imageInputTokens: part,
          imageOutputTokens: part,
          imageCacheReadTokens: part,
        }),
        (parts) => {
          const used = usage(parts);
          fc.pre(usageFault(used) === null);
          const { output, reasoning, audioOutput, imageOutput, ...input } = tokensByClass(used);
          const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
          expect(sum(Object.values(input))).toBe(used.inputTokens);
          expect(output + reasoning + audioOutput + imageOutput).toBe(used.outputTokens);
          expect(Math.min(...Object.values(tokensByClass(used)))).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  test('takes a class without a price as the class that it is part of', () => {
    const plain = price({ input: flat(1_000n), output: flat(5_000n) });
    const used = usage({
      inputTokens: 8_000_000,
      cacheReadTokens: 2_000_000,
      cacheWrite1hTokens: 2_000_000,
      audioInputTokens: 1_000_000,
      outputTokens: 1_000_000,
      audioOutputTokens: 1_000_000,
    });
    expect(priceUsage(plain, used)).toEqual({ costNanoUsd: 13_000n });
  });

  test('takes a long-context step for the whole call once the input exceeds it', () => {
    const stepped = price({
      input: { perMillion: 3_000n, steps: [{ above: 200_000, perMillion: 6_000n }] },
      output: { perMillion: 15_000n, steps: [{ above: 200_000, perMillion: 22_500n }] },
    });
    const at = (inputTokens: number) =>
      priceUsage(stepped, usage({ inputTokens, outputTokens: 1_000_000 }));
    expect(at(200_000)).toEqual({ costNanoUsd: 600n + 15_000n });
    expect(at(200_001)).toEqual({ costNanoUsd: 1_200n + 22_500n });
  });

  test('rounds half to even, once for the whole line', () => {
    const half = price({ input: flat(500_000n), output: flat(500_000n) });
    expect(priceUsage(half, usage({ inputTokens: 1 }))).toEqual({ costNanoUsd: 0n });
    expect(priceUsage(half, usage({ inputTokens: 3 }))).toEqual({ costNanoUsd: 2n });
    expect(priceUsage(half, usage({ inputTokens: 1, outputTokens: 1 }))).toEqual({
      costNanoUsd: 1n,
    });
  });

  test('adds what a request costs by itself', () => {
    expect(priceUsage(price({ input: flat(0n) }, 7_000_000n), usage({ inputTokens: 5 }))).toEqual({
      costNanoUsd: 7n,
    });
  });

  test('is unknown, not zero, without usage, without a price for a class, or with impossible usage', () => {
    const inputOnly = price({ input: flat(1n) });
    expect(priceUsage(inputOnly, NO_USAGE)).toHaveProperty('unpriced');
    expect(priceUsage(all, usage({ outputTokens: 1 }))).toEqual({
      unpriced: 'no input tokens reported',
    });
    expect(priceUsage(inputOnly, usage({ inputTokens: 1, outputTokens: 1 }))).toEqual({
      unpriced: 'no price for output tokens of testai wren',
    });
    expect(priceUsage(all, usage({ inputTokens: 1, cacheReadTokens: 2 }))).toEqual({
      unpriced: 'impossible usage: cached tokens (2) exceed inputTokens (1)',
    });
  });

  test('is zero where the price says so or nothing was used', () => {
    expect(priceUsage(price({ input: flat(0n) }), usage({ inputTokens: 99 }))).toEqual({
      costNanoUsd: 0n,
    });
    expect(priceUsage(price({}), usage({ inputTokens: 0, outputTokens: 0 }))).toEqual({
      costNanoUsd: 0n,
    });
  });

  test('of a call is a million US dollars at the most: sums of more would not fit into 64 bits', () => {
    const ofADollar = price({ input: flat(1_000_000n * 10n ** 9n) });
    const most = 1_000_000;
    expect(priceUsage(ofADollar, usage({ inputTokens: most }))).toEqual({
      costNanoUsd: 10n ** 15n,
    });
    expect(priceUsage(ofADollar, usage({ inputTokens: most + 1 }))).toEqual({
      unpriced: 'impossible usage: a call of more than 1000000 US dollars',
    });
  });

  test('never falls when more is used', () => {
    const tokens = fc.nat({ max: 2_000_000_000 });
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, (input, output, more, cached) => {
        const cost = (inputTokens: number, outputTokens: number): bigint => {
          const cacheReadTokens = Math.min(cached, input);
          const found = priceUsage(all, usage({ inputTokens, outputTokens, cacheReadTokens }));
          return 'costNanoUsd' in found ? found.costNanoUsd : -1n;
        };
        return (
          cost(input, output) >= 0n && cost(input + more, output + more) >= cost(input, output)
        );
      }),
    );
  });
});

describe('usage that cannot be true is named', () => {
  test.each([
    [{ inputTokens: -1 }, 'inputTokens must be a whole number from 0 to 1000000000000, not -1'],
    [{ outputTokens: 1.5 }, 'outputTokens must be a whole number from 0 to 1000000000000, not 1.5'],
    [
      { inputTokens: Number.NaN },
      'inputTokens must be a whole number from 0 to 1000000000000, not NaN',
    ],
    [
      { reasoningTokens: 1_000_000_000_001 },
      'reasoningTokens must be a whole number from 0 to 1000000000000, not 1000000000001',
    ],
    [
      { inputTokens: 5, cacheReadTokens: 3, cacheWriteTokens: 3 },
      'cached tokens (6) exceed inputTokens (5)',
    ],
    [{ inputTokens: 5, audioInputTokens: 6 }, 'audioInputTokens (6) exceed inputTokens (5)'],
    [{ outputTokens: 5, audioOutputTokens: 6 }, 'audioOutputTokens (6) exceed outputTokens (5)'],
    [{ inputTokens: 5, imageInputTokens: 6 }, 'imageInputTokens (6) exceed inputTokens (5)'],
    [{ outputTokens: 5, imageOutputTokens: 6 }, 'imageOutputTokens (6) exceed outputTokens (5)'],
    [{ outputTokens: 5, reasoningTokens: 6 }, 'reasoningTokens (6) exceed outputTokens (5)'],
    [
      { inputTokens: 5, audioInputTokens: 3, imageInputTokens: 3 },
      'audio and image tokens (6) exceed inputTokens (5)',
    ],
    [
      { cacheReadTokens: 1, audioCacheReadTokens: 1, imageCacheReadTokens: 1 },
      'cached audio and image tokens (2) exceed cacheReadTokens (1)',
    ],
    [
      { imageInputTokens: 1, imageCacheReadTokens: 2 },
      'imageCacheReadTokens (2) exceed imageInputTokens (1)',
    ],
  ])('%j', (parts, fault) => {
    expect(usageFault(usage(parts))).toBe(fault);
  });

  test('what can be true has no fault', () => {
    expect(usageFault(NO_USAGE)).toBeNull();
    expect(
      usageFault(
        usage({ inputTokens: 5, cacheReadTokens: 2, cacheWriteTokens: 3, outputTokens: 0 }),
      ),
    ).toBeNull();
  });
});

describe('the price of compute', () => {
  const rate = {
    id: 'r',
    perMillionCpuSeconds: 12_500_000_000n,
    perMillionGbSeconds: 1_400_000_000n,
    source: 'x',
  };

  test('is the rate times seconds, rounded once', () => {
    expect(priceCompute(rate, 2_000_000_000n, 3_000_000_000n)).toBe(25_000n + 4_200n);
    expect(priceCompute(rate, 40_000n, 0n)).toBe(0n);
    expect(priceCompute(rate, 120_000n, 0n)).toBe(2n);
  });

  test('does not overflow on a year of a thousand cores', () => {
    const year = 31_536_000n * 1_000_000_000n;
    expect(priceCompute(rate, year * 1_000n, 0n)).toBe(31_536_000_000n * 12_500n);
  });
});

test('a stored price keeps its integers as text', () => {
  const stored = storedPrice(
    price({ input: { perMillion: 3n, steps: [{ above: 9, perMillion: 6n }] } }, 4n),
  );
  expect(JSON.parse(stored.units)).toMatchObject({
    units: {
      input: { perMillion: '3', steps: [{ above: 9, perMillion: '6' }] },
      request: { perMillion: '4' },
    },
  });
});
