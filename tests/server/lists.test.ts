import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatTime, HOUR_NS, parseTime } from '@burnbook/domain/time';
import {
  batchSchema,
  batchSizesSchema,
  billSchema,
  costsSchema,
  listOf,
  overviewSchema,
  type Batch,
  type Bill,
} from '../../server/contract.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const ns = (time: string): bigint => parseTime(time) ?? 0n;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: TEST_CONFIG });
});
afterAll(() => server.close());

const maker = (pipeline: string, batch: string, startNs: bigint): TraceMaker =>
  new TraceMaker({
    startNs,
    common: {
      'pipeline.name': pipeline,
      'pipeline.run.id': `run of ${batch}`,
      'pipeline.batch.id': batch,
    },
  });

describe('lists', () => {
  const startNs = ns('2026-09-01T00:00:00Z');
  const ids = Array.from({ length: 23 }, (_, index) => `b ${String(index).padStart(2, '0')}`);
  beforeAll(async () => {
    await server.send(
      ids.map((id, index) =>
        // Every second one costs the same: ties must not lose or repeat a batch.
        maker('listed', id, startNs + BigInt(index) * HOUR_NS).span({
          lastsMs: 100 + (index % 5),
          attributes: {
            ...chat('wren', { input: 100 * (index % 2) }),
            'pipeline.rows.in': 10 + (index % 3),
          },
        }),
      ),
    );
  });

  test.each(['startedAt', 'cost', 'usdPer1kRows', 'duration'])(
    'by %s visit every batch once, page by page, both ways',
    async (sort) => {
      const orders: string[][] = [];
      for (const sign of ['', '-']) {
        const seen: Batch[] = [];
        let cursor: string | null = '';
        while (cursor !== null) {
          const page: { items: Batch[]; nextCursor: string | null } = await server.get(
            `/api/batches?pipeline=listed&limit=4&sort=${sign}${sort}${cursor === '' ? '' : `&cursor=${cursor}`}`,
            listOf(batchSchema),
          );
          expect(page.items.length).toBeLessThanOrEqual(4);
          seen.push(...page.items);
          cursor = page.nextCursor;
        }
        expect(seen.map(({ batchId }) => batchId).toSorted()).toEqual(ids);
        const values = seen.map((batch) => valueOf(batch, sort));
        expect(values).toEqual(values.toSorted((a, b) => (sign === '' ? a - b : b - a)));
        orders.push(seen.map(({ batchId }) => batchId));
      }
      expect(orders[0]).not.toEqual(orders[1]);
    },
  );

  test('repeat and lose nothing while batches arrive between the pages', async () => {
    const old = Array.from({ length: 6 }, (_, index) => `old ${index}`);
    const send = (names: readonly string[], fromNs: bigint) =>
      server.send(
        names.map((name, index) =>
          maker('arriving', name, fromNs + BigInt(index) * HOUR_NS).span({
            attributes: chat('wren', { input: 1 }),
          }),
        ),
      );
    await send(old, startNs + 100n * HOUR_NS);
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null; page++) {
      const asked: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { items, nextCursor } = await server.get(
        `/api/batches?pipeline=arriving&limit=2${asked}`,
        listOf(batchSchema),
      );
      seen.push(...items.map(({ batchId }) => batchId));
      cursor = nextCursor;
      await send([`new ${page}`], startNs + BigInt(110 + page) * HOUR_NS);
    }
    expect(seen).toEqual(old.toReversed());
  });

  test('take no cursor of a list in another order', async () => {
    const { nextCursor } = await server.get('/api/batches?limit=1', listOf(batchSchema));
    const answer = await server.fetch(`/api/batches?limit=1&sort=cost&cursor=${nextCursor}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      field: 'cursor',
      detail: 'cursor: belongs to a list sorted by -startedAt',
    });
  });

  test('take ranges half-open', async () => {
    const from = formatTime(startNs + 2n * HOUR_NS);
    const to = formatTime(startNs + 4n * HOUR_NS);
    const { items } = await server.get(
      `/api/batches?pipeline=listed&sort=startedAt&from=${from}&to=${to}`,
      listOf(batchSchema),
    );
    expect(items.map(({ batchId }) => batchId)).toEqual(['b 02', 'b 03']);
    const costs = await server.get(
      `/api/costs?groupBy=pipeline&from=${from}&to=${to}`,
      costsSchema,
    );
    expect(costs).toMatchObject({
      from,
      to,
      items: [{ key: 'listed', modelCalls: 2, tokens: 100 }],
    });
  });

  test('of bill lines go on where the cursor says, and the total is that of all pages', async () => {
    const made = maker('long bill', 'b', startNs);
    await server.send(
      Array.from({ length: 11 }, (_, index) =>
        // All at once: ties must not lose or repeat a line.
        made.span({ attributes: chat('wren', { input: index }) }),
      ),
    );
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const bill: Bill = await server.get(
        `/api/batches/long%20bill/b/bill?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
        billSchema,
      );
      expect(bill).toMatchObject({ totalUsd: '0.000000055', linesTotal: 11 });
      seen.push(...bill.lines.map(({ evidence }) => evidence.spanId));
      cursor = bill.nextCursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([11, 11]);
  });

  const valueOf = (batch: Batch, sort: string): number => {
    if (sort === 'startedAt') return Date.parse(batch.startedAt);
    if (sort === 'cost') return Number(batch.cost.totalUsd);
    if (sort === 'duration') return batch.durationMs ?? -1;
    // The list rounds down to the nano-dollar for show; it sorts by the exact ratio.
    return Number(batch.cost.totalUsd) / (batch.rowsIn ?? 1);
  };
});

