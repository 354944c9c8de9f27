import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatUsd } from '@burnbook/domain/money';
import { priceUsage } from '@burnbook/domain/price';
import { MINUTE_NS, parseTime } from '@burnbook/domain/time';
import { NO_USAGE, type Usage } from '@burnbook/domain/usage';
import type { Config } from '../../server/config/config.js';
import type { Bill } from '../../server/contract.js';
import { PriceBook, type PriceQuestion } from '../../server/cost/priceBook.js';
import { readBill } from '../support/billReading.js';
import type { Attributes } from '../support/spanSpec.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const ns = (time: string): bigint => parseTime(time) ?? 0n;

/** Worked by hand from the providers' price lists. */
const WORKED: {
  name: string;
  provider: string;
  model: string;
  at: string;
  usage: Partial<Usage>;
  usd: string;
  attributes: Attributes;
}[] = [
  {
    name: 'gpt-4o-mini with 8k of 10k cached',
    provider: 'openai',
    model: 'gpt-4o-mini',
    at: '2026-11-20T10:00:00Z',
    usage: { inputTokens: 10_000, cacheReadTokens: 8_000, outputTokens: 500 },
    usd: '0.0012',
    attributes: { 'gen_ai.usage.cache_read.input_tokens': 8_000 },
  },
  {
    name: 'Claude Sonnet 4.5 with 6k read and 3k written for 5 minutes',
    provider: 'anthropic',
    model: 'claude-sonnet-4-5',
    at: '2026-11-20T10:00:00Z',
    usage: {
      inputTokens: 10_000,
      cacheReadTokens: 6_000,
      cacheWriteTokens: 3_000,
      outputTokens: 500,
    },
    usd: '0.02355',
    attributes: {
      'gen_ai.usage.cache_read.input_tokens': 6_000,
      'gen_ai.usage.cache_creation.input_tokens': 3_000,
    },
  },
  {
    name: 'Claude Sonnet 4.5 with the 3k written for an hour',
    provider: 'anthropic',
    model: 'claude-sonnet-4-5',
    at: '2026-11-20T10:00:00Z',
    usage: {
      inputTokens: 10_000,
      cacheReadTokens: 6_000,
      cacheWrite1hTokens: 3_000,
      outputTokens: 500,
    },
    usd: '0.0303',
    attributes: {
      'gen_ai.usage.cache_read.input_tokens': 6_000,
      'gen_ai.usage.cache_creation.input_tokens': 3_000,
      'ai.response.providerMetadata': JSON.stringify({
        anthropic: { usage: { cache_creation: { ephemeral_1h_input_tokens: 3_000 } } },
      }),
    },
  },
  {
    name: 'text-embedding-3-small on a million tokens',
    provider: 'openai',
    model: 'text-embedding-3-small',
    at: '2026-11-20T10:00:00Z',
    usage: { inputTokens: 1_000_000 },
    usd: '0.02',
    attributes: {},
  },
  {
    name: 'o3 before its price fell',
    provider: 'openai',
    model: 'o3',
    at: '2025-06-01T12:00:00Z',
    usage: { inputTokens: 1_000_000, outputTokens: 1_000_000 },
    usd: '50',
    attributes: {},
  },
  {
    name: 'o3 after its price fell',
    provider: 'openai',
    model: 'o3',
    at: '2025-07-01T12:00:00Z',
    usage: { inputTokens: 1_000_000, outputTokens: 1_000_000 },
    usd: '10',
    attributes: {},
  },
];

const question = (
  provider: string | null,
  model: string | null,
  tier = 'standard',
): PriceQuestion => ({
  provider,
  model,
  requestModel: null,
  tier,
});
const NOW_NS = ns('2026-11-20T10:00:00Z');

