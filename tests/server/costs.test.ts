import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatUsd, parseUsd } from '@burnbook/domain/money';
import { parseTime } from '@burnbook/domain/time';
import { costsSchema, problemSchema, type CostGroup, type Costs } from '../../server/contract.js';
import type { Attributes, SpanSpec } from '../support/spanSpec.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const ns = (time: string): bigint => parseTime(time) ?? 0n;
const RANGE = 'from=2026-09-07T00:00:00Z&to=2026-09-14T00:00:00Z';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: TEST_CONFIG });
});
afterAll(() => server.close());

interface Call {
  readonly pipeline: string;
  readonly at: string;
  readonly tokens: number;
  readonly model?: string;
  readonly batch?: string;
  readonly more?: Attributes;
}

function call({ pipeline, at, tokens, model = 'wren', batch = 'b', more = {} }: Call): SpanSpec {
  const maker = new TraceMaker({
    startNs: ns(at),
    common: {
      'pipeline.name': pipeline,
      'pipeline.run.id': `run of ${batch}`,
      'pipeline.batch.id': batch,
    },
  });
  return maker.span({ attributes: { ...chat(model, { input: tokens }), ...more } });
}

const ask = (query: string): Promise<Costs> => server.get(`/api/costs?${query}`, costsSchema);
const nano = (usd: string | null): bigint => parseUsd(usd ?? '0');
/** Keys with their totals in nano-USD, which is tokens. */
const table = ({ items }: Pick<Costs, 'items'>) =>
  Object.fromEntries(
    items.map(({ keys, cost }) => [keys.map(String).join(' / '), Number(nano(cost.totalUsd))]),
  );
const enc = encodeURIComponent;

