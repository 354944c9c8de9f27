/** Minutes in which something of a pipeline was open or due, and which of them telemetry covers; of the newest weeks. */

const HOUR = 60;
const DUE = 1;
const COVERED = 2;

export interface Coverage {
  readonly due: number;
  /** Of the due minutes; a fraction where collectors dropped spans. */
  readonly covered: number;
}

/** [from, end) in minutes; `part` is the share of its telemetry that arrived. */
export interface CoveredStretch {
  readonly from: number;
  readonly end: number;
  readonly part: number;
}

export class CoverageMap {
  readonly #from: number;
  readonly #bits: Uint8Array;
  /** Sums of all hours before each hour. */
  readonly #dueBefore: Uint32Array;
  readonly #coveredBefore: Uint32Array;
  readonly #partial: readonly CoveredStretch[];

  /** @param from the first minute, of a whole hour. */
  constructor(
    { from, hours }: { readonly from: number; readonly hours: number },
    {
      due,
      covered,
    }: {
      readonly due: readonly { readonly from: number; readonly end: number }[];
      readonly covered: readonly CoveredStretch[];
    },
  ) {
    this.#from = from;
    this.#bits = new Uint8Array(hours * HOUR);
    for (const stretch of due) this.#mark(stretch, DUE);
    for (const stretch of covered) this.#mark(stretch, COVERED | DUE);
    this.#partial = covered.filter(({ part }) => part < 1);
    this.#dueBefore = new Uint32Array(hours + 1);
    this.#coveredBefore = new Uint32Array(hours + 1);
    for (let hour = 0; hour < hours; hour++) {
      const { due: dueHere, covered: coveredHere } = this.#count(hour * HOUR, (hour + 1) * HOUR);
      this.#dueBefore[hour + 1] = (this.#dueBefore[hour] ?? 0) + dueHere;
      this.#coveredBefore[hour + 1] = (this.#coveredBefore[hour] ?? 0) + coveredHere;
    }
  }

  /** Of [from, end), as far as it is known. */
  coverage(from: number, end: number): Coverage {
    const first = Math.max(0, from - this.#from);
    const last = Math.min(this.#bits.length, end - this.#from);
    if (last <= first) return { due: 0, covered: 0 };
    const firstHour = Math.ceil(first / HOUR);
    const endHour = Math.floor(last / HOUR);
    const parts =
      endHour <= firstHour
        ? [this.#count(first, last)]
        : [
            this.#count(first, firstHour * HOUR),
            {
              due: (this.#dueBefore[endHour] ?? 0) - (this.#dueBefore[firstHour] ?? 0),
              covered: (this.#coveredBefore[endHour] ?? 0) - (this.#coveredBefore[firstHour] ?? 0),
            },
            this.#count(endHour * HOUR, last),
          ];
    const missing = this.#partial.reduce((sum, stretch) => {
      const overlap = Math.min(end, stretch.end) - Math.max(from, stretch.from);
      return sum + Math.max(0, overlap) * (1 - stretch.part);
    }, 0);
    const due = parts.reduce((sum, part) => sum + part.due, 0);
    const covered = parts.reduce((sum, part) => sum + part.covered, 0);
    return { due, covered: Math.max(0, covered - missing) };
  }

  #mark({ from, end }: { readonly from: number; readonly end: number }, bits: number): void {
    const first = Math.max(0, from - this.#from);
    const last = Math.min(this.#bits.length, end - this.#from);
    for (let at = first; at < last; at++) this.#bits[at] = (this.#bits[at] ?? 0) | bits;
  }

  #count(first: number, last: number): Coverage {
    let due = 0;
    let covered = 0;
    for (let at = first; at < last; at++) {
      const bits = this.#bits[at] ?? 0;
      due += bits & DUE;
      covered += bits >> 1;
    }
    return { due, covered };
  }
}
