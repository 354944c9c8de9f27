import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatUsd, parseUsd } from '@burnbook/domain/money';
import { parseTime } from '@burnbook/domain/time';
import { costSeriesSchema, problemSchema, waterfallSchema } from '../../server/contract.js';
import type { Attributes, SpanSpec } from '../support/spanSpec.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const ns = (time: string): bigint => parseTime(time) ?? 0n;
const usd = (nano: number): string => formatUsd(BigInt(nano));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: TEST_CONFIG });
});
afterAll(() => server.close());

/** A run of one batch: so many rows in, and its calls below. */
function batch(
  { pipeline, at, rows }: { pipeline: string; at: string; rows: number | null },
  calls: readonly Attributes[],
): SpanSpec[] {
  const maker = new TraceMaker({
    startNs: ns(at),
    common: { 'pipeline.name': pipeline, 'pipeline.run.id': at, 'pipeline.batch.id': at },
  });
  const root = maker.span({
    name: 'run',
    attributes: rows === null ? {} : { 'pipeline.rows.in': rows },
  });
  return [root, ...calls.map((attributes) => maker.span({ parent: root, attributes }))];
}
const cpu = (seconds: number): Attributes => ({ 'process.cpu.time.user': seconds });
const attempt = (number: number, outcome: string): Attributes => ({
  'pipeline.operation.id': 'o',
  'pipeline.attempt.number': number,
  'pipeline.attempt.outcome': outcome,
});

describe('the waterfall', () => {
  const ask = (query: string) => server.get(`/api/costs/waterfall?${query}`, waterfallSchema);
  const week = 'from=2026-05-11T00:00:00Z&to=2026-05-18T00:00:00Z&compare=week';

  test('tells twice the rows as volume, and more compute as compute', async () => {
    await server.send([
      ...batch({ pipeline: 'grows', at: '2026-05-05T00:00:00Z', rows: 10 }, [
        chat('wren', { input: 100 }),
        cpu(0.001),
      ]),
      ...batch({ pipeline: 'grows', at: '2026-05-12T00:00:00Z', rows: 20 }, [
        chat('wren', { input: 200 }),
        cpu(0.005),
      ]),
    ]);
    const told = await ask(`${week}&filter=pipeline:grows`);
    expect(told).toMatchObject({
      beforeUsd: usd(101),
      afterUsd: usd(205),
      deltaUsd: usd(104),
      bars: { volumeUsd: usd(100), computeUsd: usd(4), tokensPerRowUsd: '0', priceUsd: '0' },
      volumeIn: 'rows',
      rowsBefore: 10,
      rowsAfter: 20,
      models: [{ provider: 'testai', model: 'wren', beforeUsd: usd(100), afterUsd: usd(200) }],
    });
  });

  test('tells attempts that lost as retries, and output for input as price', async () => {
    await server.send([
      ...batch({ pipeline: 'retries', at: '2026-05-05T00:00:00Z', rows: 10 }, [
        chat('wren', { input: 100 }),
      ]),
      ...batch({ pipeline: 'retries', at: '2026-05-12T00:00:00Z', rows: 10 }, [
        { ...chat('wren', { input: 100 }), ...attempt(1, 'failed') },
        { ...chat('wren', { input: 100 }), ...attempt(2, 'succeeded') },
      ]),
      ...batch({ pipeline: 'classes', at: '2026-05-05T00:00:00Z', rows: 10 }, [
        chat('wren', { input: 100 }),
      ]),
      ...batch({ pipeline: 'classes', at: '2026-05-12T00:00:00Z', rows: 10 }, [
        chat('wren', { input: 90, output: 10 }),
      ]),
    ]);
    const zero = { volumeUsd: '0', tokensPerRowUsd: '0', mixUsd: '0', newUsd: '0', goneUsd: '0' };
    expect(await ask(`${week}&filter=pipeline:retries`)).toMatchObject({
      bars: { ...zero, retriesUsd: usd(100), priceUsd: '0' },
    });
    expect(await ask(`${week}&filter=pipeline:classes`)).toMatchObject({
      bars: { ...zero, priceUsd: usd(90), retriesUsd: '0' },
    });
  });

  test('counts volume in calls where a batch tells no rows, and adds up over everything', async () => {
    await server.send([
      ...batch({ pipeline: 'no rows', at: '2026-05-06T00:00:00Z', rows: null }, [
        chat('wren', { input: 31 }),
        chat('unheard-of', { input: 5 }),
      ]),
    ]);
    const told = await ask(week);
    expect(told).toMatchObject({ volumeIn: 'calls', rowsBefore: null, unpricedBefore: 1 });
    const bars = Object.values(told.bars).reduce((sum, bar) => sum + parseUsd(bar), 0n);
    expect(bars).toBe(parseUsd(told.deltaUsd));
    expect(bars).not.toBe(0n);
  });

  test('compares up to the end of what times may say', async () => {
    const told = await ask('from=2199-12-30T00:00:00Z&to=2199-12-31T00:00:00Z');
    expect(told.compare).toMatchObject({
      from: '2199-12-29T00:00:00Z',
      to: '2199-12-30T00:00:00Z',
    });
  });
});

