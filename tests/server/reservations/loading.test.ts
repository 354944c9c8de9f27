import { setTimeout as sleep } from 'node:timers/promises';
import { formatTime } from '@burnbook/domain/time';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { restatementDetailSchema } from '../../../server/contract.js';
import { at, ReservationDesk } from '../../support/reservationDesk.js';
import { journalTexts } from '../../support/reservationJournal.js';
import { wrenAt } from '../../support/repriceStory.js';

const NOW = at('2026-04-16T12:00:00Z');
const DAY_NS = 86_400_000_000_000n;
const limitOf = (amountUsd: string) => ({
  id: 'all',
  period: { rolling: '30d' },
  amountUsd,
  hardLimit: true,
});
// A tag with the name of what every object inherits is none of a call that has no tags.
const ODD = { ...limitOf('1'), id: 'odd', scope: { 'tag.constructor': 'x*' } };

let desk: ReservationDesk;
beforeAll(async () => {
  desk = await ReservationDesk.open(NOW, limitOf('1000'), ODD);
});
afterAll(() => desk.server.close());

async function reprice(times: number): Promise<void> {
  const { budgets } = ReservationDesk.config(limitOf('1000'), ODD);
  desk.server.applyConfig({ ...wrenAt(times), budgets });
  const { nowNs } = desk.server;
  const range = { from: formatTime(nowNs - DAY_NS), to: formatTime(nowNs + DAY_NS) };
  const answer = await desk.post('/api/reprice', { ...range, why: 'the contract says so' });
  const { id } = restatementDetailSchema.parse(answer.body);
  await expect
    .poll(
      async () => (await desk.server.get(`/api/reprice/${id}`, restatementDetailSchema)).underWay,
      {
        timeout: 20_000,
      },
    )
    .toBe(false);
}

test('telemetry that a restatement makes dearer accounts for a settled hold, and is spend of its limit', async () => {
  await reprice(1);
  const { id } = await desk.granted({ amountUsd: '0.9', ttlSeconds: 3600 });
  await desk.spend({ nano: 500_000, reservation: id });
  await desk.settle(id, '0.001');
  expect(await desk.get(id)).toMatchObject({ state: 'settled', heldUsd: '0.0005' });
  await reprice(2);
  expect(await desk.get(id)).toMatchObject({ heldUsd: '0', telemetryUsd: '0.001' });
  expect((await desk.budget('all')).holds).toMatchObject({
    heldUsd: '0',
    availableUsd: '999.999',
    reservations: 0,
  });
  desk.pass(1000);
  expect(await desk.get(id)).toMatchObject({ state: 'settled' });
});

test('who has gone before the limits were read holds nothing', async () => {
  const { store } = desk.server.running;
  const pid = store.pid ?? 0;
  const { reservations } = (await desk.budget('all')).holds ?? {};
  process.kill(pid, 'SIGSTOP');
  try {
    desk.server.applyConfig(ReservationDesk.config(limitOf('2000'), ODD));
    const body = { amountUsd: '0.1', ttlSeconds: 300, pipeline: 'mail-etl' };
    const asked = Array.from({ length: 5 }, (_, index) =>
      desk.server.fetch('/api/reservations', {
        method: 'POST',
        signal: AbortSignal.timeout(300),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, idempotencyKey: `gone ${index}` }),
      }),
    );
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from(asked, () => 'rejected'));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await desk.granted({ amountUsd: '0.1' });
  expect((await desk.budget('all')).holds).toMatchObject({
    reservations: (reservations ?? 0) + 1,
  });
});

test('the journal is emptied while requests keep coming', async () => {
  let goesOn = true;
  const asking = Array.from({ length: 8 }, async () => {
    while (goesOn) await desk.granted({ amountUsd: '0.0001' });
  });
  const sizeOf = async (): Promise<number> =>
    (await journalTexts(desk.server.folder)).join('').length;
  let largest = 0;
  let wasEmptied = false;
  for (let looks = 0; looks < 200 && !wasEmptied; looks++) {
    // Every list brings what there is over to the database.
    if (looks % 10 === 9) await desk.list('?limit=1');
    const size = await sizeOf();
    wasEmptied = size < largest;
    largest = Math.max(largest, size);
    await sleep(5);
  }
  goesOn = false;
  await Promise.all(asking);
  expect(wasEmptied).toBe(true);
});