describe('the cost of a row by the size of its batch', () => {
  const from = ns('2026-05-01T00:00:00Z');
  const range = 'from=2026-05-01T00:00:00Z&to=2026-05-03T00:00:00Z';
  const batch = (id: string, rows: number | null, nano: number, model = 'wren') =>
    maker('sized', id, from).span({
      attributes: {
        ...chat(model, { input: nano }),
        'pipeline.run.outcome': 'succeeded',
        ...(rows === null ? {} : { 'pipeline.rows.in': rows }),
      },
    });
  const at = (path: string) => server.get(path, batchSizesSchema);

  beforeAll(async () => {
    await server.send([
      ...Array.from({ length: 10 }, (_, index) => batch(`ten ${index}`, 10, 10 * (index + 1))),
      batch('edge below', 19, 19),
      batch('edge', 20, 7),
      batch('thirds', 3_000, 10_000),
      batch('unpriced', 2_000, 1, 'no such model'),
      batch('no rows', null, 5),
      batch('zero rows', 0, 5),
    ]);
    const made = maker('sized', 'goes on', from);
    await server.send([
      made.span({ attributes: { 'pipeline.event': 'start' }, lastsMs: 0 }),
      made.span({
        parent: made.missing(),
        attributes: { ...chat('wren', { input: 5 }), 'pipeline.rows.in': 10 },
      }),
    ]);
  });

  test('is what batches cost at three ranks of each size, exactly', async () => {
    const told = await at(`/api/costs/batch-size?pipeline=sized&${range}`);
    expect(told).toMatchObject({
      pipeline: 'sized',
      batches: 17,
      batchesWithoutRows: 2,
      unfinishedBatches: 1,
      points: [
        {
          // Eleven batches: ten of 1 to 10 nano-dollars a row, and the one below the edge, of 1.
          ...{ rowsFrom: 10, rowsTo: 20, batches: 11, rows: 119, unpricedBatches: 0 },
          usdPer1kRows: { p10: '0.000001', median: '0.000005', p90: '0.000009' },
          medianBatch: { pipeline: 'sized', batchId: 'ten 4' },
        },
        {
          ...{ rowsFrom: 20, rowsTo: 50, batches: 1, rows: 20, unpricedBatches: 0 },
          usdPer1kRows: { p10: '0.00000035', median: '0.00000035', p90: '0.00000035' },
        },
        {
          ...{ rowsFrom: 2_000, rowsTo: 5_000, batches: 2, rows: 5_000, unpricedBatches: 1 },
          // 10,000 nano-dollars for 3,000 rows, half-even.
          usdPer1kRows: { p10: '0', median: '0', p90: '0.000003333' },
        },
      ],
    });
    expect(told.points).toHaveLength(3);
  });

  test('is empty where no batch began, and of all pipelines unless one is named', async () => {
    const none = await at(`/api/costs/batch-size?pipeline=nothing&${range}`);
    expect(none).toMatchObject({ points: [], batches: 0, unfinishedBatches: 0 });
    const all = await at(`/api/costs/batch-size?${range}`);
    expect(all).toMatchObject({ pipeline: null, batches: 17 });
  });
});

