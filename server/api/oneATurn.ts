/**
 * Lets pieces of work through one by one, each in a turn of the event loop of its own: what else has come meanwhile goes
 * between two of them. Sixteen exporters that send at once would else hold a reservation up until all are decoded.
 */
export class OneATurn {
  readonly #waiting: (() => void)[] = [];
  #isPlanned = false;

  /** Resolves when it is the caller's turn, in the order of the calls. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#plan();
    });
  }

  #plan(): void {
    if (this.#isPlanned || this.#waiting.length === 0) return;
    this.#isPlanned = true;
    // Planned from within an immediate, the next one runs after the loop has looked for what came.
    setImmediate(() => {
      this.#isPlanned = false;
      this.#waiting.shift()?.();
      this.#plan();
    });
  }
}
