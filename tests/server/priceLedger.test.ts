import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_NS, MINUTE_NS } from '@burnbook/domain/time';
import { pricesSchema, unpricedListSchema, type Bill, type Prices } from '../../server/contract.js';
import type { Config } from '../../server/config/config.js';
import { readBill } from '../support/billReading.js';
import type { Attributes } from '../support/spanSpec.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

type Rules = Config['prices'];
const withPrices = (prices: Rules): Config => ({ ...TEST_CONFIG, prices });

describe('the ledger of prices', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ config: TEST_CONFIG, bare: true });
  });
  afterAll(() => server.close());
  const ledger = (query: string): Promise<Prices> =>
    server.get(`/api/prices?${query}`, pricesSchema);
  const newest = async (): Promise<string> => (await ledger('limit=1')).knownAt;

  test('holds the whole catalogue, with validity, source and the version that lines are pinned to', async () => {
    const { total } = await ledger('limit=1');
    expect(total).toBeGreaterThan(3_500);
    const { items, applies } = await ledger('provider=openai&model=o3');
    const inputs = items.filter(({ unit }) => unit === 'input');
    expect(inputs).toMatchObject([
      { usdPerMillion: '10', validFrom: null, validTo: '2025-06-10T00:00:00Z', knownUntil: null },
      { usdPerMillion: '2', validFrom: '2025-06-10T00:00:00Z', validTo: null },
    ]);
    expect(inputs[1]?.priceId).toBe(applies?.priceId);
    expect(applies?.source).toMatch(/^@pydantic\/genai-prices \d/);
  });

  test('says which price applied at a time, under the names that emitters use', async () => {
    const { items, applies } = await ledger(
      'provider=openai.chat&model=o3&at=2025-06-01T12:00:00Z',
    );
    expect(applies?.text).toMatch(/^\$10 in/);
    expect(items.every(({ validFrom }) => validFrom === null)).toBe(true);
    expect(items.length).toBeGreaterThan(0);
  });

  test('tells long-context steps and prices that change with the hour', async () => {
    const claude = await ledger('provider=anthropic&model=claude-sonnet-4-5&tier=standard');
    expect(
      claude.items
        .filter(({ unit }) => unit === 'input')
        .map(({ aboveTokens, usdPerMillion }) => [aboveTokens, usdPerMillion]),
    ).toEqual([
      [0, '3'],
      [200_000, '6'],
    ]);
    const deepseek = await ledger('provider=deepseek&model=deepseek-chat');
    expect(deepseek.items.map(({ dailyFrom }) => dailyFrom)).toContain('00:30:00');
  });

  test('keeps published tiers with their source and the day they were checked', async () => {
    const { items } = await ledger('provider=openai&model=gpt-4o-mini&tier=batch');
    expect(items).toMatchObject([
      { unit: 'multiplier', multiplier: '0.5', usdPerMillion: null, origin: 'published' },
    ]);
    expect(items[0]?.checkedOn).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(items[0]?.source).toMatch(/^https:\/\/developers\.openai\.com\//);
  });

  test('learns only what changed, remembers what it knew before, and knows it again after a restart', async () => {
    const before = await newest();
    server.nowNs += MINUTE_NS;
    server.applyConfig(
      withPrices({
        prices: [
          { provider: 'testai', model: 'wren', inputUsdPerMillion: '0.001', source: 'the test' },
          { provider: 'testai', model: 'robin', inputUsdPerMillion: '1', source: 'the test' },
        ],
      }),
    );
    const now = await ledger('provider=testai');
    const known = now.items.map(({ model, unit, knownAt }) => [model, unit, knownAt > before]);
    expect(known).toEqual([
      ['robin', 'input', true],
      ['wren', 'input', false],
    ]);
    const then = await ledger(`provider=testai&knownAt=${before}`);
    expect(
      then.items.map(({ model, unit, knownUntil }) => [model, unit, knownUntil !== null]),
    ).toEqual([
      ['wren', 'input', false],
      ['wren', 'output', true],
    ]);
    const catalogue = (await ledger('limit=1')).total;
    await server.restart();
    expect((await ledger('limit=1')).total).toBe(catalogue);
    expect(await ledger('provider=testai')).toMatchObject({ items: now.items });
  });

  test.each([
    ['at=yesterday', 'at'],
    ['limit=0', 'limit'],
    ['cursor=x', 'cursor'],
    ['models=x', 'models'],
  ])('refuses %s and names it', async (query, field) => {
    const answer = await server.fetch(`/api/prices?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ field });
  });

  test('is read page by page', async () => {
    const first = await ledger('provider=openai&limit=5');
    const second = await ledger(`provider=openai&limit=5&cursor=${first.nextCursor}`);
    expect(second.items).toHaveLength(5);
    expect(second.items).not.toEqual(first.items);
  });
});

describe('prices in the bill', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ config: TEST_CONFIG, bare: true });
  });
  afterAll(() => server.close());

  const bill = (batchId: string): Promise<Bill> =>
    readBill(server, { pipeline: 'priced', batchId });
  const call = async (
    batch: string,
    attributes: Attributes,
    made: { readonly agoNs?: bigint; readonly lastsMs?: number } = {},
  ): Promise<Bill> => {
    const maker = new TraceMaker({
      startNs: server.nowNs - (made.agoNs ?? MINUTE_NS),
      common: { 'pipeline.name': 'priced', 'pipeline.run.id': batch, 'pipeline.batch.id': batch },
    });
    await server.send([maker.span({ attributes, lastsMs: made.lastsMs ?? 10 })]);
    return bill(batch);
  };
  const openAi = (tier: string, model = 'gpt-4o-mini'): Attributes =>
    chat(
      model,
      { input: 1_000_000, output: 100_000 },
      { 'gen_ai.provider.name': 'openai', 'openai.response.service_tier': tier },
    );

  test.each([
    ['batch', '0.105'],
    ['flex', '0.105'],
    ['default', '0.21'],
  ])('the %s tier of a list price costs what its provider publishes', async (tier, usd) => {
    const { totalUsd, lines } = await call(`openai ${tier}`, openAi(tier));
    expect(totalUsd).toBe(usd);
    if (tier !== 'default') expect(lines[0]?.price?.source).toContain(`${tier} × 0.5 (https://`);
  });

  test('a cache hit in a batch of Gemini keeps its own discount', async () => {
    const { totalUsd } = await call(
      'gemini batch',
      chat(
        'gemini-2.5-flash',
        { input: 1_000_000 },
        {
          'gen_ai.provider.name': 'gcp.gen_ai',
          'gen_ai.request.service_tier': 'batch',
          'gen_ai.usage.cache_read.input_tokens': 500_000,
        },
      ),
    );
    // 500k at half of $0.30, 500k at the whole $0.03 a million.
    expect(totalUsd).toBe('0.09');
  });

  test('a tier that nobody tells stays unpriced and says what to add', async () => {
    const { lines } = await call('priority', openAi('priority'));
    expect(lines[0]).toMatchObject({ listCostUsd: null, price: null });
    expect(lines[0]?.unpricedReason).toMatch(/priority tier; .* add the tier, or its multiplier/);
  });

  test('multipliers of prices.yaml: a model before a provider before all, and never the published one on a contract', async () => {
    const source = 'the contract';
    server.applyConfig(
      withPrices({
        prices: [
          { provider: 'openai', model: 'gpt-4o', inputUsdPerMillion: '2', source },
          {
            provider: 'openai',
            model: 'o3',
            inputUsdPerMillion: '2',
            outputUsdPerMillion: '0',
            tiers: { batch: '0.25' },
            source,
          },
        ],
        tiers: [
          { tier: 'priority', multiplier: '3', source },
          { tier: 'priority', provider: 'openai', multiplier: '2', source },
          { tier: 'priority', provider: 'openai', model: 'gpt-4o-m*', multiplier: '1.75', source },
        ],
      }),
    );
    expect((await call('by model', openAi('priority'))).totalUsd).toBe('0.3675');
    expect((await call('by provider', openAi('priority', 'gpt-4.1-mini'))).totalUsd).toBe('1.12');
    expect((await call('in the entry', openAi('batch', 'o3'))).totalUsd).toBe('0.5');
    expect((await call('contract', openAi('batch', 'gpt-4o'))).lines[0]).toMatchObject({
      listCostUsd: null,
    });
    server.applyConfig(TEST_CONFIG);
  });

  test('a model of one’s own is priced by GPU seconds, CPU seconds, images or requests', async () => {
    const source = 'our rack';
    server.applyConfig(
      withPrices({
        prices: [
          { provider: 'testai', model: 'gpu', gpuSecondUsd: '0.001', gpus: 2, source },
          { provider: 'testai', model: 'cpu', cpuSecondUsd: '0.0001', requestUsd: '0.01', source },
          { provider: 'testai', model: 'painter', imageUsd: '0.02', source },
          { provider: 'testai', model: 'flat', requestUsd: '0.5', source },
        ],
      }),
    );
    const tokens = { input: 12, output: 3 };
    const slow = { lastsMs: 1_500 };
    expect((await call('gpu', chat('gpu', tokens), slow)).totalUsd).toBe('0.003');
    const reported = { 'gen_ai.server.request.duration': 0.25 };
    expect((await call('reported', chat('gpu', {}, reported), slow)).totalUsd).toBe('0.0005');
    expect((await call('cpu', chat('cpu', tokens), slow)).totalUsd).toBe('0.01015');
    const images = { 'gen_ai.usage.output_images': 3 };
    expect((await call('painter', chat('painter', {}, images))).totalUsd).toBe('0.06');
    expect((await call('blank', chat('painter', tokens))).lines[0]?.unpricedReason).toMatch(
      /does not tell how many/,
    );
    const flat = await call('flat', chat('flat', tokens));
    expect(flat.totalUsd).toBe('0.5');
    server.applyConfig(TEST_CONFIG);
  });

  test('long-context steps of a contract hold for the whole call', async () => {
    const base = { provider: 'testai', model: 'long', source: 'the contract' };
    server.applyConfig(
      withPrices({
        prices: [
          {
            ...base,
            inputUsdPerMillion: '1',
            longContext: [{ aboveTokens: 1_000, inputUsdPerMillion: '2' }],
          },
        ],
      }),
    );
    expect((await call('short', chat('long', { input: 1_000 }))).totalUsd).toBe('0.001');
    expect((await call('long', chat('long', { input: 1_001 }))).totalUsd).toBe('0.002002');
    server.applyConfig(TEST_CONFIG);
  });

  test('a call is priced by its own time: dated prices, and one that comes days late', async () => {
    const day = (agoNs: bigint): string =>
      new Date(Number((server.nowNs - agoNs) / 1_000_000n)).toISOString().slice(0, 10);
    const base = { provider: 'testai', model: 'dated', source: 'the contract' };
    server.applyConfig(
      withPrices({
        prices: [
          { ...base, inputUsdPerMillion: '1', validTo: day(5n * DAY_NS) },
          { ...base, inputUsdPerMillion: '2', validFrom: day(3n * DAY_NS) },
          { ...base, inputUsdPerMillion: '4', validFrom: day(-3n * DAY_NS) },
        ],
      }),
    );
    const at = async (batch: string, agoNs: bigint): Promise<string | null | undefined> =>
      (await call(batch, chat('dated', { input: 1_000_000 }), { agoNs })).lines[0]?.listCostUsd;
    expect(await at('old', 7n * DAY_NS)).toBe('1');
    expect(await at('between', 4n * DAY_NS)).toBeNull();
    expect(await at('new', MINUTE_NS)).toBe('2');
    server.applyConfig(TEST_CONFIG);
  });

  test('what has no price is listed with counts, reason and an entry to fill in', async () => {
    const made = new TraceMaker({
      startNs: server.nowNs - MINUTE_NS,
      common: { 'pipeline.name': 'lacking', 'pipeline.run.id': 'r', 'pipeline.batch.id': 'b' },
    });
    const root = made.span({ name: 'run' });
    await server.send([
      root,
      ...[1, 2].map((atMs) =>
        made.span({ parent: root, atMs, attributes: chat('roc "x"\n- y', { input: 10 }) }),
      ),
      made.span({ parent: root, attributes: openAi('priority') }),
      made.span({
        parent: root,
        failed: true,
        attributes: chat('wren', {}, { 'error.type': 'timeout' }),
      }),
    ]);
    const { items, calls } = await server.get('/api/unpriced?pipeline=lacking', unpricedListSchema);
    expect(calls).toBe(4);
    for (const [filter, count] of [
      ['pipeline:lacking', 4],
      ['pipeline:lacking,model:roc*', 2],
      ['batch:b,pipeline:lacking,-model:roc*', 2],
      ['pipeline:lacking,kind:compute', 0],
    ] as const) {
      const told = await server.get(`/api/unpriced?filter=${filter}`, unpricedListSchema);
      expect([filter, told.calls]).toEqual([filter, count]);
    }
    const answer = await server.fetch('/api/unpriced?filter=planet:x');
    expect([answer.status, await answer.json()]).toMatchObject([400, { field: 'filter' }]);
    expect(items.map(({ model, calls: count, priceable }) => [model, count, priceable])).toEqual([
      ['roc "x"\n- y', 2, true],
      ['gpt-4o-mini', 1, true],
      ['wren', 1, false],
    ]);
    expect(items[0]?.help.yaml).toContain('model: "roc \\"x\\"\\n- y"');
    expect(items[1]?.help.yaml).toContain('tier: "priority"');
    expect(items[2]?.help).toMatchObject({ file: null, yaml: null });
  });
});
