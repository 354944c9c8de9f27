export interface BurnInput {
  /** Used ÷ budget; above 1 the budget is overrun. */
  used: number;
  /** Elapsed ÷ period; null when the period has no clock (a rolling window, a finished batch). */
  elapsed?: number | null;
  /** Used ÷ budget at the end of the period if it goes on like this; null without a forecast. */
  projected?: number | null;
  /** Between which the projection lies in most cases; null: not known. */
  band?: { low: number; high: number } | null;
  /** From which `used` it needs someone, and from which it is critical. Default 1 and 2. */
  warnAt?: number;
  critAt?: number;
}

export interface BurnGeometry {
  /** How many budgets the whole width stands for: 1 until something passes the budget. */
  scale: number;
  /** All positions in per cent of the width. */
  fill: number;
  over: Stretch | null;
  ghost: Stretch | null;
  band: Stretch | null;
  tick: number | null;
  tone: 'calm' | 'warn' | 'crit';
}

interface Stretch {
  from: number;
  length: number;
}

/** Four budgets at most: what is beyond is cut, and the sentence beside the bar says the figure. */
const SCALE_MAX = 4;

/** Where the parts of a burn bar stand. Negative and not finite inputs count as nothing. */
export function burnGeometry(input: BurnInput): BurnGeometry {
  const used = positive(input.used);
  const projected = input.projected == null ? null : positive(input.projected);
  const [low, high] = [positive(input.band?.low ?? 0), positive(input.band?.high ?? 0)];
  const furthest = Math.max(used, projected ?? 0, high);
  const scale = furthest <= 1 ? 1 : Math.min(SCALE_MAX, furthest * 1.05);
  const at = (ratio: number) => (Math.min(ratio, scale) / scale) * 100;
  const fill = at(Math.min(used, 1));
  return {
    scale,
    fill,
    over: used > 1 ? { from: at(1), length: at(used) - at(1) } : null,
    ghost:
      projected !== null && projected > used
        ? { from: at(used), length: at(projected) - at(used) }
        : null,
    band: input.band && high > low ? { from: at(low), length: at(high) - at(low) } : null,
    tick: input.elapsed == null ? null : at(Math.min(positive(input.elapsed), 1)),
    tone: used >= (input.critAt ?? 2) ? 'crit' : used >= (input.warnAt ?? 1) ? 'warn' : 'calm',
  };
}

function positive(value: number): number {
  return value > 0 && Number.isFinite(value) ? value : value === Infinity ? SCALE_MAX : 0;
}
