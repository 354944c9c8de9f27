/**
 * What will be spent by a later time, from what was spent so far.
 *
 * Below four weeks of daily history: the run rate, without an interval. From then on: the mean of each weekday, with
 * an interval of nominally 80 %. Statistics are floats; money comes in and goes out whole, rounded once.
 */
import { daysOf, lengthNs, type TimeSpan } from './budgetPeriod.js';
import { dayAt, weekdayOf } from './timeZone.js';

export interface DaySpend extends TimeSpan {
  readonly spentNano: bigint;
}

/** A price that will change, as a share of the spend that is forecast. */
export interface PriceStep {
  /** Steps of one series follow one another: each tells its price against today's. */
  readonly series: string;
  readonly fromNs: bigint;
  /** New price over today's. */
  readonly ratio: number;
  /** Part of the spend that the price concerns, 0 to 1. */
  readonly share: number;
}

export interface ForecastInput {
  readonly timeZone: string;
  readonly nowNs: bigint;
  /** Whole days before today, oldest first, without a gap, from the first that ever had spend. */
  readonly history: readonly DaySpend[];
  /** The day that now is in, with its spend so far. */
  readonly today: DaySpend;
  /** Where the run rate is measured: a time and the spend since then. */
  readonly rate: {
    readonly fromNs: bigint;
    readonly spentNano: bigint;
    readonly spanMinNs: bigint;
  };
  /** Until when. */
  readonly endNs: bigint;
  readonly priceSteps: readonly PriceStep[];
}

/** Spend that is expected in a piece of time to come; nano-USD as floats. */
export interface ExpectedSpend extends TimeSpan {
  readonly mean: number;
}

export interface Forecast {
  readonly method: 'weekday' | 'runRate';
  /** More that will be spent, nano-USD. */
  readonly moreNano: bigint;
  /** Of the interval; null: the history is too short for one. */
  readonly moreLowNano: bigint | null;
  readonly moreHighNano: bigint | null;
  readonly pieces: readonly ExpectedSpend[];
}

/** Nominal coverage of the interval. */
export const FORECAST_COVERAGE = 0.8;
const HISTORY_DAYS_MIN = 28;
/** Older days say more about how the pipelines were than about how they are. */
const HISTORY_DAYS_MAX = 56;
/** The 90th percentile of the normal distribution: 80 % lie between it and its negative. */
const NORMAL_90 = 1.2815515655446004;

/** @returns null while there is too little to tell anything from. */
export function forecast(input: ForecastInput): Forecast | null {
  const recent = input.history.slice(-HISTORY_DAYS_MAX);
  return recent.length >= HISTORY_DAYS_MIN ? byWeekday(input, recent) : byRunRate(input);
}

function byRunRate(input: ForecastInput): Forecast | null {
  const { nowNs, rate, priceSteps } = input;
  const measuredNs = nowNs - rate.fromNs;
  if (measuredNs <= 0n || measuredNs < rate.spanMinNs) return null;
  const perNs = Number(rate.spentNano) / Number(measuredNs);
  const pieces = ahead(input).map(({ startNs, endNs }) => {
    const piece = { startNs, endNs };
    return {
      ...piece,
      mean: perNs * Number(lengthNs(piece)) * priceFactor(priceSteps, piece),
    };
  });
  const moreNano = rounded(sumOf(pieces.map(({ mean }) => mean)));
  return { method: 'runRate', moreNano, moreLowNano: null, moreHighNano: null, pieces };
}

interface Weekday {
  readonly days: number;
  readonly mean: number;
  /** Of a day around the mean. */
  readonly variance: number;
}

