import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOUR_NS, parseTime } from '@burnbook/domain/time';
import { excludes, lengthOf, mergeSpans } from '../../domain/slo/exclusion.js';
import {
  auditEntrySchema,
  exclusionWindowSchema,
  listOf,
  problemSchema,
  type ExclusionWindow,
} from '../../server/contract.js';
import { ExclusionBook } from '../../server/slo/exclusionBook.js';
import { Recurrence } from '../../server/slo/recurrence.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const ns = (text: string): bigint => parseTime(text) ?? 0n;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const post = (body: unknown, actor = 'Ada'): Promise<Response> =>
  server.fetch('/api/exclusions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'burnbook-actor': actor },
    body: JSON.stringify(body),
  });
const add = async (body: object): Promise<ExclusionWindow> => {
  const answer = await post({ scope: {}, reason: 'maintenance', ...body });
  expect(answer.status).toBe(201);
  return exclusionWindowSchema.parse(await answer.json());
};
const sundays = {
  scope: { pipeline: 'mail-etl' },
  from: '2026-03-22T01:00:00+01:00',
  to: '2026-03-22T03:00:00+01:00',
  rrule: 'FREQ=WEEKLY;BYDAY=SU',
  timeZone: 'Europe/Berlin',
  reason: 'backup of the source',
};

test('an exclusion is kept over a restart, reversible, and stays in the list and the audit log', async () => {
  const { id } = await add({ from: '2026-11-01T00:00:00Z', to: '2026-11-01T02:00:00Z' });
  await server.restart();
  const list = () => server.get('/api/exclusions?inForce=true', listOf(exclusionWindowSchema));
  expect((await list()).items).toMatchObject([{ id, actor: 'Ada', reason: 'maintenance' }]);
  const remove = () =>
    server.fetch(`/api/exclusions/${id}?reason=it%20did%20count`, {
      method: 'DELETE',
      headers: { 'burnbook-actor': 'Grace' },
    });
  expect((await remove()).status).toBe(200);
  expect((await list()).items).toEqual([]);
  expect((await remove()).status).toBe(409);
  const all = await server.get('/api/exclusions', listOf(exclusionWindowSchema));
  expect(all.items).toMatchObject([{ id, removedBy: 'Grace', removedReason: 'it did count' }]);
  const audit = await server.get(`/api/audit?subject=exclusion%20${id}`, listOf(auditEntrySchema));
  expect(audit.items.map(({ action, actor }) => [action, actor])).toEqual([
    ['exclusion.remove', 'Grace'],
    ['exclusion.create', 'Ada'],
  ]);
});

test('a weekly one keeps its hour by the clocks of its zone, where they skip it too', async () => {
  await add(sundays);
  const book = new ExclusionBook({ store: server.running.store, nowNs: () => 0n });
  await book.load();
  const spans = book.spansOf(
    { slo: 'any', service: null, pipelines: ['mail-etl'] },
    { startNs: ns('2026-03-20T00:00:00Z'), endNs: ns('2026-04-06T00:00:00Z') },
  );
  expect(spans.map(({ startNs }) => startNs)).toEqual([
    ns('2026-03-22T00:00:00Z'),
    ns('2026-03-29T00:00:00Z'),
    ns('2026-04-04T23:00:00Z'),
  ]);
  const other = { slo: null, service: null, pipelines: ['mail-etl', 'other'] };
  expect(book.spansOf(other, { startNs: 0n, endNs: 2n ** 62n })).toEqual([]);
});

test.each([
  // 02:00 in Shanghai is 18:00 UTC of the day before: the last one begins before the end, though clocks there show a later day.
  ['FREQ=DAILY;UNTIL=20261105T000000Z', 'Asia/Shanghai', 5, '2026-11-04T18:00:00Z'],
  ['FREQ=DAILY;UNTIL=20261105T020000', 'Asia/Shanghai', 5, '2026-11-04T18:00:00Z'],
  ['FREQ=DAILY;UNTIL=20261105', 'Asia/Shanghai', 5, '2026-11-04T18:00:00Z'],
  ['rrule:freq=daily;interval=2;count=4;', 'Asia/Shanghai', 4, '2026-11-06T18:00:00Z'],
  ['FREQ=MONTHLY;BYDAY=-1SU;COUNT=2', 'Asia/Shanghai', 2, '2026-12-26T18:00:00Z'],
  ['FREQ=DAILY;BYHOUR=2,14;BYMINUTE=0,30;COUNT=5', 'Asia/Shanghai', 5, '2026-11-01T18:00:00Z'],
])('%s in %s comes as it says', (rrule, timeZone, count, last) => {
  const fromNs = ns('2026-10-31T18:00:00Z');
  const found = new Recurrence(rrule, { fromNs, timeZone }).between(0n, ns('2030-01-01T00:00:00Z'));
  expect([found.length, found.at(-1)]).toEqual([count, ns(last)]);
});

