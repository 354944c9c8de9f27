/** An RRULE (RFC 5545) read by the wall clocks of a zone: an hour on Sundays stays that hour when clocks change. */
import { createRequire } from 'node:module';
import type * as rrule from 'rrule';
import { localToNs } from '@burnbook/domain/slo/localTime';
import { offsetNs } from '@burnbook/domain/timeZone';

/** Its file for `import` names no exports that Node can see. */
const { RRule } = createRequire(import.meta.url)('rrule') as typeof rrule;
type Rule = rrule.RRule;

export class RecurrenceError extends Error {
  override readonly name = 'RecurrenceError';
}

const NS_PER_MS = 1_000_000n;
const DAY_MS = 86_400_000;
/** No zone was ever further from UTC. */
const OFFSET_MAX_NS = 16n * 3_600_000_000_000n;
/** Ten years of days. */
export const RECURRENCES_MAX = 3_660;

export class Recurrence {
  readonly #rule: Rule;
  readonly #timeZone: string;

  /** @throws RecurrenceError, in the words of a form. */
  constructor(
    text: string,
    { fromNs, timeZone }: { readonly fromNs: bigint; readonly timeZone: string },
  ) {
    this.#timeZone = timeZone;
    const parts = new Map(
      text
        .replace(/^RRULE:/i, '')
        .split(';')
        .map((part) => part.split('=', 2) as [string, string | undefined]),
    );
    if (/\n|DTSTART/i.test(text)) {
      throw new RecurrenceError('must be one RRULE without DTSTART: it begins with `from`');
    }
    if (!/^(?:YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY)$/i.test(parts.get('FREQ') ?? '')) {
      throw new RecurrenceError('FREQ must be YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY');
    }
    try {
      const options = RRule.parseString(text.replace(/^RRULE:/i, ''));
      this.#rule = new RRule({ ...options, dtstart: this.#wall(fromNs), tzid: null });
    } catch (error) {
      throw new RecurrenceError(error instanceof Error ? error.message : String(error));
    }
  }

  /** Beginnings in `[fromNs, toNs)`, in order, at most `RECURRENCES_MAX`. */
  between(fromNs: bigint, toNs: bigint): bigint[] {
    const found: bigint[] = [];
    const after = this.#wall(fromNs - OFFSET_MAX_NS);
    const before = this.#wall(toNs + OFFSET_MAX_NS);
    this.#rule.between(after, before, true, (date) => {
      const atNs = this.#instant(date);
      if (atNs >= fromNs && atNs < toNs) found.push(atNs);
      return found.length < RECURRENCES_MAX;
    });
    return found;
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
