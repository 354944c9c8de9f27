/** What has an instant, in order of it, the earliest first: a binary heap. */
export class TimeHeap<Item> {
  readonly #items: Item[] = [];
  readonly #atNs: (item: Item) => bigint;

  constructor(atNs: (item: Item) => bigint) {
    this.#atNs = atNs;
  }

  /** undefined: there is none. */
  get first(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    const items = this.#items;
    const atNs = this.#atNs(item);
    let at = items.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || this.#atNs(parent) <= atNs) break;
      items[at] = parent;
      at = above;
    }
    items[at] = item;
  }

  /** Takes out the earliest; undefined: there is none. */
  take(): Item | undefined {
    const items = this.#items;
    const [first] = items;
    const last = items.pop();
    if (last !== undefined && items.length > 0) this.#sink(last);
    return first;
  }

  #sink(item: Item): void {
    const items = this.#items;
    const atNs = this.#atNs(item);
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const left = items[below];
      if (left === undefined) break;
      const right = items[below + 1];
      const isRight = right !== undefined && this.#atNs(right) < this.#atNs(left);
      const less = isRight ? right : left;
      if (isRight) below++;
      if (this.#atNs(less) >= atNs) break;
      items[at] = less;
      at = below;
    }
    items[at] = item;
  }
}
