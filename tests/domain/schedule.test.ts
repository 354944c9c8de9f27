import { describe, expect, test } from 'vitest';
import { parseCron } from '@burnbook/domain/slo/cron';
import {
  nextNominal,
  nominalsBefore,
  nominalTimes,
  occurrencesBetween,
  type Schedule,
} from '@burnbook/domain/slo/schedule';
import { formatTime, HOUR_NS, parseTime } from '@burnbook/domain/time';
import { parseDay } from '@burnbook/domain/timeZone';

const at = (text: string): bigint => parseTime(text) ?? -1n;

function schedule(cron: string, timeZone: string, holidays: readonly string[] = []): Schedule {
  return {
    cron: parseCron(cron),
    timeZone,
    deadlineNs: 2n * HOUR_NS,
    holidays: new Set(holidays.map((text) => parseDay(text) ?? -1)),
  };
}

const times = (said: Schedule, from: string, to: string): string[] =>
  nominalTimes(said, at(from), at(to)).map(formatTime);

describe('cron fields', () => {
  const days = (text: string): string[] =>
    times(schedule(text, 'UTC'), '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z').map((time) =>
      time.slice(5, 16),
    );

  test.each([
    ['30 2 * * mon-fri', 21],
    ['0 0 1,15 * *', 2],
    ['*/15 6-7 1 nov *', 8],
    ['0 12 * * 7', 5],
    ['0 12 * * sun', 5],
    ['0 12 1-31/10 * *', 3],
    ['@daily', 30],
    ['@weekly', 5],
    ['@MONTHLY', 1],
    ['0 0 1 jan *', 0],
  ])('%s comes %i times in November 2026', (text, count) => {
    expect(days(text)).toHaveLength(count);
  });

  test('a day of the month or a day of the week is enough where both are restricted', () => {
    expect(days('0 5 13 * fri')).toEqual(['11-06', '11-13', '11-20', '11-27'].map(fiveOClock));
    expect(days('0 5 10 * fri')).toEqual(
      ['11-06', '11-10', '11-13', '11-20', '11-27'].map(fiveOClock),
    );
    // As in Vixie cron, a field that begins with a star does not restrict.
    expect(days('0 5 */10 * fri')).toEqual([]);
    expect(days('0 5 1-31/10 * sun').map((time) => time.slice(3, 5))).toEqual([
      '01',
      '08',
      '11',
      '15',
      '21',
      '22',
      '29',
    ]);
  });

  const fiveOClock = (day: string): string => `${day}T05:00`;

  test.each([
    ['* * * *', 'must have five fields'],
    ['0 0 0 * * *', 'not 6'],
    ['60 * * * *', 'minute: "60" must be from 0 to 59'],
    ['0 24 * * *', 'hour: "24" must be from 0 to 23'],
    ['0 0 0 * *', 'day of the month: "0" must be from 1 to 31'],
    ['0 0 * 13 *', 'month: "13"'],
    ['0 0 * * 8', 'day of the week: "8"'],
    ['0 0 * * fri-mon', '"fri-mon" ends before it begins'],
    ['5/15 * * * *', 'write 5-59/15'],
    ['*/0 * * * *', 'has no such step'],
    ['0 0 L * *', '"L" must be from 1 to 31'],
    ['0 0 * * 5#2', 'is not supported'],
    ['0 0 ? * *', 'is not supported'],
    ['0 0 30 2 *', 'never comes'],
    ['@reboot', '@reboot is not supported'],
    ['0 0 , * *', 'day of the month'],
  ])('refuses %s', (text, message) => {
    expect(() => parseCron(text)).toThrow(message);
  });

  test('a 29th of February comes', () => {
    const leap = schedule('0 0 29 2 *', 'UTC');
    expect(formatTime(nextNominal(leap, at('2026-01-01T00:00:00Z')) ?? 0n)).toBe(
      '2028-02-29T00:00:00Z',
    );
  });
});

