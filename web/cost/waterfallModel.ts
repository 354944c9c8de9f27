import type { Waterfall } from '../../server/contract.js';
import { compareUsd, isZeroUsd, sumUsd, usdToPixels } from '../format/usd.js';

type Bars = Waterfall['bars'];
export type Factor = keyof Bars;

/** In the order of the story: how much work, how it was done, what it cost, what went wrong, what came and went. */
export const FACTORS: readonly Factor[] = [
  'volumeUsd',
  'tokensPerRowUsd',
  'mixUsd',
  'priceUsd',
  'retriesUsd',
  'newUsd',
  'goneUsd',
  'computeUsd',
];

export interface WaterfallBar {
  factor: Factor;
  usd: string;
  /** Positions in per cent of the drawing's width. */
  from: number;
  length: number;
  isRise: boolean;
}

export interface WaterfallModel {
  before: { usd: string; length: number; from: number };
  after: { usd: string; length: number; from: number };
  /** Those that are not nothing, in their order. Their sum is the change. */
  bars: WaterfallBar[];
  /** Factors that changed nothing. */
  still: Factor[];
  /** The largest of them, whichever way. */
  biggest: WaterfallBar | null;
  /** The axis does not begin at nothing. */
  isCut: boolean;
  /** Exact sum of the bars. */
  sumUsd: string;
}

/** Where the bars stand: each begins where the one before ended. The axis leaves out what stands under all of them. */
export function waterfallModel(answer: Waterfall): WaterfallModel {
  const steps = FACTORS.filter((factor) => !isZeroUsd(answer.bars[factor]));
  const levels = steps.reduce<string[]>(
    (all, factor) => [...all, sumUsd([all.at(-1) ?? '0', answer.bars[factor]])],
    [answer.beforeUsd],
  );
  const heights = levels.map(usdToPixels);
  const [lowest, highest] = [Math.min(...heights), Math.max(...heights)];
  // With less than half of the axis in play the rest is cut off, so that small changes of large sums can be seen.
  const base =
    lowest > (highest - lowest) * 2 ? lowest - (highest - lowest) / 2 : Math.min(0, lowest);
  const width = highest - base || 1;
  const at = (value: number) => ((value - base) / width) * 100;
  const whole = (usd: string) => ({ usd, from: 0, length: Math.max(0, at(usdToPixels(usd))) });
  const bars = steps.map((factor, index): WaterfallBar => {
    const [start = 0, end = 0] = [heights[index], heights[index + 1]];
    return {
      factor,
      usd: answer.bars[factor],
      from: at(Math.min(start, end)),
      length: (Math.abs(end - start) / width) * 100,
      isRise: end > start,
    };
  });
  return {
    before: whole(answer.beforeUsd),
    after: whole(answer.afterUsd),
    bars,
    still: FACTORS.filter((factor) => !steps.includes(factor)),
    biggest: bars.reduce<WaterfallBar | null>(
      (best, each) =>
        best === null || compareUsd(absolute(each.usd), absolute(best.usd)) > 0 ? each : best,
      null,
    ),
    isCut: base > 0,
    sumUsd: sumUsd(bars.map(({ usd }) => usd)),
  };
}

/** The factor that moved one model most; null where none did. */
export function biggestOf(bars: Bars): Factor | null {
  return FACTORS.reduce<Factor | null>((best, factor) => {
    if (isZeroUsd(bars[factor])) return best;
    return best === null || compareUsd(absolute(bars[factor]), absolute(bars[best])) > 0
      ? factor
      : best;
  }, null);
}

const absolute = (usd: string): string => usd.replace('-', '');
