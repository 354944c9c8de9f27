import { expect, test } from 'vitest';
import { MINUTE_NS } from '@burnbook/domain/time';
import { missProbability, type EarlierRun } from '../../domain/slo/missProbability.js';

const minutes = (count: number): bigint => BigInt(Math.round(count * 60)) * 1_000_000_000n;

/** A pipeline of three steps whose lengths vary together with how much data there is. */
function simulate(seed: number, count: number): EarlierRun[] {
  let state = seed;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return Array.from({ length: count }, () => {
    const size = 0.6 + 1.2 * random() ** 2;
    const parse = 10 * size * (0.9 + 0.2 * random());
    const embed = 30 * size * (0.8 + 0.4 * random());
    const write = 5 * (0.9 + 0.2 * random());
    return {
      delayNs: minutes(2 * random()),
      durationNs: minutes(parse + embed + write),
      steps: new Map([
        ['parse', minutes(parse)],
        ['embed', minutes(parse + embed)],
        ['write', minutes(parse + embed + write)],
      ]),
    };
  });
}

test('says nothing of too few earlier runs', () => {
  const run = { nominalNs: 0n, startNs: 0n, steps: new Map<string, bigint>() };
  const at = { nowNs: MINUTE_NS, dueNs: 60n * MINUTE_NS };
  expect(missProbability(run, simulate(1, 4), at)).toBeNull();
});

test('rises while nothing finishes, and is 1 once the deadline has passed', () => {
  const earlier = simulate(1, 50);
  const run = { nominalNs: 0n, startNs: 0n, steps: new Map<string, bigint>() };
  const values = [0, 30, 45, 55, 61].map(
    (minute) =>
      missProbability(run, earlier, { nowNs: minutes(minute), dueNs: minutes(60) })?.value ?? 0,
  );
  expect(values).toEqual(values.toSorted((a, b) => a - b));
  expect(values[0]).toBeLessThan(0.5);
  expect(values.at(-1)).toBe(1);
});

test('looks at the last finished step that earlier runs had too', () => {
  const steps = new Map([
    ['parse', minutes(12)],
    ['new step', minutes(14)],
  ]);
  const found = missProbability({ nominalNs: 0n, startNs: 0n, steps }, simulate(2, 50), {
    nowNs: minutes(15),
    dueNs: minutes(60),
  });
  expect(found).toMatchObject({ method: 'since the last step' });
  expect(found?.samples).toBeGreaterThanOrEqual(20);
});

test.each([3, 17, 99])(
  'is calibrated on held-back history: of what is called p, about p misses (seed %i)',
  (seed) => {
    const all = simulate(seed, 2_050);
    const bins = Array.from({ length: 5 }, () => ({ said: 0, missed: 0, count: 0 }));
    const dueNs = minutes(55);
    for (let index = 50; index < all.length; index++) {
      const run = all[index];
      if (!run) continue;
      const earlier = all.slice(index - 50, index);
      for (const minute of [0, 10, 20, 30, 40, 50]) {
        const nowNs = minutes(minute);
        if (run.durationNs <= nowNs) continue;
        const steps = new Map([...run.steps].filter(([, doneNs]) => doneNs <= nowNs));
        const said = missProbability({ nominalNs: 0n, startNs: 0n, steps }, earlier, {
          nowNs,
          dueNs,
        });
        if (!said) continue;
        const bin = bins[Math.min(4, Math.floor(said.value * 5))];
        if (!bin) continue;
        bin.count++;
        bin.said += said.value;
        bin.missed += Number(run.durationNs > dueNs);
      }
    }
    // Expected calibration error: how far what is said lies from what happens, over all that is said.
    const asked = bins.reduce((sum, { count }) => sum + count, 0);
    const off = bins.reduce((sum, { said, missed }) => sum + Math.abs(said - missed), 0);
    expect(off / asked).toBeLessThan(0.03);
    expect(bins.filter(({ count }) => count >= 200).length).toBeGreaterThanOrEqual(4);
  },
);
