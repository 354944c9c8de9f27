/** When an amount of money is spent, by what is expected to be spent. */
import { lengthNs, type TimeSpan } from './budgetPeriod.js';
import type { DaySpend, ExpectedSpend } from './forecast.js';

/**
 * @param leftNano what may still be spent now.
 * @param expected pieces from now on, oldest first, without a gap.
 * @returns the instant, or null when the pieces end before.
 */
export function emptyAt(
  nowNs: bigint,
  leftNano: bigint,
  expected: readonly ExpectedSpend[],
): bigint | null {
  return rollingEmptyAt({ nowNs, leftNano, expected, durationNs: null, past: [] });
}

/**
 * The same where spend older than `durationNs` no longer counts: what rolls off gives back.
 * @param past days back to the beginning of the window, each spent evenly.
 */
export function rollingEmptyAt({
  nowNs,
  leftNano,
  expected,
  durationNs,
  past,
}: {
  readonly nowNs: bigint;
  readonly leftNano: bigint;
  readonly expected: readonly ExpectedSpend[];
  readonly durationNs: bigint | null;
  readonly past: readonly DaySpend[];
}): bigint | null {
  if (leftNano <= 0n) return nowNs;
  const rollsOff = durationNs === null ? [] : past.map((day) => leaving(day, durationNs));
  const edges = [...expected, ...rollsOff]
    .flatMap(({ startNs, endNs }) => [startNs, endNs])
    .filter((ns) => ns >= nowNs && ns <= (expected.at(-1)?.endNs ?? nowNs))
    .toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  let fromNs = nowNs;
  let left = Number(leftNano);
  for (const toNs of edges) {
    if (toNs <= fromNs) continue;
    const piece = { startNs: fromNs, endNs: toNs };
    const spent = within(expected, piece) - within(rollsOff, piece);
    // All of it at the very end is a budget that lasts.
    if (spent > 0 && spent > left) {
      return fromNs + BigInt(Math.round((Number(toNs - fromNs) * left) / spent));
    }
    left -= spent;
    fromNs = toNs;
  }
  return null;
}

function leaving({ startNs, endNs, spentNano }: DaySpend, durationNs: bigint): ExpectedSpend {
  return { startNs: startNs + durationNs, endNs: endNs + durationNs, mean: Number(spentNano) };
}

function within(pieces: readonly ExpectedSpend[], span: TimeSpan): number {
  let sum = 0;
  for (const piece of pieces) {
    const startNs = piece.startNs > span.startNs ? piece.startNs : span.startNs;
    const endNs = piece.endNs < span.endNs ? piece.endNs : span.endNs;
    if (endNs > startNs) sum += (piece.mean * Number(endNs - startNs)) / Number(lengthNs(piece));
  }
  return sum;
}
