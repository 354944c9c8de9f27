/** An RRULE (RFC 5545) read by the wall clocks of a zone: an hour on Sundays stays that hour when clocks change. */
import { createRequire } from 'node:module';
import type * as rrule from 'rrule';
import { localToNs } from '@burnbook/domain/slo/localTime';
import { HOUR_NS, NS_PER_MS } from '@burnbook/domain/time';
import { offsetNs } from '@burnbook/domain/timeZone';
import { readRecurrence, type RecurrenceParts } from './recurrenceParts.js';

/** Its file for `import` names no exports that Node can see. */
const { RRule } = createRequire(import.meta.url)('rrule') as typeof rrule;

const DAY_MS = 86_400_000;
/** No zone was ever further from UTC. */
const OFFSET_MAX_NS = 16n * HOUR_NS;
/** So far beyond what is asked it is written out: time goes on, and it is asked again. */
const AHEAD_MS = 40 * DAY_MS;
/** Twenty years of hours. */
const BEGINNINGS_MAX = 200_000;

export class Recurrence {
  readonly #parts: RecurrenceParts;
  readonly #startWall: Date;
  readonly #timeZone: string;
  /** In order, up to the horizon. */
  #beginnings: readonly bigint[] = [];
  #horizonMs = -Infinity;

  /** @throws RecurrenceError, in the words of a form. */
  constructor(
    text: string,
    { fromNs, timeZone }: { readonly fromNs: bigint; readonly timeZone: string },
  ) {
    this.#timeZone = timeZone;
    this.#parts = readRecurrence(text);
    this.#startWall = this.#wall(fromNs);
  }

  /** Beginnings in `[fromNs, toNs)`, in order. */
  between(fromNs: bigint, toNs: bigint): readonly bigint[] {
    this.#writeOut(this.#wall(toNs + OFFSET_MAX_NS).getTime());
    return this.#beginnings.slice(this.#firstFrom(fromNs), this.#firstFrom(toNs));
  }

  /** The library walks from the beginning, and past what is asked where nothing matches: it is held to an end, and asked rarely. */
  #writeOut(wallMs: number): void {
    if (wallMs <= this.#horizonMs) return;
    this.#horizonMs = wallMs + AHEAD_MS;
    const { rule, untilMs } = this.#parts;
    const until = new Date(Math.min(this.#untilWallMs(untilMs), this.#horizonMs));
    const { weekdays, ...options } = rule;
    const walls = new RRule({
      ...options,
      ...(weekdays === undefined ? {} : { byweekday: weekdays.map((each) => weekdayOf(each)) }),
      dtstart: this.#startWall,
      until,
    }).all((_, index) => index < BEGINNINGS_MAX);
    const found = walls.map((wall) => this.#instant(wall));
    // Where clocks skip an hour, two of it begin at the same instant.
    this.#beginnings = found.filter((ns, index) => ns !== found[index - 1]);
  }

  /** `UNTIL` is an instant, or what the zone's clocks show. */
  #untilWallMs(until: RecurrenceParts['untilMs']): number {
    if (until === null) return Infinity;
    return until.isUtc ? this.#wall(BigInt(until.ms) * NS_PER_MS).getTime() : until.ms;
  }

  /** Index of the first beginning that is not before. */
  #firstFrom(ns: bigint): number {
    let [low, high] = [0, this.#beginnings.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#beginnings[middle] ?? ns) < ns) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What clocks of the zone show, as if it were UTC: the library knows no zones that way. */
  #wall(atNs: bigint): Date {
    return new Date(Number((atNs + offsetNs(this.#timeZone, atNs)) / NS_PER_MS));
  }

  #instant(wall: Date): bigint {
    const day = Math.floor(wall.getTime() / DAY_MS);
    return localToNs(this.#timeZone, {
      day,
      minute: Math.floor((wall.getTime() - day * DAY_MS) / 60_000),
    });
  }
}

function weekdayOf({ day, nth }: { readonly day: number; readonly nth: number | null }) {
  const weekday = [RRule.MO, RRule.TU, RRule.WE, RRule.TH, RRule.FR, RRule.SA, RRule.SU][day];
  if (!weekday) throw new RangeError(`${day} is no weekday`);
  return nth === null ? weekday : weekday.nth(nth);
}
