import type { Calendar } from './calendars.js';
import type { Stretch } from './cubeRows.js';
import type { Side } from './cubeScan.js';
import { Texts } from './texts.js';

/** Numbers for what quarters are called in up to two units, the same for the same names in both ranges. */
export class PeriodNames {
  readonly #units: readonly (string | null)[];
  readonly #texts = new Texts();
  readonly #names: (string | null)[][] = [];

  constructor(units: readonly (string | null)[]) {
    this.#units = units;
  }

  get count(): number {
    return Math.max(this.#names.length, 1);
  }

  nameOf(period: number): readonly (string | null)[] {
    return this.#names[period] ?? [];
  }

  /** @param calendars of the units that there are. */
  of(quarters: Stretch, calendars: readonly Calendar[]): Side['periods'] {
    if (calendars.length === 0) return null;
    const of = new Int32Array(quarters.to - quarters.from);
    let numbers: readonly number[] = [];
    let id = 0;
    for (let index = 0; index < of.length; index++) {
      const next = calendars.map(
        (calendar) => calendar.of[quarters.from + index - calendar.base] ?? 0,
      );
      if (next.some((number, each) => number !== numbers[each])) {
        numbers = next;
        id = this.#idOf(calendars.map(({ names }, each) => names[next[each] ?? 0] ?? null));
      }
      of[index] = id;
    }
    return { of, base: quarters.from };
  }

  #idOf(found: readonly (string | null)[]): number {
    const id = this.#texts.idOf(JSON.stringify(found));
    if (id === this.#names.length) {
      const rest = [...found];
      this.#names.push(this.#units.map((unit) => (unit === null ? null : (rest.shift() ?? null))));
    }
    return id;
  }
}