describe('costs', () => {
  beforeAll(async () => {
    await server.send([
      call({ pipeline: 'mail', at: '2026-09-07T10:00:00Z', tokens: 1, more: { team: 'ml' } }),
      call({ pipeline: 'mail', at: '2026-09-08T10:05:00Z', tokens: 10, more: { team: 'data' } }),
      call({
        pipeline: 'web',
        at: '2026-09-08T10:20:00Z',
        tokens: 100,
        model: 'wren-2',
        batch: 'w',
        more: { team: 'ml', 'tag.project': 'a,"b"\\*', 'deployment.environment.name': 'prod' },
      }),
      call({
        pipeline: 'web',
        at: '2026-09-13T23:59:59.999Z',
        tokens: 1_000,
        batch: 'w 2',
        more: { 'tag.project': 'x', 'tag.cost centre': '7' },
      }),
    ]);
  });

  test('by two dimensions have a group for each pair, and add up to the total', async () => {
    const told = await ask(`groupBy=pipeline,team&${RANGE}`);
    // wren-2 has no price: unpriced, not free.
    expect(table(told)).toEqual({
      'web / null': 1_000,
      'mail / data': 10,
      'mail / ml': 1,
      'web / ml': 0,
    });
    expect(told).toMatchObject({
      dimensions: ['pipeline', 'team'],
      itemsTotal: 4,
      total: { totalUsd: formatUsd(1_011n), unpricedCalls: 1 },
      totals: { modelCalls: 4, tokens: 1_111 },
    });
  });

  test.each([
    ['tag.project', { x: 1_000, null: 11, 'a,"b"\\*': 0 }],
    ['tag."cost centre"', { 7: 1_000, null: 11 }],
    ['provider', { testai: 1_011 }],
    ['kind', { model: 1_011 }],
    ['batch', { 'w 2': 1_000, b: 11, w: 0 }],
    ['run', { 'run of w 2': 1_000, 'run of b': 11, 'run of w': 0 }],
    ['environment', { null: 1_011, prod: 0 }],
    ['attempt', { null: 1_011 }],
    ['month', { '2026-09': 1_011 }],
    ['week&tz=Asia/Shanghai', { '2026-09-07': 11, '2026-09-14': 1_000 }],
    ['day', { '2026-09-07': 1, '2026-09-08': 10, '2026-09-13': 1_000 }],
    [
      'hour&tz=Asia/Kolkata',
      { '2026-09-07T15:00': 1, '2026-09-08T15:00': 10, '2026-09-14T05:00': 1_000 },
    ],
  ])('by %s are told by the sums or the lines', async (groupBy, expected) => {
    expect(table(await ask(`groupBy=${groupBy}&${RANGE}`))).toEqual(expected);
  });

  test.each([
    ['model:wren', 1_011],
    ['model:wren*', 1_011],
    ['model:wren-*', 0],
    ['-model:wren-2,pipeline:web', 1_000],
    ['team:ml', 1],
    ['team:ml,team:data', 11],
    ['team:""', 1_000],
    ['team:*', 11],
    ['-team:*', 1_000],
    ['tag.project:x', 1_000],
    ['tag.project:"a,\\"b\\"\\\\*"', 0],
    ['tag.project:"a,"*', 0],
    ['-tag.project:x', 11],
    ['tag."cost centre":7 , pipeline:web', 1_000],
    ['environment:prod', 0],
    ['-environment:prod', 1_011],
    ['batch:"w 2"', 1_000],
    ['pipeline:m.il', 0],
    ['kind:compute', 0],
    ['', 1_011],
  ])('filtered by %s are those of the lines that match', async (filter, expected) => {
    const told = await ask(`${RANGE}&filter=${enc(filter)}`);
    expect(Number(nano(told.total.totalUsd))).toBe(expected);
    expect(told.filter).toBe(filter);
  });

  test.each([
    ['filter=planet:x', 'filter', 'planet'],
    ['filter=model', 'filter', 'model'],
    ['filter=model:', 'filter', ''],
    ['filter=model:a*b', 'filter', 'a*b'],
    [`filter=${enc('model:"a')}`, 'filter', '"a'],
    [`filter=${enc('model:"a"b')}`, 'filter', 'b'],
    [`filter=${enc('model:a"b"')}`, 'filter', 'a'],
    ['filter=day:monday', 'filter', 'day'],
    ['filter=team:a,', 'filter', ''],
    ['groupBy=planet', 'groupBy', 'planet'],
    ['groupBy=team,team', 'groupBy', 'team'],
    ['groupBy=team,step,model', 'groupBy', 'team,step,model'],
    ['groupBy=tag.', 'groupBy', 'tag.'],
  ])('asked with %s are refused, naming the part', async (query, field, part) => {
    const answer = await server.fetch(`/api/costs?${query}`);
    const body: unknown = await answer.json();
    expect(answer.status).toBe(400);
    expect(problemSchema.parse(body).field).toBe(field);
    expect(body).toMatchObject({ part });
  });

  test.each(['attempt', 'environment', 'attempt,environment'])(
    'by %s add up over a long range too',
    async (groupBy) => {
      const long = await server.get(`/api/costs?groupBy=${groupBy}&from=-400d`, costsSchema);
      const all = await server.get('/api/costs?groupBy=kind&from=-400d', costsSchema);
      const sum = ({ items }: typeof all): bigint =>
        items.reduce((total, { cost }) => total + (parseUsd(cost.totalUsd) ?? 0n), 0n);
      expect(sum(long)).toBe(sum(all));
      expect(sum(all)).toBeGreaterThan(0n);
    },
  );

  test('go on page by page without losing or repeating a group', async () => {
    await server.send(
      Array.from({ length: 23 }, (_, index) =>
        call({
          pipeline: 'paged',
          at: '2026-06-01T00:00:00Z',
          // Ties.
          tokens: index % 3,
          batch: `p ${index}`,
        }),
      ),
    );
    const range = 'from=2026-06-01T00:00:00Z&to=2026-06-02T00:00:00Z';
    const seen: CostGroup[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Costs = await ask(
        `groupBy=batch&limit=5&${range}${cursor && `&cursor=${cursor}`}`,
      );
      expect(page).toMatchObject({ itemsTotal: 23, total: { totalUsd: formatUsd(22n) } });
      seen.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(new Set(seen.map(({ key }) => key)).size).toBe(23);
    expect(seen).toHaveLength(23);
    const beyond = await ask(
      `groupBy=batch&cursor=${Buffer.from('o999').toString('base64url')}&${range}`,
    );
    expect(beyond).toMatchObject({ items: [], itemsTotal: 23, nextCursor: null });
  });
});

describe('costs compared', () => {
  beforeAll(async () => {
    await server.send([
      call({ pipeline: 'rises', at: '2026-04-07T09:00:00Z', tokens: 40 }),
      call({ pipeline: 'gone', at: '2026-04-08T09:00:00Z', tokens: 5 }),
      call({ pipeline: 'rises', at: '2026-04-14T09:00:00Z', tokens: 60 }),
      call({ pipeline: 'new', at: '2026-04-15T09:00:00Z', tokens: 7 }),
    ]);
  });

  test('with the week before tell what each group was, is, and the difference', async () => {
    const told = await ask(
      'from=2026-04-13T00:00:00Z&to=2026-04-20T00:00:00Z&compare=week&sort=delta',
    );
    expect(told.compare).toEqual({
      mode: 'week',
      from: '2026-04-06T00:00:00Z',
      to: '2026-04-13T00:00:00Z',
    });
    expect(
      told.items.map(({ key, cost, previous, deltaUsd, deltaPercent }) => [
        key,
        Number(nano(cost.totalUsd)),
        Number(nano(previous?.cost.totalUsd ?? null)),
        Number(nano(deltaUsd)),
        deltaPercent,
      ]),
    ).toEqual([
      ['rises', 60, 40, 20, 50],
      ['new', 7, 0, 7, null],
      ['gone', 0, 5, -5, -100],
    ]);
    expect(told.totals).toMatchObject({
      deltaUsd: formatUsd(22n),
      previous: { modelCalls: 2, tokens: 45 },
    });
  });

  test('by day call a day of the week before as the day now, across a change of the clock', async () => {
    await server.send([
      call({ pipeline: 'clock', at: '2026-03-22T23:30:00Z', tokens: 1 }),
      call({ pipeline: 'clock', at: '2026-03-29T22:30:00Z', tokens: 2 }),
    ]);
    const told = await ask(
      'from=2026-03-28T23:00:00Z&to=2026-03-31T22:00:00Z&compare=week&groupBy=day&tz=Europe/Berlin&filter=pipeline:clock',
    );
    expect(told.compare).toMatchObject({
      from: '2026-03-21T23:00:00Z',
      to: '2026-03-24T23:00:00Z',
    });
    expect(told.items.map(({ key, previous, tokens }) => [key, previous?.tokens, tokens])).toEqual([
      ['2026-03-30', 1, 2],
    ]);
  });

  test.each([
    [
      'previous',
      '2026-03-01T00:00:00Z',
      '2026-04-01T00:00:00Z',
      '2026-01-29T00:00:00Z',
      '2026-03-01T00:00:00Z',
    ],
    [
      'month',
      '2026-03-01T00:00:00Z',
      '2026-04-01T00:00:00Z',
      '2026-02-01T00:00:00Z',
      '2026-03-01T00:00:00Z',
    ],
    [
      'month',
      '2026-03-31T00:00:00Z',
      '2026-04-30T00:00:00Z',
      '2026-02-28T00:00:00Z',
      '2026-03-30T00:00:00Z',
    ],
  ])('with %s are those of that range', async (mode, from, to, before, until) => {
    const told = await ask(`from=${from}&to=${to}&compare=${mode}`);
    expect(told.compare).toEqual({ mode, from: before, to: until });
  });
});

describe('unit costs', () => {
  const step = (rows: Attributes): Attributes => ({ 'pipeline.step.name': 'load', ...rows });
  beforeAll(async () => {
    const load = new TraceMaker({
      startNs: ns('2026-02-02T00:00:00Z'),
      common: { 'pipeline.name': 'counted', 'pipeline.run.id': 'r', 'pipeline.batch.id': 'b 1' },
    });
    const root = load.span({ name: 'run' });
    await server.send([
      root,
      load.span({
        parent: root,
        attributes: step({ 'pipeline.rows.in': 400, 'pipeline.rows.out': 300 }),
      }),
      load.span({ parent: root, atMs: 1, attributes: chat('wren', { input: 1_000, output: 100 }) }),
      call({ pipeline: 'counted', at: '2026-02-03T00:00:00Z', tokens: 77, batch: 'tells no rows' }),
      call({ pipeline: 'silent', at: '2026-02-03T00:00:00Z', tokens: 5 }),
    ]);
  });

  test('divide by the rows of the batches that tell them, and say why where none does', async () => {
    const told = await ask('from=2026-02-01T00:00:00Z&to=2026-02-05T00:00:00Z');
    // The batch with rows cost 2,000 nano-USD; 1,077 and 100 tokens are in the group.
    expect(told.items).toMatchObject([
      {
        key: 'counted',
        units: {
          rows: 400,
          recordsOut: 300,
          usdPer1kRows: formatUsd(5_000n),
          usdPer1kRecordsOut: formatUsd(6_667n),
          usdPerMillionTokens: formatUsd(1_764_656n),
          atLeast: false,
          unknown: { rows: null, recordsOut: null, tokens: null },
        },
      },
      {
        key: 'silent',
        units: { rows: null, usdPer1kRows: null, unknown: { rows: 'noBatchTellsRows' } },
      },
    ]);
    expect(told.totals.units).toMatchObject({ rows: 400, usdPer1kRows: formatUsd(5_000n) });
  });

  test('count a batch in the day that it began in', async () => {
    const told = await ask('from=2026-02-01T00:00:00Z&to=2026-02-05T00:00:00Z&groupBy=day,model');
    expect(told.items.map(({ keys, units }) => [keys, units.rows])).toEqual([
      [['2026-02-02', 'wren'], 400],
      [['2026-02-03', 'wren'], null],
    ]);
  });
});
