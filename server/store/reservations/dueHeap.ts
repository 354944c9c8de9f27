/** Instants in order, each with an id: a binary heap. An id may stand in it more than once; who takes it out looks. */
interface Due {
  readonly atNs: bigint;
  readonly id: string;
}

export class DueHeap {
  readonly #items: Due[] = [];

  add(atNs: bigint, id: string): void {
    const items = this.#items;
    let at = items.length;
    const item = { atNs, id };
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (!parent || parent.atNs <= atNs) break;
      items[at] = parent;
      at = above;
    }
    items[at] = item;
  }

  /** Takes out the earliest that is not after `nowNs`; undefined: there is none. */
  take(nowNs: bigint): string | undefined {
    const items = this.#items;
    const first = items[0];
    if (!first || first.atNs > nowNs) return undefined;
    const last = items.pop();
    if (last && items.length > 0) this.#sink(last);
    return first.id;
  }

  #sink(item: Due): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const left = items[below];
      if (!left) break;
      const right = items[below + 1];
      const less = right && right.atNs < left.atNs ? right : left;
      if (less === right) below++;
      if (less.atNs >= item.atNs) break;
      items[at] = less;
      at = below;
    }
    items[at] = item;
  }
}