describe('the series', () => {
  const ask = (query: string) => server.get(`/api/costs/series?${query}`, costSeriesSchema);

  test('of days name the five dearest and the rest, and add up to the total', async () => {
    const models = ['wren', 'a', 'b', 'c', 'd', 'e', 'f'];
    await server.send(
      models.flatMap((team, index) =>
        batch({ pipeline: 'series', at: '2026-01-05T12:00:00Z', rows: 1 }, [
          { ...chat('wren', { input: 100 - index }), team },
          { ...chat('wren', { input: 1 }), team: index < 6 ? '(other)' : team },
        ]),
      ),
    );
    const told = await ask(
      'groupBy=team&from=2026-01-05T00:00:00Z&to=2026-01-08T00:00:00Z&filter=pipeline:series&tz=Asia/Shanghai',
    );
    expect(told.series.map(({ name, totalUsd }) => [name, totalUsd])).toEqual([
      ['wren', usd(100)],
      ['a', usd(99)],
      ['b', usd(98)],
      ['c', usd(97)],
      ['d', usd(96)],
      ['(other)', usd(95 + 94 + 1 + 6)],
    ]);
    expect(told).toMatchObject({ bucket: 'day', total: { totalUsd: usd(686) } });
    expect(told.buckets.map(({ from }) => from)).toEqual([
      '2026-01-04T16:00:00Z',
      '2026-01-05T16:00:00Z',
      '2026-01-06T16:00:00Z',
      '2026-01-07T16:00:00Z',
    ]);
    expect(new Set(told.points.map(({ bucket }) => bucket))).toEqual(
      new Set(['2026-01-04T16:00:00Z']),
    );
  });

  test.each([
    ['hour', '2026-10-24T23:30:00Z', '2026-10-25T03:00:00Z', 4],
    ['day', '2026-10-24T22:00:00Z', '2026-10-26T23:00:00Z', 2],
    ['week', '2026-10-18T22:00:00Z', '2026-11-01T23:00:00Z', 2],
    ['month', '2026-09-30T22:00:00Z', '2026-11-30T23:00:00Z', 2],
  ])('by %s have whole periods where the clock is set back', async (bucket, from, to, count) => {
    const told = await ask(`bucket=${bucket}&from=${from}&to=${to}&tz=Europe/Berlin`);
    expect(told.buckets).toHaveLength(count);
    told.buckets.slice(1).forEach((each, index) => {
      expect(each.from).toBe(told.buckets[index]?.to);
    });
    expect(told.buckets.at(-1)?.to).toBe(to);
  });

  test('put what happens in the hour that the clock shows twice where it happened', async () => {
    const at = ['2026-10-25T00:59:00Z', '2026-10-25T01:01:00Z'];
    await server.send(
      at.flatMap((time) =>
        batch({ pipeline: 'twice', at: time, rows: 1 }, [chat('wren', { input: 1 })]),
      ),
    );
    const told = await ask(
      'bucket=hour&from=2026-10-25T00:00:00Z&to=2026-10-25T02:00:00Z&tz=Europe/Berlin&filter=pipeline:twice',
    );
    expect(told.points.map(({ bucket }) => bucket)).toEqual([
      '2026-10-25T00:00:00Z',
      '2026-10-25T01:00:00Z',
    ]);
  });

  test.each([
    ['bucket=hour&from=-200d', 'bucket'],
    ['groupBy=day', 'groupBy'],
    ['groupBy=team,model', 'groupBy'],
    ['filter=x', 'filter'],
  ])('asked with %s are refused', async (query, field) => {
    const answer = await server.fetch(`/api/costs/series?${query}`);
    expect([answer.status, problemSchema.parse(await answer.json()).field]).toEqual([400, field]);
  });
});