describe('an expected time', () => {
  test('that clocks skip runs at the next instant', () => {
    const nightly = schedule('30 2 * * *', 'Europe/Berlin');
    expect(times(nightly, '2026-03-28T00:00:00Z', '2026-03-31T00:00:00Z')).toEqual([
      '2026-03-28T01:30:00Z',
      '2026-03-29T01:00:00Z',
      '2026-03-30T00:30:00Z',
    ]);
  });

  test('that clocks show twice runs once, the first time', () => {
    const nightly = schedule('30 2 * * *', 'Europe/Berlin');
    expect(times(nightly, '2026-10-24T00:00:00Z', '2026-10-27T00:00:00Z')).toEqual([
      '2026-10-24T00:30:00Z',
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00Z',
    ]);
  });

  test('of an hour that is skipped as a whole falls on the next one, once', () => {
    const often = schedule('*/20 1-3 * * *', 'Europe/Berlin');
    expect(times(often, '2026-03-29T00:00:00Z', '2026-03-29T02:00:00Z')).toEqual([
      '2026-03-29T00:00:00Z',
      '2026-03-29T00:20:00Z',
      '2026-03-29T00:40:00Z',
      '2026-03-29T01:00:00Z',
      '2026-03-29T01:20:00Z',
      '2026-03-29T01:40:00Z',
    ]);
  });

  test('comes every day of a year, whatever the zone does', () => {
    for (const zone of ['Africa/Cairo', 'America/St_Johns', 'Asia/Beirut', 'Pacific/Chatham']) {
      for (const cron of ['0 0 * * *', '30 0 * * *', '0 2 * * *', '59 23 * * *']) {
        const found = times(schedule(cron, zone), '2026-01-02T12:00:00Z', '2027-01-02T12:00:00Z');
        expect([zone, cron, found.length]).toEqual([zone, cron, 365]);
      }
    }
  });

  test('of a day that a zone left out falls together with the next day’s first', () => {
    const nightly = schedule('0 0 * * *', 'Pacific/Apia');
    expect(times(nightly, '2011-12-29T00:00:00Z', '2012-01-01T00:00:00Z')).toEqual([
      '2011-12-29T10:00:00Z',
      '2011-12-30T10:00:00Z',
      '2011-12-31T10:00:00Z',
    ]);
  });

  test('is left out on a holiday of the zone', () => {
    const nightly = schedule('30 0 * * *', 'Asia/Tokyo', ['2026-11-23']);
    expect(times(nightly, '2026-11-21T00:00:00Z', '2026-11-24T00:00:00Z')).toEqual([
      '2026-11-21T15:30:00Z',
      '2026-11-23T15:30:00Z',
    ]);
  });

  test('knows its deadline and its neighbours', () => {
    const weekly = schedule('0 6 * * mon', 'UTC');
    expect(
      occurrencesBetween(weekly, at('2026-11-16T00:00:00Z'), at('2026-11-17T00:00:00Z')),
    ).toEqual([
      {
        nominalNs: at('2026-11-16T06:00:00Z'),
        dueNs: at('2026-11-16T08:00:00Z'),
        nextNs: at('2026-11-23T06:00:00Z'),
        previousNs: at('2026-11-09T06:00:00Z'),
      },
    ]);
    expect(nominalsBefore(weekly, at('2026-11-16T06:00:00Z'), 2).map(formatTime)).toEqual([
      '2026-11-02T06:00:00Z',
      '2026-11-09T06:00:00Z',
    ]);
  });

  test('is the same whether asked for in one piece or many', () => {
    const often = schedule('*/7 * * * *', 'America/New_York');
    const [from, to] = [at('2026-10-31T00:00:00Z'), at('2026-11-03T00:00:00Z')];
    const pieces = Array.from({ length: 72 }, (_, hour) => {
      const startNs = from + BigInt(hour) * HOUR_NS;
      return nominalTimes(often, startNs, startNs + HOUR_NS);
    });
    expect(pieces.flat()).toEqual(nominalTimes(often, from, to));
  });
});
