import { compareTexts } from './texts.js';

/** The `count` keys that cost most, the dearest first; of two of one total the one that is first as a text. */
export function dearest<Key extends string | null>(
  totals: ReadonlyMap<Key, bigint>,
  count: number,
): Key[] {
  return [...totals]
    .toSorted(([a, one], [b, two]) => (one === two ? compareTexts(a, b) : one < two ? 1 : -1))
    .slice(0, count)
    .map(([key]) => key);
}
