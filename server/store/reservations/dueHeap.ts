import { TimeHeap } from '../timeHeap.js';

interface Due {
  readonly atNs: bigint;
  readonly id: string;
}

/** Instants in order, each with an id. An id may stand in it more than once; who takes it out looks. */
export class DueHeap {
  readonly #items = new TimeHeap<Due>(({ atNs }) => atNs);

  add(atNs: bigint, id: string): void {
    this.#items.add({ atNs, id });
  }

  /** Takes out the earliest that is not after `nowNs`; undefined: there is none. */
  take(nowNs: bigint): string | undefined {
    const { first } = this.#items;
    return first && first.atNs <= nowNs ? this.#items.take()?.id : undefined;
  }
}
