import { parseLength } from '@burnbook/domain/slo/minutes';
import { formatTime, parseTime } from '@burnbook/domain/time';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { roundedOrNull } from '../../../server/api/sloViews.js';
import { sloBurnSchema } from '../../../server/contract.js';
import { at } from '../../support/budgets.js';
import { sloConfig, sloNamed, sloOf, tries } from '../../support/slos.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';

/** Between two minutes, not to speak of hours. */
const NOW = at('2026-06-10T12:34:21Z');
const MINUTE_NS = 60_000_000_000n;
const DAY_NS = 1_440n * MINUTE_NS;
const rolling = (days: bigint) => ({ kind: 'rolling', durationNs: days * DAY_NS }) as const;

const SLOS = [
  sloOf({ name: 'month', window: rolling(30n) }),
  // Its windows are 14, 84, 336 and 1,008 minutes: they begin at any minute of an hour.
  sloOf({ name: 'week', window: rolling(7n) }),
];

interface Try {
  readonly minute: number;
  readonly failed: boolean;
}

/** Over nine weeks, at any minute of an hour. */
const TRIES: readonly Try[] = Array.from({ length: 160 }, (_, index) => ({
  minute: Number(NOW / MINUTE_NS) - 1 - index * 571 - ((index * 7) % 13),
  failed: index % 3 === 0,
}));
const DAYS_AGO = (days: number) => Number(NOW / MINUTE_NS) - days * 1_440;
/** Minutes that do not count for the week: not to be found on any edge of an hour. */
const EXCLUDED = { from: DAYS_AGO(9) + 7, to: DAYS_AGO(5) + 3 };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: sloConfig(...SLOS), nowNs: NOW });
  await server.send(
    TRIES.flatMap(({ minute, failed }) =>
      tries({
        atNs: BigInt(minute) * MINUTE_NS + MINUTE_NS / 2n,
        outcomes: [failed ? 'failed' : 'succeeded'],
      }),
    ),
  );
});
afterAll(() => server.close());

const exclude = () =>
  server.fetch('/api/exclusions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'burnbook-actor': 'Ada' },
    body: JSON.stringify({
      scope: { slo: 'week' },
      from: formatTime(BigInt(EXCLUDED.from) * MINUTE_NS),
      to: formatTime(BigInt(EXCLUDED.to) * MINUTE_NS),
      reason: 'maintenance',
    }),
  });

const minuteOf = (time: string): number => Number((parseTime(time) ?? 0n) / MINUTE_NS);

/** [from, to) in minutes, by looking at every try. */
function sumOf(from: number, to: number, isCounted: (minute: number) => boolean) {
  const ours = TRIES.filter(({ minute }) => minute >= from && minute < to && isCounted(minute));
  const bad = ours.filter(({ failed }) => failed).length;
  return { good: ours.length - bad, total: ours.length, bad };
}

/** All points but the first, whose stretch begins before there is one. */
async function expectExact(name: string, range: string, isCounted = (_minute: number) => true) {
  const { points, pairs } = await server.get(`/api/slos/${name}/burn?${range}`, sloBurnSchema);
  const minutes = pairs.map(({ long }) => Number((parseLength(long) ?? 0n) / MINUTE_NS));
  const shown = points.slice(1);
  const wanted = shown.map(({ at: time }, index) => {
    const to = minuteOf(time);
    const { good, total } = sumOf(minuteOf(points[index]?.at ?? time), to, isCounted);
    const burnRates = minutes.map((length) => {
      const sum = sumOf(to - length, to, isCounted);
      return sum.total === 0 ? null : roundedOrNull((sum.bad * 1e9) / (sum.total * 1e7));
    });
    return { good, total, burnRates };
  });
  expect(shown.map(({ good, total, burnRates }) => ({ good, total, burnRates }))).toEqual(wanted);
  expect(wanted.some(({ total }) => total > 0)).toBe(true);
  return points;
}

test.each([
  ['month', 'from=-30d', 361],
  ['month', 'from=-1d', 481],
  ['month', 'from=-3h', 181],
  ['month', 'from=2026-04-20T03:17:00Z&to=2026-05-02T11:11:00Z', 297],
  ['month', 'from=2026-05-01T03:17:00Z&to=2026-05-01T21:11:00Z', 359],
  ['week', 'from=-30d', 361],
  ['week', 'from=-3d', 433],
])('the burn of a %s, %s, is exact to the minute', async (name, range, count) => {
  const points = await expectExact(name, range);
  expect(points.length).toBe(count);
  const { budgetLeft } = await sloNamed(server, name);
  if (!range.includes('to=')) expect(points.at(-1)?.budgetLeft).toBe(budgetLeft);
});

test('time that does not count is left out of the burn to the minute', async () => {
  expect((await exclude()).status).toBe(201);
  await expectExact(
    'week',
    'from=-30d',
    (minute) => minute < EXCLUDED.from || minute >= EXCLUDED.to,
  );
});
