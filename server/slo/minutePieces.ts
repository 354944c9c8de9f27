/** Minutes cut into pieces that are read together. */

/** Minutes of one reading: together at most so far apart. */
export const READING_MINUTES_MAX = 360;
const GAP_MINUTES_MAX = 60;

/** Minutes in order, cut where the next is far away or a piece is long. */
export function minutePieces(minutes: Iterable<number>): number[][] {
  const pieces: number[][] = [];
  for (const minute of [...minutes].toSorted((a, b) => a - b)) {
    const piece = pieces.at(-1);
    const [first, last] = [piece?.[0] ?? minute, piece?.at(-1) ?? minute];
    if (piece && minute - last <= GAP_MINUTES_MAX && minute - first < READING_MINUTES_MAX) {
      piece.push(minute);
    } else pieces.push([minute]);
  }
  return pieces;
}

/** [from, end) */
export const minuteRange = (from: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - from) }, (_, index) => from + index);
