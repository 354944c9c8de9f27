import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { grantSchema, type GrantView } from '../../../server/contract.js';
import { at, ReservationDesk } from '../../support/reservationDesk.js';

const NOW = at('2026-04-16T12:00:00Z');
const HARD = { id: 'all', period: 'month', amountUsd: '1', hardLimit: true };
const CLIENTS = 200;

let desk: ReservationDesk | undefined;
afterEach(async () => {
  await desk?.server.close();
  desk = undefined;
});

const nanoOf = (usd: string): bigint => BigInt(Math.round(Number(usd) * 1e9));

describe('two hundred clients that race for one hard limit', () => {
  test('get exactly as many reservations as fit, and the sum is the limit', async () => {
    desk = await ReservationDesk.open(NOW, HARD);
    const here = desk;
    const answers = await Promise.all(
      Array.from({ length: CLIENTS }, () => here.reserve({ amountUsd: '0.01' })),
    );
    const granted = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status === 409);
    expect([granted.length, refused.length]).toEqual([100, 100]);
    expect(refused.every(({ body }) => 'budget' in body && body.budget === 'all')).toBe(true);
    const items = await here.list('?limit=500');
    expect(items).toHaveLength(100);
    expect(items.reduce((sum, { heldUsd }) => sum + nanoOf(heldUsd), 0n)).toBe(1_000_000_000n);
    expect((await here.budget('all')).holds).toMatchObject({
      heldUsd: '1',
      availableUsd: '0',
      reservations: 100,
    });
  });

  test('find every grant again after kill -9 of the store, none twice, and the same answer to the same key', async () => {
    desk = await ReservationDesk.open(NOW, HARD);
    const here = desk;
    const first = new Map<string, GrantView>();
    const kills: Promise<void>[] = [];
    // Each asks under its own key until it has an answer that is one.
    const client = async (name: string): Promise<'granted' | 'refused'> => {
      for (;;) {
        const { status, body } = await here.reserve({ amountUsd: '0.01', idempotencyKey: name });
        if (status === 201) {
          first.set(name, grantSchema.parse(body));
          if (first.size === 30) kills.push(here.server.killStore());
          return 'granted';
        }
        if (status === 409) return 'refused';
        expect(status).toBe(503);
        await sleep(20);
      }
    };
    const outcomes = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => client(`client ${index}`)),
    );
    expect(kills).toHaveLength(1);
    await Promise.all(kills);
    // All may have had their answer before the kill was felt.
    while (!here.server.running.store.ready) await sleep(10);
    expect(outcomes.filter((outcome) => outcome === 'granted')).toHaveLength(100);
    for (const restart of [false, true]) {
      if (restart) await here.server.restart();
      const items = await here.list('?limit=500');
      expect(items.map(({ id }) => id).toSorted()).toEqual(
        [...first.values()].map(({ id }) => id).toSorted(),
      );
      for (const [name, grant] of first) {
        const again = await here.granted({ amountUsd: '0.01', idempotencyKey: name });
        expect(again).toEqual(grant);
      }
      expect((await here.budget('all')).holds).toMatchObject({ heldUsd: '1', reservations: 100 });
    }
  });
});