test('one of every hour, and one of every day, hold as long after they began as anybody looks', () => {
  for (const [rrule, stepNs] of [
    ['FREQ=HOURLY', HOUR_NS],
    ['FREQ=DAILY', 24n * HOUR_NS],
  ] as const) {
    const fromNs = ns('2024-01-01T00:00:00Z');
    const rule = new Recurrence(rrule, { fromNs, timeZone: 'UTC' });
    const [startNs, endNs] = [ns('2026-11-01T00:00:00Z'), ns('2026-11-03T00:00:00Z')];
    expect(rule.between(startNs, endNs)).toHaveLength(Number((endNs - startNs) / stepNs));
    // Of a later time it is written out anew.
    const later = 365n * 24n * HOUR_NS;
    expect(rule.between(startNs + later, endNs + later)).toHaveLength(
      Number((endNs - startNs) / stepNs),
    );
  }
});

test.each([
  'FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30',
  'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
  'FREQ=YEARLY;BYMONTH=4,6;BYMONTHDAY=31',
  'FREQ=DAILY;INTERVAL=0',
  'FREQ=DAILY;COUNT=0',
  'FREQ=DAILY;COUNT=3;UNTIL=20261105T000000Z',
  'FREQ=DAILY;UNTIL=20261301',
  'FREQ=DAILY;UNTIL=20251101',
  'FREQ=DAILY;BYSECOND=1',
  'FREQ=DAILY;BYHOUR=24',
  'FREQ=WEEKLY;BYDAY=1SU',
  'FREQ=WEEKLY;BYDAY=',
  'FREQ=DAILY;FREQ=WEEKLY',
  'FREQ=DAILY;BYHOUR=0,1,2,3,4,5;BYMINUTE=0,1,2,3,4,5,6,7,8',
])('the rule %s is refused in words', async (rrule) => {
  const window = { from: '2026-11-01T00:00:00Z', to: '2026-11-01T02:00:00Z' };
  const answer = await post({ scope: {}, ...window, reason: 'maintenance', rrule });
  expect(answer.status).toBe(400);
  const { field, detail } = problemSchema.parse(await answer.json());
  expect(field).toBe('rrule');
  expect(detail).toMatch(/^rrule: (?:[A-Z]+[:, ]|never comes|say COUNT)/);
});

test.each([
  ['from', { from: '2026-11-01T03:00:00Z' }],
  ['from', { from: 'yesterday' }],
  ['to', { to: '2027-11-01T02:00:00Z' }],
  ['timeZone', { timeZone: 'Mars/Olympus' }],
  ['rrule', { rrule: 'FREQ=SECONDLY' }],
  ['rrule', { rrule: 'every Sunday' }],
  ['rrule', { rrule: 'FREQ=WEEKLY;BYDAY=XX' }],
  ['rrule', { rrule: 'DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY' }],
  ['reason', { reason: ' ' }],
  ['scope.team', { scope: { team: 'data' } }],
])('what is wrong with %s is said: %j', async (field, wrong) => {
  const right = { scope: {}, from: '2026-11-01T00:00:00Z', to: '2026-11-01T02:00:00Z' };
  const answer = await post({ ...right, reason: 'maintenance', ...wrong });
  expect(answer.status).toBe(400);
  expect(problemSchema.parse(await answer.json()).field).toBe(field);
});

describe('stretches of time', () => {
  const span = (from: number, to: number) => ({ startNs: BigInt(from), endNs: BigInt(to) });

  test('merge where they touch or overlap, cut to what is asked', () => {
    const merged = mergeSpans([span(8, 12), span(0, 3), span(3, 5), span(4, 6)], span(1, 10));
    expect(merged).toEqual([span(1, 6), span(8, 10)]);
    expect(lengthOf(merged)).toBe(7n);
  });

  test('are those of a scope: all that is said must match, and a pipeline alone', () => {
    const subject = { slo: 'a', service: 's', pipelines: ['p'] };
    expect(excludes({}, subject)).toBe(true);
    expect(excludes({ slo: 'a', pipeline: 'p' }, subject)).toBe(true);
    expect(excludes({ slo: 'b', pipeline: 'p' }, subject)).toBe(false);
    expect(excludes({ service: 't' }, subject)).toBe(false);
    expect(excludes({ pipeline: 'p' }, { ...subject, pipelines: [] })).toBe(false);
    expect(lengthOf([{ startNs: 0n, endNs: HOUR_NS }])).toBe(HOUR_NS);
  });
});