describe('costs by day', () => {
  const call = (pipeline: string, at: string) =>
    maker(pipeline, `at ${at}`, ns(at)).span({ attributes: chat('wren', { input: 1 }) });
  const days = async (query: string) => {
    const { items } = await server.get(`/api/costs?groupBy=day&${query}`, costsSchema);
    return Object.fromEntries(items.map(({ key, modelCalls }) => [key, modelCalls]));
  };

  test('begin at midnight in Shanghai', async () => {
    await server.send(
      [
        '2026-08-01T15:59:59.999Z',
        '2026-08-01T16:00:00Z',
        '2026-08-02T15:59:59Z',
        '2026-08-02T16:00:00Z',
      ].map((at) => call('shanghai', at)),
    );
    const range = 'from=2026-08-01T00:00:00Z&to=2026-08-04T00:00:00Z';
    expect(await days(`${range}&tz=Asia/Shanghai`)).toEqual({
      '2026-08-01': 1,
      '2026-08-02': 2,
      '2026-08-03': 1,
    });
    expect(await days(`${range}&tz=UTC`)).toEqual({ '2026-08-01': 2, '2026-08-02': 2 });
  });

  test('have 25 hours in Berlin when summer time ends, and 23 when it begins', async () => {
    await server.send(
      [
        '2025-10-25T21:59:59Z',
        '2025-10-25T22:00:00Z',
        '2025-10-26T22:59:59Z',
        '2025-10-26T23:00:00Z',
      ].map((at) => call('autumn', at)),
    );
    await server.send(
      [
        '2026-03-28T22:59:59Z',
        '2026-03-28T23:00:00Z',
        '2026-03-29T21:59:59Z',
        '2026-03-29T22:00:00Z',
      ].map((at) => call('spring', at)),
    );
    expect(
      await days('from=2025-10-25T00:00:00Z&to=2025-10-28T00:00:00Z&tz=Europe/Berlin'),
    ).toEqual({ '2025-10-25': 1, '2025-10-26': 2, '2025-10-27': 1 });
    expect(
      await days('from=2026-03-28T00:00:00Z&to=2026-03-31T00:00:00Z&tz=Europe/Berlin'),
    ).toEqual({ '2026-03-28': 1, '2026-03-29': 2, '2026-03-30': 1 });
  });
});

test('the series of the overview add up to its total, and its pipelines to no more', async () => {
  const overview = await server.get(
    '/api/overview?from=2026-07-31T00:00:00Z&to=2026-08-05T00:00:00Z&tz=Asia/Shanghai',
    overviewSchema,
  );
  const nano = (usd: string): bigint => BigInt(Math.round(Number(usd) * 1e9));
  expect(nano(overview.total.totalUsd)).toBe(4n);
  expect(overview.series.reduce((sum, { usd }) => sum + nano(usd), 0n)).toBe(4n);
  expect(overview.series.length).toBeLessThanOrEqual(4);
  expect(overview.pipelines.map(({ pipeline, batches }) => [pipeline, batches])).toEqual([
    ['shanghai', 4],
  ]);
  expect(overview).toMatchObject({ batches: 4, previousBatches: 0, empty: false });
});
