import { describe, expect, test } from 'vitest';
import { daysOf } from '@burnbook/domain/budgetPeriod';
import {
  forecast,
  FORECAST_COVERAGE,
  student90,
  type DaySpend,
  type ForecastInput,
  type PriceStep,
} from '@burnbook/domain/forecast';
import { DAY_NS, HOUR_NS, parseTime } from '@burnbook/domain/time';
import { dayAt, weekdayOf } from '@burnbook/domain/timeZone';

const ZONE = 'Europe/Berlin';
const USD = 1_000_000_000;

const at = (text: string): bigint => parseTime(text) ?? -1n;
/** A Monday, four weeks before clocks change. */
const START_NS = at('2026-03-02T00:00:00+01:00');

/** Numbers from 0 to 1, the same for the same seed (Steele, Lea, Flood: SplitMix, 2014, in 32 bits). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

function normalOf(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const PATTERN = [1, 1.2, 1.1, 1.15, 0.9, 0.35, 0.2];

const NOISES: Readonly<Record<string, (mean: number, normal: number) => number>> = {
  'in proportion to the day': (mean, normal) => Math.max(0, mean * (1 + 0.2 * normal)),
  'the same every day': (mean, normal) => Math.max(0, mean + 6 * normal),
  'skewed, with a long tail': (mean, normal) => mean * Math.exp(0.4 * normal - 0.08),
};

/** Days with spend that has a pattern of the week around a level, and noise. */
function seriesOf(seed: number, days: number, noise: (mean: number, normal: number) => number) {
  const random = randomOf(seed);
  const normal = normalOf(random);
  const level = 40 + 60 * random();
  const spans = daysOf(ZONE, START_NS, START_NS + BigInt(days) * DAY_NS - 2n * HOUR_NS);
  return spans.map((span): DaySpend => {
    const mean = level * (PATTERN[weekdayOf(dayAt(ZONE, span.startNs))] ?? 0);
    return { ...span, spentNano: BigInt(Math.round(noise(mean, normal()) * USD)) };
  });
}

const sum = (days: readonly DaySpend[]): bigint =>
  days.reduce((total, { spentNano }) => total + spentNano, 0n);

/** Asks at the beginning of the day after `known` days, for the `ahead` that follow. */
function inputOf(days: readonly DaySpend[], known: number, ahead: number): ForecastInput {
  const today = days[known];
  const last = days[known + ahead - 1];
  if (!today || !last) throw new Error('the series is too short');
  return {
    timeZone: ZONE,
    nowNs: today.startNs,
    history: days.slice(0, known),
    today: { ...today, spentNano: 0n },
    rate: { fromNs: START_NS, spentNano: sum(days.slice(0, known)), spanMinNs: DAY_NS },
    endNs: last.endNs,
    priceSteps: [],
  };
}

function told(input: ForecastInput) {
  const answer = forecast(input);
  if (!answer) throw new Error('nothing was forecast');
  return answer;
}

describe('the interval holds the days that were held back about as often as it says', () => {
  const SERIES = 1_000;
  test.each(
    Object.keys(NOISES).flatMap((noise) =>
      [
        [28, 3],
        [28, 24],
        [56, 10],
        [56, 30],
      ].map(([known = 0, ahead = 0]) => [noise, known, ahead] as const),
    ),
  )('noise %s, %i days known, %i ahead', (name, known, ahead) => {
    const noise = NOISES[name] ?? (() => 0);
    let held = 0;
    for (let seed = 1; seed <= SERIES; seed++) {
      const days = seriesOf(seed * 7_919, known + ahead, noise);
      const { method, moreLowNano, moreHighNano } = told(inputOf(days, known, ahead));
      expect(method).toBe('weekday');
      const actual = sum(days.slice(known, known + ahead));
      if (actual >= (moreLowNano ?? 0n) && actual <= (moreHighNano ?? 0n)) held++;
    }
    // Three standard deviations of a share of 0.8 in a thousand are 0.038.
    expect(Math.abs(held / SERIES - FORECAST_COVERAGE)).toBeLessThan(0.038);
  });
});

test('the interval of a busy week is of use: far narrower than what it is about', () => {
  const days = seriesOf(11, 70, NOISES['in proportion to the day'] ?? Number);
  const { moreNano, moreLowNano, moreHighNano } = told(inputOf(days, 56, 14));
  const width = Number((moreHighNano ?? 0n) - (moreLowNano ?? 0n)) / Number(moreNano);
  expect(width).toBeGreaterThan(0.05);
  expect(width).toBeLessThan(0.35);
});