describe('the price book', () => {
  const book = new PriceBook();

  test.each(WORKED)('prices $name at $usd', ({ provider, model, at, usage, usd }) => {
    const found = book.resolve(question(provider, model), ns(at));
    if (!('price' in found)) throw new Error(found.unpriced);
    expect(priceUsage(found.price, { ...NO_USAGE, ...usage })).toEqual({
      costNanoUsd: BigInt(Math.round(Number(usd) * 1e9)),
    });
  });

  test.each([
    ['azure.ai.openai', 'gpt-4o-mini'],
    ['x_ai', 'grok-3'],
    ['gcp.gen_ai', 'gemini-2.5-flash'],
    ['openai.chat', 'gpt-4o-mini'],
    [null, 'openai/gpt-4o-mini'],
    [null, 'gpt-4o-mini'],
  ])('knows %s %s', (provider, model) => {
    expect(book.resolve(question(provider, model), NOW_NS)).toHaveProperty('price');
  });

  test.each([
    [question('openai', 'gpt-99-turbo'), 'no price is known for openai gpt-99-turbo'],
    [question('my-own-cloud', 'gpt-4o-mini'), 'no price is known for my-own-cloud gpt-4o-mini'],
    [question('openai', null), 'the span names no model'],
    [
      question('openai', 'gpt-4o-mini', 'priority'),
      'no price is known for openai gpt-4o-mini in the priority tier; its standard price is known: add the tier, or its multiplier, to prices.yaml',
    ],
  ])('says why %j has no price', (asked, unpriced) => {
    expect(book.resolve(asked, NOW_NS)).toEqual({ unpriced });
  });

  test('is the same version for the same facts, whoever asks when', () => {
    const versions = ['2026-11-20T10:00:00Z', '2026-11-21T23:59:00Z'].map((at) => {
      const found = new PriceBook().resolve(question('openai', 'gpt-4o-mini'), ns(at));
      return 'price' in found ? found.price.id : null;
    });
    expect(versions[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(versions[0]).toBe(versions[1]);
  });
});

describe('the overlay', () => {
  const entry = { provider: 'openai', tier: 'standard', source: 'contract' };
  const perMillion = (book: PriceBook, asked: PriceQuestion, at = NOW_NS): string | undefined => {
    const found = book.resolve(asked, at);
    return 'price' in found ? formatUsd(found.price.units.input?.perMillion ?? -1n) : undefined;
  };

  test('goes before the catalogue, an exact name before a prefix, the newest valid date first', () => {
    const book = new PriceBook();
    book.publish({
      prices: [
        { ...entry, model: 'gpt-4o*', inputUsdPerMillion: '1' },
        { ...entry, model: 'gpt-4o-mini', inputUsdPerMillion: '2' },
        { ...entry, model: 'o3', inputUsdPerMillion: '3', validFrom: '2026-01-01' },
        { ...entry, model: 'o3', inputUsdPerMillion: '4', validFrom: '2026-11-01' },
        { ...entry, model: 'o3', inputUsdPerMillion: '5', validFrom: '2027-01-01' },
      ],
    });
    expect(perMillion(book, question('openai', 'gpt-4o-mini'))).toBe('2');
    expect(perMillion(book, question('openai', 'gpt-4o-2024'))).toBe('1');
    expect(perMillion(book, question('openai', 'o3'))).toBe('4');
    expect(perMillion(book, question('openai', 'o3'), ns('2026-10-31T23:59:59Z'))).toBe('3');
    expect(perMillion(book, question('openai', 'o3'), ns('2025-07-01T00:00:00Z'))).toBe('2');
  });

  test('prices a tier and a deployment name that the catalogue lacks', () => {
    const book = new PriceBook();
    book.publish({
      prices: [{ ...entry, model: 'gpt-4o-mini', tier: 'priority', inputUsdPerMillion: '0.3' }],
      aliases: [
        { provider: 'my-gateway', isProvider: 'openai' },
        { provider: 'azure', model: 'our-deployment', isModel: 'gpt-4o-mini' },
      ],
    });
    expect(perMillion(book, question('openai', 'gpt-4o-mini', 'priority'))).toBe('0.3');
    expect(perMillion(book, question('my-gateway', 'gpt-4o-mini'))).toBe('0.15');
    expect(perMillion(book, question('azure', 'our-deployment'))).toBe('0.15');
  });
});

describe('prices in the bill', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ config: TEST_CONFIG });
  });
  afterAll(() => server.close());

  const pipelineTrace = (batch: string, startNs: bigint = server.nowNs - MINUTE_NS): TraceMaker =>
    new TraceMaker({
      startNs,
      common: { 'pipeline.name': 'priced', 'pipeline.run.id': batch, 'pipeline.batch.id': batch },
    });
  const bill = (batchId: string): Promise<Bill> =>
    readBill(server, { pipeline: 'priced', batchId });
  const withWren = (inputUsdPerMillion: string): Config => ({
    ...TEST_CONFIG,
    prices: {
      prices: [
        {
          provider: 'testai',
          model: 'wren',
          tier: 'standard',
          inputUsdPerMillion,
          source: 'the new contract',
        },
      ],
    },
  });

  test.each(WORKED)(
    '$name costs $usd',
    async ({ name, provider, model, at, usage, usd, attributes }) => {
      const { span } = {
        span: pipelineTrace(name, ns(at)).span({
          attributes: {
            ...chat(model, { input: usage.inputTokens ?? 0 }, attributes),
            ...(usage.outputTokens === undefined
              ? {}
              : { 'gen_ai.usage.output_tokens': usage.outputTokens as number }),
            'gen_ai.provider.name': provider,
          },
        }),
      };
      await server.send([span]);
      const { totalUsd, lines } = await bill(name);
      expect(totalUsd).toBe(usd);
      expect(lines[0]).toMatchObject({ listCostUsd: usd, unpricedReason: null });
      expect(lines[0]?.price?.source).toMatch(/^@pydantic\/genai-prices \d/);
    },
  );

  test('an unknown model is unpriced with its reason, never 0, and the bill says so', async () => {
    const { span } = {
      span: pipelineTrace('unknown').span({ attributes: chat('roc', { input: 1_000 }) }),
    };
    await server.send([span]);
    const { lines, unpriced, cost } = await bill('unknown');
    expect(lines).toMatchObject([
      { listCostUsd: null, price: null, unpricedReason: 'no price is known for testai roc' },
    ]);
    expect(unpriced).toEqual({
      calls: 1,
      computeLines: 0,
      models: [{ provider: 'testai', model: 'roc', calls: 1 }],
    });
    expect(cost.unpricedCalls).toBe(1);
  });

  test('what the emitter says that it cost stands beside the total, not in it', async () => {
    const span = pipelineTrace('reported').span({
      attributes: chat('roc', { input: 1_000 }, { 'gen_ai.usage.cost': 0.25 }),
    });
    await server.send([span]);
    const { lines, totalUsd } = await bill('reported');
    expect(lines[0]).toMatchObject({ listCostUsd: null, reportedCostUsd: '0.25' });
    expect(totalUsd).toBe('0');
  });

  test('a failed call that does not tell its usage is unpriced, a refused one costs nothing', async () => {
    const made = pipelineTrace('failed');
    const root = made.span({ name: 'run' });
    await server.send([
      root,
      made.span({
        parent: root,
        failed: true,
        name: 'timed out',
        attributes: chat('wren', {}, { 'error.type': 'timeout' }),
      }),
      made.span({
        parent: root,
        failed: true,
        name: 'refused',
        attributes: chat('wren', {}, { 'http.response.status_code': 429 }),
      }),
    ]);
    const { lines } = await bill('failed');
    expect(lines.map(({ name, listCostUsd }) => [name, listCostUsd])).toEqual([
      ['timed out', null],
    ]);
  });

  test('compute without a rate is unpriced, not free', async () => {
    server.applyConfig({ ...TEST_CONFIG, pipelines: {} });
    const made = pipelineTrace('no rate');
    await server.send([made.span({ attributes: { 'process.cpu.time.user': 2 } })]);
    server.applyConfig(TEST_CONFIG);
    const { lines, unpriced } = await bill('no rate');
    expect(lines).toMatchObject([{ kind: 'compute', listCostUsd: null, usage: { cpuS: 2 } }]);
    expect(unpriced).toMatchObject({ calls: 0, computeLines: 1 });
  });

  test('a changed price holds for new calls and leaves the old lines alone', async () => {
    const made = pipelineTrace('pinned');
    const root = made.span({ name: 'run' });
    await server.send([
      made.span({ parent: root, name: 'before', attributes: chat('wren', { input: 1_000 }) }),
    ]);
    server.applyConfig(withWren('0.002'));
    await server.send([
      made.span({
        parent: root,
        atMs: 1,
        name: 'after',
        attributes: chat('wren', { input: 1_000 }),
      }),
    ]);
    server.applyConfig(TEST_CONFIG);
    const { lines } = await bill('pinned');
    expect(lines.map(({ name, listCostUsd, price }) => [name, listCostUsd, price?.source])).toEqual(
      [
        ['before', '0.000001', 'prices.yaml: the test'],
        ['after', '0.000002', 'prices.yaml: the new contract'],
      ],
    );
  });

  test('a line that a late root moves to another pipeline and batch keeps its price, over a restart too', async () => {
    const made = new TraceMaker({
      startNs: server.nowNs - MINUTE_NS,
      resource: { 'service.name': 'late' },
    });
    const root = made.span({
      name: 'run',
      attributes: { 'pipeline.name': 'priced', 'pipeline.batch.id': 'moved' },
    });
    const call = made.span({
      parent: root,
      name: 'call',
      attributes: chat('wren', { input: 1_000 }),
    });
    await server.send([call]);
    const waiting = await readBill(server, { pipeline: 'late', batchId: made.traceId });
    expect(waiting).toMatchObject({ totalUsd: '0.000001', state: 'open', final: false });
    await server.restart();
    server.applyConfig(withWren('0.002'));
    await server.send([root]);
    server.applyConfig(TEST_CONFIG);
    const moved = await bill('moved');
    expect(moved).toMatchObject({ totalUsd: '0.000001', state: 'succeeded', final: true });
    expect(moved.lines[0]?.price).toEqual(waiting.lines[0]?.price);
    const gone = await server.fetch(`/api/batches/late/${made.traceId}`);
    expect(gone.status).toBe(404);
  });
});
