import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BARS,
  MODELS_MAX,
  waterfall,
  type Bar,
  type ModelPeriod,
  type Period,
} from '@burnbook/domain/waterfall';

const upTo = (max: bigint) => fc.bigInt({ min: 0n, max });
const modelPeriod: fc.Arbitrary<ModelPeriod> = fc
  .record({
    costNano: fc.oneof(upTo(9n), upTo(10n ** 15n)),
    lost: fc.integer({ min: 0, max: 100 }),
    tokens: fc.oneof(upTo(3n), upTo(10n ** 12n)),
    calls: fc.oneof(upTo(3n), upTo(10n ** 7n)),
  })
  .map(({ lost, ...model }) => ({
    ...model,
    lostNano: (model.costNano * BigInt(lost)) / 100n,
  }));
const anyPeriod: fc.Arbitrary<Period> = fc.record({
  rows: fc.option(fc.oneof(upTo(2n), upTo(10n ** 10n)), { nil: null }),
  computeNano: upTo(10n ** 13n),
  models: fc
    .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), modelPeriod), {
      selector: ([name]) => name,
    })
    .map((entries) => new Map(entries)),
});
/** Every model works in full: cost, tokens, calls, and not all of it lost. */
const plainModel: fc.Arbitrary<ModelPeriod> = fc.record({
  costNano: fc.bigInt({ min: 100n, max: 10n ** 12n }).map((nano) => nano * 4n),
  lostNano: fc.bigInt({ min: 0n, max: 90n }),
  tokens: fc.bigInt({ min: 1n, max: 10n ** 9n }),
  calls: fc.bigInt({ min: 1n, max: 10n ** 5n }),
});
const plainPeriod: fc.Arbitrary<Period> = fc.record({
  rows: fc.option(fc.bigInt({ min: 1n, max: 10n ** 8n }), { nil: null }),
  computeNano: upTo(10n ** 12n),
  models: fc
    .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), plainModel), {
      selector: ([name]) => name,
      minLength: 1,
    })
    .map((entries) => new Map(entries)),
});
const scale = fc.bigInt({ min: 2n, max: 50n });

const sumOf = (values: readonly bigint[]): bigint => values.reduce((sum, value) => sum + value, 0n);
const spentOf = ({ computeNano, models }: Period): bigint =>
  computeNano + sumOf([...models.values()].map(({ costNano }) => costNano));
const moved = (before: Period, after: Period): Bar[] => {
  const { bars } = waterfall(before, after);
  return BARS.filter((bar) => bars[bar] !== 0n);
};
const mapModels = (period: Period, change: (model: ModelPeriod) => ModelPeriod): Period => ({
  ...period,
  models: new Map([...period.models].map(([name, model]) => [name, change(model)])),
});
const times = (model: ModelPeriod, by: bigint, keys: readonly (keyof ModelPeriod)[]): ModelPeriod =>
  Object.fromEntries(
    Object.entries(model).map(([key, value]: [string, bigint]) => [
      key,
      (keys as readonly string[]).includes(key) ? value * by : value,
    ]),
  ) as unknown as ModelPeriod;
const ALL = ['costNano', 'lostNano', 'tokens', 'calls'] as const;

