/**
 * How often a service would page that is exactly as bad as its target allows, by simulation: events arrive at random at a
 * steady rate, each is bad by itself with the probability B. Every such page is a false one. At 99 % and ten events an hour a
 * floor of two bad ones alone gives about four a month, the low-traffic test one in two years.
 */
import { DAY_NS, HOUR_NS, MINUTE_NS } from '../time.js';
import { badOf, burnRate, isOver, type EventSum } from './burnRate.js';
import { isSignificant } from './lowTraffic.js';
import type { BudgetingMethod, WindowPair } from './slo.js';

export interface FalsePagesInput {
  readonly targetPpb: number;
  readonly method: BudgetingMethod;
  readonly eventsPerHour: number;
  /** Those that page count. */
  readonly pairs: readonly WindowPair[];
  /** The same seed gives the same answer. */
  readonly seed: number;
  readonly months?: number;
  /** What lets a pair fire; the low-traffic test unless said. */
  readonly isTold?: (sum: EventSum, pair: WindowPair) => boolean;
}

const MINUTES_OF_MONTH = Number((30n * DAY_NS) / MINUTE_NS);
const MONTHS = 24;
/** Above it a normal distribution is as good as Poisson's, and cheaper. */
const NORMAL_FROM = 30;
/** A page that ends and comes back within an hour is one. */
const SAME_PAGE_MINUTES = Number(HOUR_NS / MINUTE_NS);

/** @returns false pages a month of 30 days. */
export function falsePagesPerMonth(input: FalsePagesInput): number {
  const { pairs, seed, months = MONTHS } = input;
  const paging = pairs.filter(({ severity }) => severity === 'page');
  const minutes = months * MINUTES_OF_MONTH;
  const { total, bad } = simulated(input, minutes, randomOf(seed));
  const told = input.isTold ?? ((sum, { severity }) => isSignificant(sum, { ...input, severity }));
  let pages = 0;
  let lastMinute = -Infinity;
  for (let end = 1; end <= minutes; end++) {
    // Only a bad event can make a window fire that did not fire a minute before.
    if (at(bad, end) === at(bad, end - 1)) continue;
    const fires = paging.some((pair) => {
      const long = sumOf(total, bad, { end, lengthNs: pair.longNs });
      const short = sumOf(total, bad, { end, lengthNs: pair.shortNs });
      return burns(long, pair, input) && burns(short, pair, input) && told(long, pair);
    });
    if (!fires) continue;
    if (end - lastMinute > SAME_PAGE_MINUTES) pages++;
    lastMinute = end;
  }
  return pages / months;
}

/** Sums up to the end of each minute. */
function simulated(
  { eventsPerHour, targetPpb }: FalsePagesInput,
  minutes: number,
  random: () => number,
): { total: Float64Array; bad: Float64Array } {
  const share = (1e9 - targetPpb) / 1e9;
  const mean = eventsPerHour / 60;
  const total = new Float64Array(minutes + 1);
  const bad = new Float64Array(minutes + 1);
  for (let minute = 1; minute <= minutes; minute++) {
    // Independent marks divide a Poisson process into two.
    const badNow = poisson(mean * share, random);
    bad[minute] = at(bad, minute - 1) + badNow;
    total[minute] = at(total, minute - 1) + badNow + poisson(mean * (1 - share), random);
  }
  return { total, bad };
}

function sumOf(
  total: Float64Array,
  bad: Float64Array,
  { end, lengthNs }: { readonly end: number; readonly lengthNs: bigint },
): EventSum {
  const start = Math.max(0, end - Number(lengthNs / MINUTE_NS));
  const badSum = at(bad, end) - at(bad, start);
  const totalSum = at(total, end) - at(total, start);
  return { total: totalSum, good: totalSum - badSum, badOperations: badSum };
}

const burns = (sum: EventSum, pair: WindowPair, slo: FalsePagesInput): boolean =>
  isOver(burnRate({ bad: badOf(sum), total: sum.total }, slo), pair);

function poisson(mean: number, random: () => number): number {
  if (mean >= NORMAL_FROM) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const normal = radius * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  const limit = Math.exp(-mean);
  let product = random();
  let count = 0;
  while (product > limit) {
    product *= random();
    count++;
  }
  return count;
}

/** Uniform in [0, 1): the generator splitmix32. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
  };
}

const at = (sums: Float64Array, index: number): number => sums[index] ?? 0;
