/** Questions that share few connections. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { StoreError } from '../../server/store/protocol.js';
import { QueryLane } from '../../server/store/queryLane.js';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(() => connection.closeSync());

const question = (id: number, read: () => Promise<string>) => ({
  ...{ id, read, name: `question ${id}`, timeoutMs: 5_000 },
});

test('questions are asked in the order in which they came', async () => {
  const lane = new QueryLane<string>([connection]);
  const order: number[] = [];
  const asked = [0, 1, 2, 3].map((id) =>
    lane.run(
      question(id, async () => {
        await connection.run('SELECT 1');
        order.push(id);
        return String(id);
      }),
    ),
  );
  expect(await Promise.all(asked)).toEqual(['0', '1', '2', '3']);
  expect(order).toEqual([0, 1, 2, 3]);
});

test('a question that waits can be cancelled, and the next one is still asked', async () => {
  const lane = new QueryLane<string>([connection]);
  const asked = [0, 1, 2].map((id) => lane.run(question(id, async () => String(id))));
  lane.cancel(1);
  lane.cancel(7);
  await expect(asked[1]).rejects.toThrow(StoreError);
  expect(await asked[0]).toBe('0');
  expect(await asked[2]).toBe('2');
});

test('more than two hundred waiting ones are refused as busy', async () => {
  const lane = new QueryLane<string>([connection]);
  let finish = (): void => undefined;
  const first = lane.run(
    question(0, () => new Promise((resolve) => (finish = () => resolve('0')))),
  );
  const waiting = Array.from({ length: 200 }, (_, id) =>
    lane.run(question(id + 1, async () => String(id))),
  );
  await expect(lane.run(question(900, async () => ''))).rejects.toMatchObject({
    reason: 'busy',
  });
  finish();
  await first;
  expect(await Promise.all(waiting)).toHaveLength(200);
});