describe('the bars of a change', () => {
  test('add up to it exactly, in all and for each model', () => {
    fc.assert(
      fc.property(anyPeriod, anyPeriod, (before, after) => {
        const told = waterfall(before, after);
        expect([told.beforeNano, told.afterNano]).toEqual([spentOf(before), spentOf(after)]);
        expect(sumOf(Object.values(told.bars))).toBe(told.afterNano - told.beforeNano);
        for (const model of told.models) {
          expect(sumOf(Object.values(model.bars))).toBe(model.afterNano - model.beforeNano);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('change their sign when the periods change places; what was new is gone', () => {
    fc.assert(
      fc.property(anyPeriod, anyPeriod, (before, after) => {
        const there = waterfall(before, after).bars;
        const back = waterfall(after, before).bars;
        const expected = { ...there, new: there.gone, gone: there.new };
        expect(back).toEqual(
          Object.fromEntries(Object.entries(expected).map(([bar, nano]) => [bar, -nano])),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('are all 0 between equal periods', () => {
    fc.assert(
      fc.property(anyPeriod, (period) => {
        expect(moved(period, period)).toEqual([]);
      }),
    );
  });

  test('move volume alone when there is more of the same', () => {
    fc.assert(
      fc.property(plainPeriod, scale, (before, by) => {
        const after = mapModels(before, (model) => times(model, by, ALL));
        const rows = before.rows === null ? null : before.rows * by;
        expect(moved(before, { ...after, rows })).toEqual(['volume']);
      }),
    );
  });

  test('move tokens per row alone when each row takes more tokens', () => {
    fc.assert(
      fc.property(plainPeriod, scale, (before, by) => {
        const after = mapModels(before, (model) =>
          times(model, by, ['costNano', 'lostNano', 'tokens']),
        );
        expect(moved(before, after)).toEqual(['tokensPerRow']);
      }),
    );
  });

  test('move price alone when every token costs more', () => {
    fc.assert(
      fc.property(plainPeriod, scale, (before, by) => {
        const after = mapModels(before, (model) => times(model, by, ['costNano', 'lostNano']));
        expect(moved(before, after)).toEqual(['price']);
      }),
    );
  });

  test('move retries alone when more is lost of what stays the same otherwise', () => {
    fc.assert(
      fc.property(plainPeriod, scale, (period, by) => {
        const before = mapModels(period, (model) => ({ ...model, lostNano: 0n }));
        // For every part that is kept there are now `by` in all, at the same price.
        const after = mapModels(before, (model) => ({
          ...times(model, by, ALL),
          lostNano: model.costNano * (by - 1n),
        }));
        expect(moved(before, after)).toEqual(['retries']);
      }),
    );
  });

  test('move mix alone when two models of unlike prices trade places', () => {
    const model = (costNano: bigint): ModelPeriod => {
      return { costNano, lostNano: 0n, tokens: 10n, calls: 1n };
    };
    const of = (cheap: bigint, dear: bigint): Period => ({
      rows: 100n,
      computeNano: 0n,
      models: new Map([
        ['cheap', times(model(10n), cheap, ALL)],
        ['dear', times(model(90n), dear, ALL)],
      ]),
    });
    expect(moved(of(3n, 1n), of(1n, 3n))).toEqual(['mix']);
    expect(waterfall(of(3n, 1n), of(1n, 3n)).bars.mix).toBe(160n);
  });

  test('tell what was split by hand: twice the rows at half the price', () => {
    const before: Period = {
      rows: 100n,
      computeNano: 5n,
      models: new Map([['wren', { costNano: 1_000n, lostNano: 0n, tokens: 500n, calls: 10n }]]),
    };
    const after: Period = {
      rows: 200n,
      computeNano: 8n,
      models: new Map([['wren', { costNano: 1_000n, lostNano: 0n, tokens: 1_000n, calls: 20n }]]),
    };
    // ((2−1)·1 + (2−1)·½)/2 of 1,000 for the rows, and as much back for the price.
    expect(waterfall(before, after).bars).toMatchObject({
      volume: 750n,
      price: -750n,
      tokensPerRow: 0n,
      mix: 0n,
      retries: 0n,
      compute: 3n,
    });
  });

  test('count volume in calls where a period tells no rows', () => {
    const wren = { costNano: 1_000n, lostNano: 0n, tokens: 500n, calls: 10n };
    const of = (rows: bigint | null): Period => {
      return { rows, computeNano: 0n, models: new Map([['wren', wren]]) };
    };
    expect(waterfall(of(null), of(3n)).volumeIn).toBe('calls');
    expect(waterfall(of(0n), of(3n)).volumeIn).toBe('calls');
    expect(waterfall(of(2n), of(3n)).volumeIn).toBe('rows');
  });

  test('take the cheapest of very many models together, and still add up', () => {
    const of = (by: bigint): Period => ({
      rows: 10n * by,
      computeNano: 0n,
      models: new Map(
        Array.from({ length: 200 }, (_, index) => [
          `model ${index}`,
          { costNano: BigInt(index) * 997n * by + 7n, lostNano: 3n, tokens: 31n * by, calls: 2n },
        ]),
      ),
    });
    const told = waterfall(of(1n), of(3n));
    expect(told.models).toHaveLength(MODELS_MAX + 1);
    expect(told.models.at(-1)?.model).toBeNull();
    expect(sumOf(Object.values(told.bars))).toBe(spentOf(of(3n)) - spentOf(of(1n)));
  });
});
