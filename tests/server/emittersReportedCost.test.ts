/** What emitters say that a call cost: beside our figure, with the difference, never instead of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE_NS } from '@burnbook/domain/time';
import type { Bill } from '../../server/contract.js';
import { readBill } from '../support/billReading.js';
import type { Attributes } from '../support/spanSpec.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const PIPELINE = 'reported';
const EUR =
  'the cost that the emitter reports is in EUR (gen_ai.usage.cost.currency), not in US dollars';
const none = (key: string, shown: string): string =>
  `the cost that the emitter reports is no amount of US dollars: ${key} is ${shown}`;

/** `wren` costs 0.000001 for the thousand tokens of each call. */
const REPORTED: readonly {
  readonly name: string;
  readonly attributes: Attributes;
  readonly usd: string | null;
  readonly difference: string | null;
  readonly note?: string;
}[] = [
  {
    name: 'gen_ai.usage.cost.amount with its currency',
    attributes: { 'gen_ai.usage.cost.amount': 0.25, 'gen_ai.usage.cost.currency': 'USD' },
    usd: '0.25',
    difference: '0.249999',
  },
  {
    name: 'gen_ai.usage.cost',
    attributes: { 'gen_ai.usage.cost': 0.000001 },
    usd: '0.000001',
    difference: '0',
  },
  {
    name: 'operation.cost',
    attributes: { 'operation.cost': 0.0000004 },
    usd: '0.0000004',
    difference: '-0.0000006',
  },
  { name: 'llm.cost.total', attributes: { 'llm.cost.total': 2 }, usd: '2', difference: '1.999999' },
  {
    name: 'gen_ai.cost.total_cost',
    attributes: { 'gen_ai.cost.total_cost': 0.1 + 0.2 },
    usd: '0.3',
    difference: '0.299999',
  },
  {
    name: 'litellm.cost.total',
    attributes: { 'litellm.cost.total': 0.002 },
    usd: '0.002',
    difference: '0.001999',
  },
  {
    name: 'a decimal text, to the last digit',
    attributes: { 'gen_ai.usage.cost': '123456.123456789' },
    usd: '123456.123456789',
    difference: '123456.123455789',
  },
  {
    name: 'a text finer than a nano-dollar, rounded half to even',
    attributes: { 'gen_ai.usage.cost': '0.0000000025' },
    usd: '0.000000002',
    difference: '-0.000000998',
  },
  {
    name: 'a double that is written with an exponent',
    attributes: { 'gen_ai.usage.cost': 1.2e-7 },
    usd: '0.00000012',
    difference: '-0.00000088',
  },
  {
    name: 'nothing at all',
    attributes: { 'gen_ai.usage.cost': 0 },
    usd: '0',
    difference: '-0.000001',
  },
  {
    name: 'Langfuse’s total',
    attributes: { 'langfuse.observation.cost_details': '{"input":1,"output":2,"total":4}' },
    usd: '4',
    difference: '3.999999',
  },
  {
    name: 'the sum of Langfuse’s parts',
    attributes: { 'langfuse.observation.cost_details': '{"input":0.1,"output":"0.2"}' },
    usd: '0.3',
    difference: '0.299999',
  },
  {
    name: 'the price of the Vercel AI Gateway',
    attributes: { 'ai.response.providerMetadata': '{"gateway":{"cost":"0.0045405"}}' },
    usd: '0.0045405',
    difference: '0.0045395',
  },
  {
    name: 'another currency',
    attributes: { 'gen_ai.usage.cost.amount': 0.25, 'gen_ai.usage.cost.currency': 'EUR' },
    usd: null,
    difference: null,
    note: EUR,
  },
  {
    name: 'a negative amount',
    attributes: { 'operation.cost': -1 },
    usd: null,
    difference: null,
    note: none('operation.cost', '-1'),
  },
  {
    name: 'an amount with its sign',
    attributes: { 'llm.cost.total': '$0.25' },
    usd: null,
    difference: null,
    note: none('llm.cost.total', '$0.25'),
  },
  {
    name: 'more than there is',
    attributes: { 'gen_ai.usage.cost': 1e300 },
    usd: null,
    difference: null,
    note: none('gen_ai.usage.cost', '1e+300'),
  },
  {
    name: 'Langfuse’s JSON cut off',
    attributes: { 'langfuse.observation.cost_details': '{"total":' },
    usd: null,
    difference: null,
    note: none('langfuse.observation.cost_details', '{"total":'),
  },
];