function byWeekday(input: ForecastInput, recent: readonly DaySpend[]): Forecast {
  const { timeZone, today, priceSteps } = input;
  const weekdays = statistics(timeZone, recent);
  /** How many days of each weekday are ahead, in the prices of now. */
  const weights = new Map<Weekday, { days: number; squares: number }>();
  const pieces = ahead(input).map(({ startNs, endNs, dayNs }): ExpectedSpend => {
    const piece = { startNs, endNs };
    const weekday = weekdays[weekdayOf(dayAt(timeZone, startNs))] ?? NO_WEEKDAY;
    const part = Number(lengthNs(piece)) / Number(dayNs);
    const factor = priceFactor(priceSteps, piece);
    const weight = weights.get(weekday) ?? { days: 0, squares: 0 };
    weights.set(weekday, {
      days: weight.days + part * factor,
      squares: weight.squares + part * factor ** 2,
    });
    // A nightly job that has run today does not run again: what today still lacks, not its share of the hours.
    const lacking =
      startNs < today.endNs
        ? Math.max(0, weekday.mean - Number(today.spentNano))
        : weekday.mean * part;
    return { ...piece, mean: lacking * factor };
  });
  const mean = sumOf(pieces.map((piece) => piece.mean));
  const spread = spreadOf(weights);
  return {
    method: 'weekday',
    moreNano: rounded(mean),
    moreLowNano: rounded(Math.max(0, mean - spread)),
    moreHighNano: rounded(mean + spread),
    pieces,
  };
}

const NO_WEEKDAY: Weekday = { days: 0, mean: 0, variance: 0 };

function statistics(timeZone: string, days: readonly DaySpend[]): Weekday[] {
  const spendsOf: number[][] = Array.from({ length: 7 }, () => []);
  for (const { startNs, spentNano } of days)
    spendsOf[weekdayOf(dayAt(timeZone, startNs))]?.push(Number(spentNano));
  return spendsOf.map((spends) => {
    if (spends.length === 0) return NO_WEEKDAY;
    const mean = sumOf(spends) / spends.length;
    const squares = sumOf(spends.map((spend) => (spend - mean) ** 2));
    return {
      days: spends.length,
      mean,
      variance: spends.length > 1 ? squares / (spends.length - 1) : 0,
    };
  });
}

/**
 * Half the width of the interval: the days ahead vary, and so does the mean that was estimated from a few of them.
 * The variances are estimates of a few days each: Student's t, with Welch's and Satterthwaite's degrees of freedom.
 */
function spreadOf(weights: ReadonlyMap<Weekday, { days: number; squares: number }>): number {
  let variance = 0;
  let confidence = 0;
  for (const [weekday, { days, squares }] of weights) {
    if (weekday.days < 2) continue;
    const part = (squares + days ** 2 / weekday.days) * weekday.variance;
    variance += part;
    confidence += part ** 2 / (weekday.days - 1);
  }
  if (variance === 0) return 0;
  return student90(variance ** 2 / confidence) * Math.sqrt(variance);
}

/**
 * The 90th percentile of Student's t, by the Cornish-Fisher expansion around the normal one (Abramowitz and Stegun,
 * 26.7.5): within 0.1 % from 3 degrees of freedom on.
 */
export function student90(degrees: number): number {
  const z = NORMAL_90;
  return (
    z +
    (z ** 3 + z) / (4 * degrees) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  );
}

/** The mean price of a piece of time over today's. */
function priceFactor(steps: readonly PriceStep[], piece: TimeSpan): number {
  if (steps.length === 0) return 1;
  let factor = 1;
  for (const series of new Set(steps.map((step) => step.series))) {
    const own = steps
      .filter((step) => step.series === series)
      .toSorted((a, b) => (a.fromNs < b.fromNs ? -1 : a.fromNs > b.fromNs ? 1 : 0));
    own.forEach(({ fromNs, ratio, share }, index) => {
      const startNs = fromNs > piece.startNs ? fromNs : piece.startNs;
      const nextNs = own[index + 1]?.fromNs ?? piece.endNs;
      const endNs = nextNs < piece.endNs ? nextNs : piece.endNs;
      if (endNs <= startNs) return;
      const part = Number(endNs - startNs) / Number(lengthNs(piece));
      factor += part * share * (ratio - 1);
    });
  }
  return Math.max(0, factor);
}

/** The days from now to the end, cut there, each with the length of the whole day. */
function ahead({ timeZone, nowNs, endNs }: ForecastInput): (TimeSpan & { dayNs: bigint })[] {
  return daysOf(timeZone, nowNs, endNs).map((day) => ({
    startNs: day.startNs > nowNs ? day.startNs : nowNs,
    endNs: day.endNs < endNs ? day.endNs : endNs,
    dayNs: lengthNs(day),
  }));
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const rounded = (nano: number): bigint => BigInt(Math.round(nano));
