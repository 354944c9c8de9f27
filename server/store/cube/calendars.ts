/**
 * What quarters of an hour are called in calendars, as the database calls them: its own macros are asked once, and the answer
 * is kept, since names of times cost more than sums.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { SqlTexts } from '../sqlTexts.js';
import { BUCKET_NS } from '../costRollup.js';

import { Texts } from './texts.js';

export interface CalendarQuestion {
  /** `hour`, `day`, `week` or `month`. */
  readonly unit: string;
  readonly tz: string;
  /** What the clock is put on, microseconds. */
  readonly shiftUs: bigint;
  /** Quarters since 1970, the last one exclusive. */
  readonly from: number;
  readonly to: number;
}

/** Numbers of periods by quarter, from the one `base`. */
export interface Calendar {
  readonly base: number;
  readonly of: Int32Array;
  /** By number. */
  readonly names: readonly (string | null)[];
  /** When a period begins, by number, UTC nanoseconds. */
  readonly starts: readonly bigint[];
}

const CALENDARS_MAX = 24;

export class Calendars {
  readonly #sql: SqlTexts;
  readonly #known = new Map<string, Calendar>();

  constructor(sql: SqlTexts) {
    this.#sql = sql;
  }

  /** Two periods of one name have two numbers where they begin at two times. */
  async of(connection: DuckDBConnection, question: CalendarQuestion): Promise<Calendar> {
    const { unit, tz, shiftUs, from, to } = question;
    if (from === to) return { base: from, of: new Int32Array(0), names: [], starts: [] };
    const key = JSON.stringify([unit, tz, String(shiftUs)]);
    const known = this.#known.get(key);
    if (known && known.base <= from && known.base + known.of.length >= to) {
      this.#keep(key, known);
      return known;
    }
    // Time goes on: a part of what comes next is asked at once, so that not every question asks.
    const start = known && isNear(known, question) ? Math.min(from, known.base) : from;
    const wider = { from: start, to: to + AHEAD };
    const calendar = await this.#ask(connection, { ...question, ...wider });
    this.#keep(key, calendar);
    return calendar;
  }

  async #ask(
    connection: DuckDBConnection,
    { unit, tz, shiftUs, from, to }: CalendarQuestion,
  ): Promise<Calendar> {
    const result = await connection.runAndReadAll(this.#sql.get('cost_calendar'), {
      unit,
      tz,
      shift: shiftUs,
      from: BigInt(from) * BUCKET_NS,
      to: BigInt(to) * BUCKET_NS,
    });
    const periods = new Texts();
    const names: (string | null)[] = [];
    const starts: bigint[] = [];
    const of = new Int32Array(to - from);
    let at = 0;
    for (const [name, start, quarters] of result.getRows()) {
      const id = periods.idOf(`${String(start)} ${String(name)}`);
      if (id === names.length) {
        names.push(name as string | null);
        starts.push(start as bigint);
      }
      of.fill(id, at, at + Number(quarters));
      at += Number(quarters);
    }
    return { base: from, of, names, starts };
  }

  /** The one that was asked for longest ago goes. */
  #keep(key: string, calendar: Calendar): void {
    this.#known.delete(key);
    this.#known.set(key, calendar);
    const [oldest] = this.#known.keys();
    if (this.#known.size > CALENDARS_MAX && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** Whether a calendar of both is not much longer than what anybody asked. */
const isNear = ({ base, of }: Calendar, { from, to }: CalendarQuestion): boolean =>
  from <= base + of.length && to >= base;

/** A day. */
const AHEAD = 96;
