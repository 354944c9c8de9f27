import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  priceCompute,
  priceUsage,
  storedPrice,
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
    [{ inputTokens: -1 }, 'inputTokens must be a whole number from 0 to 2^53 - 1, not -1'],
    [{ outputTokens: 1.5 }, 'outputTokens must be a whole number from 0 to 2^53 - 1, not 1.5'],
    [{ inputTokens: Number.NaN }, 'inputTokens must be a whole number from 0 to 2^53 - 1, not NaN'],
    [
      { reasoningTokens: 2 ** 53 },
      `reasoningTokens must be a whole number from 0 to 2^53 - 1, not ${2 ** 53}`,
    ],
    [
      { inputTokens: 5, cacheReadTokens: 3, cacheWriteTokens: 3 },
      'cached tokens (6) exceed inputTokens (5)',
    ],
    [{ inputTokens: 5, audioInputTokens: 6 }, 'audioInputTokens (6) exceed inputTokens (5)'],
    [{ outputTokens: 5, audioOutputTokens: 6 }, 'audioOutputTokens (6) exceed outputTokens (5)'],
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
