/**
 * Which spans of a trace prove that a run, batch or step exists while their parents are not known: of each the earliest.
 *
 * Those that are not the earliest wait in order of time, so that the next one is at hand when the earliest stops being
 * the proof: collectors export children first, and each parent that comes takes a proof away.
 */
import type { Owner } from '../rows.js';
import { TimeHeap } from '../timeHeap.js';
import type { NodeFacts } from './nodeFacts.js';

export class Evidence {
  /** Proof → start of the earliest span that has a row for it. */
  readonly #earliest = new Map<string, bigint>();
  // Most traces need neither.
  #waiting: Map<string, TimeHeap<NodeFacts>> | null = null;
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
    const waiting = this.#waiting.get(proof) ?? new TimeHeap<NodeFacts>(startOf);
    waiting.add(facts);
    this.#waiting.set(proof, waiting);
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

const startOf = ({ startNs }: NodeFacts): bigint => startNs;
