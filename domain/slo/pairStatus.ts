/** How one pair of windows stands: whether it fires, and whether one that fired still holds. */
import { DAY_NS, HOUR_NS, MINUTE_NS } from '../time.js';
import { burnRate, isOver, type EventSum } from './burnRate.js';
import { isUnknown, knownBad, type CoverageReader } from './coverage.js';
import type { BudgetInput, SumReader } from './errorBudget.js';
import { isSignificant } from './lowTraffic.js';
import { minuteEnd } from './minutes.js';
import type { Slo, WindowPair } from './slo.js';
import { pairName } from './windowPairs.js';

/** Four words: `critical` fires; `increasing`: the short window alone is over; `recovering`: the long one alone, or it still holds. */
export type BurnWord = 'critical' | 'increasing' | 'recovering' | 'acceptable';

export interface WindowSum extends EventSum {
  readonly fromNs: bigint;
  readonly toNs: bigint;
  /** By what was seen; under 90 % coverage a lower bound, over the estimated full total. null: no event. */
  readonly burnRate: number | null;
  readonly coverage: number | null;
}

/** A pair that fired at an earlier evaluation and has not resolved since. */
export interface StandingPair {
  /** `pairName` */
  readonly name: string;
  readonly sinceNs: bigint;
  /** Since when data is missing that could resolve it; null: it is not. */
  readonly frozenSinceNs: bigint | null;
}

export interface PairStatus {
  readonly name: string;
  readonly pair: WindowPair;
  readonly word: BurnWord;
  readonly long: WindowSum;
  readonly short: WindowSum;
  /** Whether the low-traffic test lets it fire; null: the burn is not over the factor. */
  readonly significant: boolean | null;
  /** Both windows are over the factor, and not by chance. */
  readonly fires: boolean;
  /** It fires, or it fired and nothing shows yet that it is over: the alert stands. */
  readonly holds: boolean;
  /** It holds for want of data that could resolve it: since when. */
  readonly frozenSinceNs: bigint | null;
  /** Frozen for so long that its owner must say how it ended. */
  readonly askOwner: boolean;
  /** null: it does not hold. */
  readonly sinceNs: bigint | null;
}

/** It resolves when the short window stayed below this part of the factor… */
const RESOLVE_PART = 0.8;
/** …for so many minutes. */
const RESOLVE_MINUTES = 10n;
const ASK_OWNER_AFTER_NS = DAY_NS;
/** How far back the last event is looked for that could say how it ended. */
const LAST_EVENT_WITHIN_NS = 7n * DAY_NS;

type JudgedSlo = Pick<Slo, 'targetPpb' | 'method'>;
type PairInput = BudgetInput & { readonly coverage: CoverageReader };

export function pairStatus(
  slo: JudgedSlo,
  pair: WindowPair,
  input: PairInput & { readonly standing: StandingPair | undefined },
): PairStatus {
  const { nowNs, standing } = input;
  const toNs = minuteEnd(nowNs);
  const long = windowSum(slo, { fromNs: toNs - pair.longNs, toNs }, input);
  const short = windowSum(slo, { fromNs: toNs - pair.shortNs, toNs }, input);
  const longOver = isOver(long.burnRate, pair);
  const shortOver = isOver(short.burnRate, pair);
  const significant =
    longOver && shortOver ? isSignificant(long, { severity: pair.severity, ...slo }) : null;
  const fires = significant === true;
  const ending = standing && !fires ? endingOf(slo, pair, input) : 'burning';
  const holds = fires || (standing !== undefined && ending !== 'over');
  const frozenSinceNs =
    !fires && holds && ending === 'unseen' ? (standing?.frozenSinceNs ?? nowNs) : null;
  return {
    name: pairName(pair),
    pair,
    word: fires
      ? 'critical'
      : holds || (longOver && !shortOver)
        ? 'recovering'
        : shortOver
          ? 'increasing'
          : 'acceptable',
    long,
    short,
    significant,
    fires,
    holds,
    frozenSinceNs,
    askOwner: frozenSinceNs !== null && nowNs - frozenSinceNs > ASK_OWNER_AFTER_NS,
    sinceNs: holds ? (standing?.sinceNs ?? nowNs) : null,
  };
}

/** Sums of one window with its burn and coverage. */
export function windowSum(
  slo: JudgedSlo,
  { fromNs, toNs }: { readonly fromNs: bigint; readonly toNs: bigint },
  { sums, coverage, expected }: Omit<PairInput, 'nowNs'>,
): WindowSum {
  const sum = sums.sum(fromNs, toNs);
  const covered = coverage.coverage(fromNs, toNs);
  const full = isUnknown(covered) && sum.total > 0 ? expected.between(fromNs, toNs) : null;
  const burn = burnRate(knownBad(sum, { coverage: covered, expected: full }), slo);
  return { fromNs, toNs, ...sum, burnRate: burn, coverage: covered };
}

/** `over`: it has ended. `unseen`: nothing was seen that could end it. */
type Ending = 'burning' | 'unseen' | 'over';

function endingOf(slo: JudgedSlo, pair: WindowPair, input: PairInput): Ending {
  const endNs = minuteEnd(input.nowNs);
  let seen = false;
  let unseen = false;
  for (let minute = 0n; minute < RESOLVE_MINUTES; minute++) {
    const toNs = endNs - minute * MINUTE_NS;
    const short = windowSum(slo, { fromNs: toNs - pair.shortNs, toNs }, input);
    if (short.burnRate !== null && short.burnRate >= RESOLVE_PART * pair.factor) return 'burning';
    if (isUnknown(short.coverage)) unseen = true;
    if (short.total > 0) seen = true;
  }
  if (unseen) return 'unseen';
  return seen || lastEventsWereGood(slo, pair, input) ? 'over' : 'unseen';
}

/** A pause proves nothing: what came last before it decides. */
function lastEventsWereGood(
  slo: JudgedSlo,
  { factor }: WindowPair,
  { nowNs, sums }: PairInput,
): boolean {
  const minuteNs = lastMinuteWithEvents(sums, minuteEnd(nowNs));
  if (minuteNs === null) return false;
  const { good, total } = sums.sum(minuteNs, minuteNs + MINUTE_NS);
  const burn = burnRate({ bad: total - good, total }, slo);
  return burn !== null && burn < RESOLVE_PART * factor;
}

function lastMinuteWithEvents(sums: SumReader, endNs: bigint): bigint | null {
  if (sums.sum(endNs - LAST_EVENT_WITHIN_NS, endNs).total === 0) return null;
  // The last one is `low` minutes before the end or further, and nearer than `high`.
  let low = 0n;
  let high = LAST_EVENT_WITHIN_NS / MINUTE_NS;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (sums.sum(endNs - middle * MINUTE_NS, endNs).total > 0) high = middle;
    else low = middle;
  }
  return endNs - high * MINUTE_NS;
}

/** Where the shortest window that pages says how fast it burns now. */
export const HEADLINE_NS = HOUR_NS;
