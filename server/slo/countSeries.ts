/**
 * Counts of one indicator in memory: minutes of the newest days, hours of all that its longest period asks for.
 *
 * Times are whole minutes since 1970. Sums are exact; a part of an hour that is kept by the hour alone counts with the hour
 * that it begins in.
 */

/** Good and valid events, and operations with bad ones. */
export interface Counts {
  readonly good: number;
  readonly total: number;
  readonly badOperations: number;
}

export const NO_COUNTS: Counts = { good: 0, total: 0, badOperations: 0 };

export const plus = (a: Counts, b: Counts): Counts => ({
  good: a.good + b.good,
  total: a.total + b.total,
  badOperations: a.badOperations + b.badOperations,
});

export const minus = (a: Counts, b: Counts): Counts => ({
  good: a.good - b.good,
  total: a.total - b.total,
  badOperations: a.badOperations - b.badOperations,
});

/** Long enough for the three days of the longest standard window, and what its short one holds. */
export const MINUTE_HOURS = 80;
const FIELDS = 3;
const HOUR = 60;

export class CountSeries {
  /** Ring of hours; each hour with `FIELDS` sums. */
  readonly #hours: Float64Array;
  readonly #hoursMax: number;
  readonly #minuteHours: number;
  /** The newest hour that the rings have place for. */
  #newestHour: number | null = null;
  #version = 0;
  #first: number | null = null;
  #last: number | null = null;
  /** Ring of the newest hours of minutes; made with the first event. */
  #minutes: Float64Array | null = null;

  /**
   * @param hoursMax how far back sums may be asked for.
   * @param minuteHours how far back by the minute.
   */
  constructor(hoursMax: number, minuteHours = MINUTE_HOURS) {
    this.#minuteHours = minuteHours;
    this.#hoursMax = Math.max(hoursMax, minuteHours);
    this.#hours = new Float64Array(this.#hoursMax * FIELDS);
  }

  get hoursMax(): number {
    return this.#hoursMax;
  }

  get minuteHours(): number {
    return this.#minuteHours;
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version;
  }

  get newestHour(): number | null {
    return this.#newestHour;
  }

  /** The first minute that ever had an event, as far back as is kept; null: there was none. */
  get firstMinute(): number | null {
    return this.#first;
  }

  /** The newest minute that ever had an event. */
  get lastMinute(): number | null {
    return this.#last;
  }

  /** Whether single minutes of that time are kept, as of the newest one. */
  hasMinute(minute: number): boolean {
    const hour = Math.floor(minute / HOUR);
    return this.#newestHour === null || hour > this.#newestHour - this.#minuteHours;
  }

  /** What a minute counts; 0 where only its hour is kept. */
  minute(minute: number): Counts {
    const at = this.#minuteAt(minute);
    return at === null || !this.#minutes ? NO_COUNTS : read(this.#minutes, at);
  }

  /** Adds to a minute, and to its hour; older than all that is kept is ignored. */
  add(minute: number, { good, total, badOperations }: Counts): void {
    const hour = Math.floor(minute / HOUR);
    this.#version++;
    this.reach(hour);
    if (this.#newestHour === null || hour <= this.#newestHour - this.#hoursMax) return;
    if (total > 0) {
      this.#first = Math.min(this.#first ?? minute, minute);
      this.#last = Math.max(this.#last ?? minute, minute);
    }
    write(this.#hours, (hour % this.#hoursMax) * FIELDS, { good, total, badOperations });
    if (hour <= this.#newestHour - this.#minuteHours) return;
    this.#minutes ??= new Float64Array(this.#minuteHours * HOUR * FIELDS);
    const at = this.#minuteAt(minute);
    if (at !== null) write(this.#minutes, at, { good, total, badOperations });
  }

  /** Sums of [from, to). */
  sum(from: number, to: number): Counts {
    const newest = this.#newestHour;
    if (newest === null || to <= from) return NO_COUNTS;
    const firstHour = Math.max(Math.ceil(from / HOUR), newest - this.#hoursMax + 1);
    const endHour = Math.min(Math.floor(to / HOUR), newest + 1);
    const sum = { good: 0, total: 0, badOperations: 0 };
    if (Math.floor(from / HOUR) === Math.floor(to / HOUR) || firstHour > endHour) {
      this.#addMinutes(sum, from, to);
      return sum;
    }
    for (let hour = firstHour; hour < endHour; hour++) this.#addHour(sum, hour);
    this.#addEdge(sum, from, firstHour * HOUR);
    this.#addEdge(sum, endHour * HOUR, to);
    return sum;
  }

  /** Part of an hour. Where the hour is all that is kept of it, it counts as a whole if most of it is asked for. */
  #addEdge(sum: Mutable, from: number, to: number): void {
    if (to <= from) return;
    const hour = Math.floor(from / HOUR);
    if (this.hasMinute(from)) this.#addMinutes(sum, from, to);
    else if (to - from > HOUR / 2) this.#addHour(sum, hour);
  }

  #addHour(sum: Mutable, hour: number): void {
    const newest = this.#newestHour;
    if (newest === null || hour > newest || hour <= newest - this.#hoursMax) return;
    addAt(sum, this.#hours, (hour % this.#hoursMax) * FIELDS);
  }

  #addMinutes(sum: Mutable, from: number, to: number): void {
    if (!this.#minutes || this.#newestHour === null) return;
    const first = Math.max(from, (this.#newestHour - this.#minuteHours + 1) * HOUR);
    const end = Math.min(to, (this.#newestHour + 1) * HOUR);
    for (let minute = first; minute < end; minute++) {
      addAt(sum, this.#minutes, (minute % (this.#minuteHours * HOUR)) * FIELDS);
    }
  }

  #minuteAt(minute: number): number | null {
    const hour = Math.floor(minute / HOUR);
    if (this.#newestHour === null) return null;
    if (hour > this.#newestHour || hour <= this.#newestHour - this.#minuteHours) return null;
    return (minute % (this.#minuteHours * HOUR)) * FIELDS;
  }

  /** Makes place for an hour: what falls out of the rings becomes empty. */
  reach(hour: number): void {
    const newest = this.#newestHour;
    if (newest === null) {
      this.#newestHour = hour;
      return;
    }
    if (hour <= newest) return;
    const hoursGone = Math.min(hour - newest, this.#hoursMax);
    for (let step = 1; step <= hoursGone; step++) {
      const at = ((newest + step) % this.#hoursMax) * FIELDS;
      this.#hours.fill(0, at, at + FIELDS);
    }
    const minutes = this.#minutes;
    if (minutes) {
      const gone = Math.min(hour - newest, this.#minuteHours);
      for (let step = 1; step <= gone; step++) {
        const at = ((newest + step) % this.#minuteHours) * HOUR * FIELDS;
        minutes.fill(0, at, at + HOUR * FIELDS);
      }
    }
    this.#newestHour = hour;
  }
}

interface Mutable {
  good: number;
  total: number;
  badOperations: number;
}

const read = (array: Float64Array, at: number): Counts => ({
  good: array[at] ?? 0,
  total: array[at + 1] ?? 0,
  badOperations: array[at + 2] ?? 0,
});

function write(array: Float64Array, at: number, { good, total, badOperations }: Counts): void {
  array[at] = (array[at] ?? 0) + good;
  array[at + 1] = (array[at + 1] ?? 0) + total;
  array[at + 2] = (array[at + 2] ?? 0) + badOperations;
}

function addAt(sum: Mutable, array: Float64Array, at: number): void {
  sum.good += array[at] ?? 0;
  sum.total += array[at + 1] ?? 0;
  sum.badOperations += array[at + 2] ?? 0;
}