test('without noise the forecast is exact, also over the days on which clocks change', () => {
  const days = seriesOf(5, 70, (mean) => mean);
  const { moreNano, moreLowNano, moreHighNano } = told(inputOf(days, 28, 30));
  const actual = sum(days.slice(28, 58));
  for (const nano of [moreNano, moreLowNano ?? 0n, moreHighNano ?? 0n]) {
    expect(Math.abs(Number(nano - actual))).toBeLessThan(1_000);
  }
});

describe('with less than four weeks of history', () => {
  test('the run rate goes on, without an interval', () => {
    const days = seriesOf(3, 40, (mean) => mean);
    const input = inputOf(days, 27, 13);
    const answer = told(input);
    expect(answer).toMatchObject({ method: 'runRate', moreLowNano: null, moreHighNano: null });
    const perDay = Number(sum(days.slice(0, 27))) / 27;
    expect(Number(answer.moreNano) / (13 * perDay)).toBeCloseTo(1, 2);
  });

  test('nothing is told before enough of the period has been measured', () => {
    const input = inputOf(
      seriesOf(3, 40, (mean) => mean),
      2,
      20,
    );
    const rate = { ...input.rate, spanMinNs: 2n * DAY_NS + 1n };
    expect(forecast({ ...input, rate })).toBeNull();
    expect(forecast({ ...input, rate: { ...rate, spanMinNs: 2n * DAY_NS } })).not.toBeNull();
    expect(
      forecast({ ...input, rate: { ...rate, fromNs: input.nowNs, spanMinNs: 0n } }),
    ).toBeNull();
  });
});

test('a nightly job that has run today is not expected again today', () => {
  const days = seriesOf(9, 58, (mean) => mean);
  const input = inputOf(days, 56, 2);
  const today = days[56];
  if (!today) throw new Error('no today');
  const morning = { ...input, nowNs: today.startNs + DAY_NS / 4n };
  const before = told({ ...morning, today: { ...today, spentNano: 0n } });
  const after = told({ ...morning, today });
  expect(before.moreNano - after.moreNano).toBe(today.spentNano);
});

describe('a scheduled change of price', () => {
  const days = seriesOf(21, 70, (mean) => mean);
  const input = inputOf(days, 42, 14);
  const plain = told(input);
  const stepped = (...priceSteps: PriceStep[]) => told({ ...input, priceSteps });
  const step = (day: number, ratio: number, share = 1, series = 'wren'): PriceStep => ({
    series,
    fromNs: days[day]?.startNs ?? 0n,
    ratio,
    share,
  });
  const near = (actual: bigint, expected: number) =>
    expect(Number(actual) / expected).toBeCloseTo(1, 6);

  test('concerns what is spent from its day on', () => {
    const before = Number(sum(days.slice(42, 49)));
    const after = Number(sum(days.slice(49, 56)));
    near(stepped(step(49, 2)).moreNano, before + 2 * after);
    near(stepped(step(49, 0.5)).moreNano, before + after / 2);
    expect(stepped(step(56, 3)).moreNano).toBe(plain.moreNano);
  });

  test('concerns its share of the spend alone', () => {
    near(stepped(step(42, 3, 0.25)).moreNano, Number(plain.moreNano) * 1.5);
  });

  test('is followed by the next one of the same price, and adds to those of others', () => {
    const first = Number(sum(days.slice(42, 49)));
    const second = Number(sum(days.slice(49, 56)));
    near(stepped(step(42, 2), step(49, 4)).moreNano, 2 * first + 4 * second);
    near(
      stepped(step(42, 2, 0.5, 'wren'), step(49, 3, 0.5, 'heron')).moreNano,
      1.5 * first + 2.5 * second,
    );
  });

  test('in the middle of a day counts for the rest of it', () => {
    const noon = { ...step(42, 3), fromNs: (days[42]?.startNs ?? 0n) + DAY_NS / 2n };
    near(stepped(noon).moreNano, 3 * Number(plain.moreNano) - Number(days[42]?.spentNano));
  });

  test('moves the run rate as well', () => {
    const short = inputOf(days, 20, 10);
    const more = told({ ...short, priceSteps: [step(20, 2)] }).moreNano;
    near(more, 2 * Number(told(short).moreNano));
  });
});

test('Student’s t has the percentiles of the tables', () => {
  // Abramowitz and Stegun, Handbook of Mathematical Functions (1964), table 26.10, A = 0.8.
  for (const [degrees, percentile] of [
    [3, 1.638],
    [4, 1.533],
    [7, 1.415],
    [10, 1.372],
    [30, 1.31],
    [120, 1.289],
  ] as const) {
    expect(student90(degrees)).toBeCloseTo(percentile, 2);
  }
});
