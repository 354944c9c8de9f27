import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createCollector,
  modelCall,
  pipeline,
  ReservationRefused,
  step,
  withReservation,
  type Collector,
  type Pipeline,
} from '../../collectors/index.js';
import { ReservationDesk } from '../support/reservationDesk.js';

const HARD = { id: 'all', period: 'month', amountUsd: '1', hardLimit: true };
const TEAM = { ...HARD, id: 'search', scope: { team: 'search', 'tag.customer': 'acme' } };
const CENT = 10_000_000;

let desk: ReservationDesk;
let collector: Collector;
let mail: Pipeline;

beforeEach(async () => {
  desk = await ReservationDesk.open(BigInt(Date.now()) * 1_000_000n, HARD, TEAM);
  // Without rates for compute, so that only model calls cost.
  desk.server.applyConfig({ ...ReservationDesk.config(HARD, TEAM), pipelines: {} });
  collector = createCollector({ endpoint: desk.server.url, exportIntervalMs: 20 });
  mail = pipeline('mail-etl', { team: 'search', tags: { customer: 'acme' }, collector });
});

afterEach(async () => {
  await collector.shutdown();
  await desk.server.close();
});

/** A call of so many nano-USD. */
const call = (nano: number): Promise<void> =>
  step('ask', () =>
    modelCall({ provider: 'testai', model: 'wren' }, (handle) => {
      handle.usage({ inputTokens: 0, outputTokens: nano / 10 });
    }),
  );

async function only() {
  const [reservation, ...more] = await desk.list();
  if (!reservation || more.length > 0) throw new Error(`${more.length + 1} reservations`);
  return reservation;
}

async function refusal(work: Promise<unknown>): Promise<ReservationRefused> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ReservationRefused) return error;
  throw new Error(`not refused: ${String(error)}`);
}

describe('withReservation', () => {
  test('holds for what the run says of itself, and what spans inside cost is not counted twice', async () => {
    const answer = await mail.run({ batch: 'b1' }, () =>
      withReservation({ amountUsd: '0.5' }, async ({ id, spent }) => {
        const held = await desk.get(id ?? '');
        expect(held).toMatchObject({
          state: 'held',
          amountUsd: '0.5',
          pipeline: 'mail-etl',
          batch: 'b1',
          team: 'search',
          tags: { customer: 'acme' },
        });
        expect((await desk.budget('search')).holds).toMatchObject({ heldUsd: '0.5' });
        await call(20 * CENT);
        await collector.flush();
        expect(await desk.budget('search')).toMatchObject({
          spentUsd: '0.2',
          holds: { heldUsd: '0.3', availableUsd: '0.5' },
        });
        spent('0.15');
        spent('0.050000001');
        return 'done';
      }),
    );
    expect(answer).toBe('done');
    expect(await only()).toMatchObject({
      state: 'settled',
      actualUsd: '0.200000001',
      telemetryUsd: '0.2',
      heldUsd: '0.000000001',
    });
  });

  test('gives back what is not spent once its telemetry is there, also when the work fails', async () => {
    const broken = new Error('broken');
    const work = mail.run({ batch: 'b1' }, () =>
      withReservation({ amountUsd: '0.5' }, async () => {
        await call(20 * CENT);
        throw broken;
      }),
    );
    await expect(work).rejects.toBe(broken);
    expect(await only()).toMatchObject({ state: 'released', telemetryUsd: '0.2', heldUsd: '0' });
    expect(await desk.budget('all')).toMatchObject({
      spentUsd: '0.2',
      holds: { availableUsd: '0.8' },
    });
  });

  test('throws ReservationRefused with the budget, what it has left and when it resets, and does not work', async () => {
    let worked = false;
    const error = await refusal(
      mail.run({ batch: 'b1' }, () =>
        withReservation({ amountUsd: '1.5', budget: 'search' }, () => {
          worked = true;
        }),
      ),
    );
    const { end } = (await desk.budget('search')).period;
    expect(error).toMatchObject({
      reason: 'exhausted',
      budget: 'search',
      leftUsd: '1',
      resetsAt: new Date(end),
    });
    expect(worked).toBe(false);
  });

  test('is refused a model without a price', async () => {
    const options = { tokens: { input: 5 }, model: 'nobody-knows', provider: 'testai' };
    const error = await refusal(mail.run({}, () => withReservation(options, () => undefined)));
    expect(error).toMatchObject({ reason: 'unpriced', budget: 'all' });
  });

  test('renews its lease while the work goes on', async () => {
    await mail.run({ batch: 'b1' }, () =>
      withReservation({ amountUsd: '0.5', ttlSeconds: 1 }, async ({ id }) => {
        const { expiresAt } = await desk.get(id ?? '');
        desk.server.nowNs += 500_000_000n;
        while ((await desk.get(id ?? '')).expiresAt === expiresAt) {
          await new Promise((wake) => setTimeout(wake, 20));
        }
        desk.server.nowNs += 700_000_000n;
        expect(await desk.get(id ?? '')).toMatchObject({ state: 'held' });
      }),
    );
  });

  test('works unreserved when nobody can be asked, unless that is denied', async () => {
    const away = createCollector({ endpoint: 'http://127.0.0.1:9', writeLog: () => undefined });
    const alone = pipeline('mail-etl', { collector: away });
    const id = await alone.run({}, () =>
      withReservation({ amountUsd: '1', timeoutMs: 500 }, (reservation) => reservation.id),
    );
    expect(id).toBeNull();
    const error = await refusal(
      alone.run({}, () =>
        withReservation({ amountUsd: '1', timeoutMs: 500, onUnavailable: 'deny' }, () => 1),
      ),
    );
    expect(error).toMatchObject({ reason: 'unavailable', budget: null, resetsAt: null });
    await away.shutdown({ timeoutMs: 1 });
  });

  test('names the option that is wrong', async () => {
    const wrong = [
      [{}, 'amountUsd'],
      [{ amountUsd: '1', tokens: { input: 1 } }, 'amountUsd'],
      [{ amountUsd: '-1' }, 'amountUsd'],
      [{ amountUsd: 2.5 }, 'amountUsd'],
      [{ tokens: { input: 1 } }, 'model'],
      [{ amountUsd: '1', ttlSeconds: 0 }, 'ttlSeconds'],
      [{ amountUsd: '1', onUnavailable: 'maybe' }, 'onUnavailable'],
    ] as const;
    for (const [options, name] of wrong) {
      const work = mail.run({}, () => withReservation(options as never, () => 1));
      await expect(work).rejects.toThrow(new RegExp(`option ${name}`));
    }
    await expect(withReservation({ amountUsd: '1' }, () => 1)).rejects.toThrow('option pipeline');
  });
});
