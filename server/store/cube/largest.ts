/** The `count`-th largest of some values, without putting all in order; there are at least so many. */
export function largestOf(values: Float64Array, count: number): number {
  // A heap of the largest so far, the least of them on top.
  const heap = values.slice(0, count).toSorted();
  for (let index = count; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (value > (heap[0] ?? 0)) sink(heap, value);
  }
  return heap[0] ?? 0;
}

/** Takes the top out, and puts a larger value in. */
function sink(heap: Float64Array, value: number): void {
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const below = right < heap.length && (heap[right] ?? 0) < (heap[left] ?? 0) ? right : left;
    if ((heap[below] ?? 0) >= value) break;
    heap[at] = heap[below] ?? 0;
    at = below;
  }
  heap[at] = value;
}