describe('a cost that the emitter reports', () => {
  let server: TestServer;
  const sent = (batch: string, attributes: Attributes, model = 'wren') =>
    new TraceMaker({ startNs: server.nowNs - MINUTE_NS }).span({
      name: batch,
      attributes: {
        'pipeline.name': PIPELINE,
        'pipeline.run.id': batch,
        'pipeline.batch.id': batch,
        ...chat(model, { input: 1_000 }, attributes),
      },
    });
  const billOf = (batchId: string): Promise<Bill> =>
    readBill(server, { pipeline: PIPELINE, batchId });

  beforeAll(async () => {
    server = await startTestServer({ config: TEST_CONFIG });
    await server.send(REPORTED.map(({ name, attributes }) => sent(name, attributes)));
  });
  afterAll(() => server.close());

  test.each(REPORTED)('$name: $usd', async ({ name, usd, difference, note }) => {
    const { lines, totalUsd } = await billOf(name);
    expect(lines).toMatchObject([
      {
        listCostUsd: '0.000001',
        reportedCostUsd: usd,
        reportedDifferenceUsd: difference,
        reportedCostNote: note ?? null,
      },
    ]);
    expect(totalUsd).toBe('0.000001');
  });

  test('is summed up where our figure is known too, and stays out of the total', async () => {
    const batch = 'sum';
    await server.send([
      sent(batch, { 'gen_ai.usage.cost': 0.000003 }),
      sent(batch, { 'gen_ai.usage.cost': '0.0000005' }),
      sent(batch, {}),
      sent(batch, { 'gen_ai.usage.cost.amount': 9, 'gen_ai.usage.cost.currency': 'EUR' }),
      sent(batch, { 'gen_ai.usage.cost': 9 }, 'roc'),
    ]);
    const { totalUsd, reported, cost } = await billOf(batch);
    expect(reported).toEqual({
      calls: 2,
      listCostUsd: '0.000002',
      reportedCostUsd: '0.0000035',
      differenceUsd: '0.0000015',
    });
    expect(totalUsd).toBe('0.000004');
    expect(cost.unpricedCalls).toBe(1);
  });

  test('is null in the sums of a bill where no emitter reports any', async () => {
    await server.send([sent('silent', {})]);
    expect((await billOf('silent')).reported).toBeNull();
  });

  test('keeps its note and its classes over a restart and a late parent', async () => {
    const made = new TraceMaker({ startNs: server.nowNs - MINUTE_NS });
    const root = made.span({
      name: 'run',
      attributes: { 'pipeline.name': PIPELINE, 'pipeline.batch.id': 'late' },
    });
    await server.send([
      made.span({
        parent: root,
        attributes: chat(
          'wren',
          { input: 1_000, output: 10 },
          {
            'gen_ai.usage.cache_read.input_tokens': 30,
            'gen_ai.usage.audio.input_tokens': 20,
            'gen_ai.usage.audio.cache_read.input_tokens': 10,
            'gen_ai.usage.image.input_tokens': 40,
            'gen_ai.usage.image.cache_read.input_tokens': 5,
            'gen_ai.usage.image.output_tokens': 6,
            'gen_ai.usage.cost.amount': 1,
            'gen_ai.usage.cost.currency': 'EUR',
          },
        ),
      }),
    ]);
    await server.restart();
    await server.send([root]);
    const { lines } = await billOf('late');
    expect(lines).toMatchObject([
      {
        reportedCostUsd: null,
        reportedCostNote: EUR,
        usage: {
          audioInputTokens: 20,
          audioCacheReadTokens: 10,
          imageInputTokens: 40,
          imageCacheReadTokens: 5,
          imageOutputTokens: 6,
        },
      },
    ]);
  });
});
