/** Work that waits in line: so much under way at once, the rest in order. */
interface Waiting {
  readonly begin: () => void;
}

export class Line {
  readonly #underWayMax: number;
  readonly #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(underWayMax: number) {
    this.#underWayMax = underWayMax;
  }

  /**
   * Begins the work when its turn comes. Its place is free again when it has ended, not when nobody waits for it any more.
   * @param signal aborted: what has not begun never will, and is refused.
   */
  run<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const begin = (): void => {
        if (signal.aborted) {
          reject(new Error('nobody waits for it any more'));
          return;
        }
        this.#underWay++;
        const over = (): void => {
          this.#underWay--;
          this.#next();
        };
        work().finally(over).then(resolve, reject);
      };
      this.#waiting.push({ begin });
      this.#next();
    });
  }

  #next(): void {
    while (this.#underWay < this.#underWayMax) {
      const next = this.#waiting.shift();
      if (!next) return;
      next.begin();
    }
  }
}
