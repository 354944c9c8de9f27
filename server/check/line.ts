/** Work that waits in line: so much under way at once, the rest in order. */
import { StoreError } from '../store/protocol.js';

interface Waiting {
  readonly begin: () => void;
  readonly giveUp: (why: string) => void;
  /** Aborted: nobody waits for it any more. */
  readonly signal: AbortSignal;
}

export interface LineLimits {
  readonly underWay: number;
  /** More than that many in line are refused. */
  readonly waiting: number;
}

export class Line {
  readonly #max: LineLimits;
  #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(max: LineLimits) {
    this.#max = max;
  }

  /**
   * Begins the work when its turn comes. Its place is free again when it has ended, not when nobody waits for it any more.
   * @param signal aborted: what has not begun never will, and is refused.
   */
  run<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const over = (): void => {
        this.#underWay--;
        this.#next();
      };
      this.#waiting.push({
        begin: () => void work().finally(over).then(resolve, reject),
        giveUp: (why) => reject(new StoreError('busy', why)),
        signal,
      });
      this.#next();
      if (this.#waiting.length > this.#max.waiting) this.#shorten();
    });
  }

  #next(): void {
    while (this.#underWay < this.#max.underWay) {
      const next = this.#waiting.shift();
      if (!next) return;
      if (next.signal.aborted) next.giveUp(ABORTED);
      else {
        this.#underWay++;
        next.begin();
      }
    }
  }

  /** Who has gone leaves the line; if it is too long then, the last one does. */
  #shorten(): void {
    for (const { signal, giveUp } of this.#waiting) if (signal.aborted) giveUp(ABORTED);
    this.#waiting = this.#waiting.filter(({ signal }) => !signal.aborted);
    if (this.#waiting.length > this.#max.waiting)
      this.#waiting.pop()?.giveUp('too many questions wait for an answer');
  }
}

const ABORTED = 'nobody waits for it any more';
