/**
 * Which spans of a trace prove that a run, batch or step exists while their parents are not known: of each the earliest.
 *
 * Those that are not the earliest wait in order of time, so that the next one is at hand when the earliest stops being
 * the proof: collectors export children first, and each parent that comes takes a proof away.
 */
import type { Owner } from '../rows.js';
import type { NodeFacts } from './nodeFacts.js';

export class Evidence {
  /** Proof → start of the earliest span that has a row for it. */
  readonly #earliest = new Map<string, bigint>();
  // Most traces need neither.
  #waiting: Map<string, WaitingSpans> | null = null;
  #released: Set<string> | null = null;

  /** Takes over from the database that a span has a row. */
  restore(proof: string, startNs: bigint): void {
    const known = this.#earliest.get(proof);
    if (known === undefined || startNs < known) this.#earliest.set(proof, startNs);
  }

  /** Whether the span is the proof from now on: the earliest tells when the work began, whichever arrived first. */
  claim(proof: string, facts: NodeFacts): boolean {
    const earliest = this.#earliest.get(proof);
    if (earliest !== undefined && earliest <= facts.startNs) {
      this.wait(proof, facts);
      return false;
    }
    this.#earliest.set(proof, facts.startNs);
    return true;
  }

  /** A span without a row that may be asked for it later. */
  wait(proof: string, facts: NodeFacts): void {
    if (facts.awaitsProof) return;
    facts.awaitsProof = true;
    this.#waiting ??= new Map();
    const waiting = this.#waiting.get(proof);
    if (waiting) waiting.add(facts);
    else this.#waiting.set(proof, new WaitingSpans(facts));
  }

  /** A row for the proof is gone: whoever is the earliest now may have to stand in. */
  release(proof: string): void {
    if (!this.#earliest.delete(proof)) return;
    this.#released ??= new Set();
    this.#released.add(proof);
  }

  get hasReleased(): boolean {
    return this.#released !== null;
  }

  /** Proofs that lost a row since the last call. */
  takeReleased(): Iterable<string> {
    const released = this.#released ?? [];
    this.#released = null;
    return released;
  }

  /** Takes the earliest out that waits; undefined: none does. It may have found its parent meanwhile. */
  next(proof: string): NodeFacts | undefined {
    const facts = this.#waiting?.get(proof)?.take();
    if (facts) facts.awaitsProof = false;
    else this.#waiting?.delete(proof);
    return facts;
  }
}

export const proofOf = ({ pipeline, run, batch, step }: Owner): string =>
  JSON.stringify([pipeline, run, batch, step]);

/** Spans in order of their start: a binary heap. */
class WaitingSpans {
  readonly #items: NodeFacts[];

  constructor(first: NodeFacts) {
    this.#items = [first];
  }

  add(facts: NodeFacts): void {
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (!parent || parent.startNs <= facts.startNs) break;
      items[at] = parent;
      at = above;
    }
    items[at] = facts;
  }

  take(): NodeFacts | undefined {
    const items = this.#items;
    const [first] = items;
    const last = items.pop();
    if (last && items.length > 0) this.#sink(last);
    return first;
  }

  #sink(facts: NodeFacts): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const left = items[below];
      if (!left) break;
      const right = items[below + 1];
      const less = right && right.startNs < left.startNs ? right : left;
      if (less === right) below++;
      if (less.startNs >= facts.startNs) break;
      items[at] = less;
      at = below;
    }
    items[at] = facts;
  }
}
