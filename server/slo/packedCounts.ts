/** Counts as the store sends them: thousands in one text, which costs a fraction of as many rows. */
import type { Counts } from './countSeries.js';

/**
 * @param text `number:good:total:badOperations`, blank-separated; null: there are none.
 * @returns counts with the number of the minute, hour or other piece of time that they are of.
 */
export function unpackedCounts(text: string | null): (readonly [piece: number, counts: Counts])[] {
  if (text === null || text === '') return [];
  return text.split(' ').map((part) => {
    const [piece = 0, good = 0, total = 0, badOperations = 0] = part.split(':').map(Number);
    return [piece, { good, total, badOperations }];
  });
}
