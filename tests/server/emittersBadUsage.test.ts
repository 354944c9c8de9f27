/** Usage that cannot be true: the line stays, unpriced, and says which key; the rest of the batch is not harmed. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALL_TOKENS_MAX } from '@burnbook/domain/usage';
import { MINUTE_NS } from '@burnbook/domain/time';
import {
  batchDetailSchema,
  costsSchema,
  exclusionsSchema,
  type BillLine,
} from '../../server/contract.js';
import { encodeRequest } from '../otlp/support/officialCodec.js';
import { readBill } from '../support/billReading.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const PIPELINE = 'bad usage';
const INPUT = 'gen_ai.usage.input_tokens';
const OUTPUT = 'gen_ai.usage.output_tokens';
const GOOD: Wire = { [INPUT]: { intValue: '1000' } };

/** Attributes as OTLP/JSON writes their values. */
type Wire = Readonly<Record<string, object>>;

interface BadUsage {
  readonly name: string;
  readonly wire: Wire;
  readonly reason: string;
}

const whole = (key: string, shown: string): string =>
  `impossible usage: ${key} must be a whole number from 0 to ${CALL_TOKENS_MAX}, not ${shown}`;

const BAD: readonly BadUsage[] = [
  { name: 'negative', wire: { [INPUT]: { intValue: '-5' } }, reason: whole(INPUT, '-5') },
  {
    name: 'negative in an old name',
    wire: { 'llm.usage.prompt_tokens': { intValue: '-1' } },
    reason: whole('llm.usage.prompt_tokens', '-1'),
  },
  {
    name: '2^63 as text',
    wire: { [INPUT]: { stringValue: '9223372036854775808' } },
    reason: whole(INPUT, '9223372036854775808'),
  },
  {
    name: 'the greatest 64-bit number',
    wire: { [INPUT]: { intValue: '9223372036854775807' } },
    // To the nearest double.
    reason: whole(INPUT, '9223372036854775808'),
  },
  {
    name: '2^63 as a double',
    wire: { [INPUT]: { doubleValue: 2 ** 63 } },
    reason: whole(INPUT, '9223372036854775808'),
  },
  {
    // A thousand and twenty-five such calls do not add up in 64 bits.
    name: 'the greatest whole number of a double',
    wire: { [INPUT]: { intValue: String(2n ** 53n - 1n) } },
    reason: whole(INPUT, '9007199254740991'),
  },
  {
    name: 'possible parts of an impossible whole',
    wire: {
      'langfuse.observation.usage_details': {
        stringValue: `{"input":${CALL_TOKENS_MAX},"input_cached_tokens":1}`,
      },
    },
    reason: `impossible usage: inputTokens (${CALL_TOKENS_MAX + 1}, parts together) exceed ${CALL_TOKENS_MAX}`,
  },
  {
    name: 'half a token',
    wire: { [INPUT]: { doubleValue: 1.5 } },
    reason: whole(INPUT, '1.5'),
  },
  {
    name: 'NaN',
    wire: { [INPUT]: { doubleValue: 'NaN' } },
    reason: whole(INPUT, 'NaN'),
  },
  {
    name: 'infinity',
    wire: { ...GOOD, [OUTPUT]: { doubleValue: 'Infinity' } },
    reason: whole(OUTPUT, 'Infinity'),
  },
  {
    name: 'a word',
    wire: { ...GOOD, [OUTPUT]: { stringValue: 'many' } },
    reason: whole(OUTPUT, 'many'),
  },
  {
    name: 'hexadecimal',
    wire: { [INPUT]: { stringValue: '0x10' } },
    reason: whole(INPUT, '0x10'),
  },
  {
    name: 'more cached than input',
    wire: { ...GOOD, 'gen_ai.usage.cache_read.input_tokens': { intValue: '1001' } },
    reason: 'impossible usage: cached tokens (1001) exceed inputTokens (1000)',
  },
  {
    name: 'more audio than input',
    wire: { ...GOOD, 'gen_ai.usage.audio.input_tokens': { intValue: '1001' } },
    reason: 'impossible usage: audioInputTokens (1001) exceed inputTokens (1000)',
  },
  {
    name: 'more audio and images than input',
    wire: {
      ...GOOD,
      'gen_ai.usage.audio.input_tokens': { intValue: '600' },
      'gen_ai.usage.image.input_tokens': { intValue: '600' },
    },
    reason: 'impossible usage: audio and image tokens (1200) exceed inputTokens (1000)',
  },
  {
    name: 'more audio than output',
    wire: {
      ...GOOD,
      [OUTPUT]: { intValue: '5' },
      'gen_ai.usage.audio.output_tokens': { intValue: '6' },
    },
    reason: 'impossible usage: audioOutputTokens (6) exceed outputTokens (5)',
  },
  {
    name: 'more cached audio than cached',
    wire: {
      ...GOOD,
      'gen_ai.usage.cache_read.input_tokens': { intValue: '5' },
      'gen_ai.usage.audio.cache_read.input_tokens': { intValue: '6' },
    },
    reason: 'impossible usage: cached audio and image tokens (6) exceed cacheReadTokens (5)',
  },
  {
    name: 'two impossible counts',
    wire: { [INPUT]: { intValue: '-5' }, [OUTPUT]: { doubleValue: 0.5 } },
    reason: `${whole(INPUT, '-5')}, ${OUTPUT} must be a whole number from 0 to ${CALL_TOKENS_MAX}, not 0.5`,
  },
  {
    name: 'Langfuse with a negative part',
    wire: {
      'langfuse.observation.usage_details': {
        stringValue: '{"input":10,"input_cached_tokens":-1}',
      },
    },
    reason: whole('langfuse.observation.usage_details: input_cached_tokens', '-1'),
  },
  {
    name: 'Langfuse without its JSON',
    wire: { 'langfuse.observation.usage_details': { stringValue: '{"input":' } },
    reason: 'impossible usage: langfuse.observation.usage_details must be a JSON object',
  },
  {
    name: 'metadata with half a token',
    wire: {
      ...GOOD,
      'ai.response.providerMetadata': {
        stringValue: '{"anthropic":{"usage":{"cache_read_input_tokens":0.5}}}',
      },
    },
    reason: whole('ai.response.providerMetadata: cache_read_input_tokens', '0.5'),
  },
  {
    name: 'output without input',
    wire: { [OUTPUT]: { intValue: '5' } },
    reason: 'no input tokens reported',
  },
];

describe('usage that cannot be true', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ config: TEST_CONFIG });
    const answer = await post(
      'application/json',
      JSON.stringify(
        request([...BAD.flatMap(({ name, wire }) => [span(name, wire), span(name, GOOD)])]),
      ),
    );
    expect([answer.status, await answer.text()]).toEqual([200, '{}']);
  });
  afterAll(() => server.close());

  const post = (contentType: string, body: string | Uint8Array): Promise<Response> =>
    server.fetch('/v1/traces', {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: body as string,
    });
  const linesOf = async (batchId: string): Promise<BillLine[]> =>
    (await readBill(server, { pipeline: PIPELINE, batchId })).lines;

  test.each(BAD)('$name: unpriced, with its key, and its neighbour is priced', async (bad) => {
    const lines = await linesOf(bad.name);
    expect(lines).toHaveLength(2);
    const [unpriced] = lines.filter(({ listCostUsd }) => listCostUsd === null);
    expect(unpriced).toMatchObject({ unpricedReason: bad.reason, price: null });
    const [priced] = lines.filter(({ listCostUsd }) => listCostUsd !== null);
    expect(priced).toMatchObject({ listCostUsd: '0.000001', unpricedReason: null });
  });

  test('the same reads the same in protobuf, where 2^63 is a negative number', async () => {
    const spans = [
      span('protobuf', { [INPUT]: { intValue: '-9223372036854775808' } }),
      span('protobuf', { [INPUT]: { doubleValue: Number.NaN } }),
      span('protobuf', GOOD),
    ].map(({ traceId, spanId, ...rest }) => ({
      ...rest,
      traceId: Buffer.from(traceId, 'hex'),
      spanId: Buffer.from(spanId, 'hex'),
    }));
    const answer = await post('application/x-protobuf', encodeRequest(request(spans)));
    expect(answer.status).toBe(200);
    const lines = await linesOf('protobuf');
    expect(new Set(lines.map(({ unpricedReason }) => unpricedReason))).toEqual(
      new Set([whole(INPUT, '-9223372036854775808'), whole(INPUT, 'NaN'), null]),
    );
  });

  test('2^63 as an intValue is kept as text, said so, and costs no other span: the call is unpriced with the number', async () => {
    const spans = [
      span('overflow', { [INPUT]: { intValue: '9223372036854775808' } }),
      span('overflow', GOOD),
    ];
    const answer = await post('application/json', JSON.stringify(request(spans)));
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { partialSuccess: { errorMessage: expect.stringContaining('1 intValue were beyond') } },
    ]);
    const lines = await linesOf('overflow');
    expect(new Set(lines.map(({ unpricedReason }) => unpricedReason))).toEqual(
      new Set([whole(INPUT, '9223372036854775808'), null]),
    );
  });

  test('a thousand calls of the most that a double counts leave the sums of the others as they are', async () => {
    const batch = 'more than 64 bits';
    const calls = (count: number, tokens: number | bigint) => {
      const told = { intValue: String(tokens) };
      const wire = { 'pipeline.step.name': { stringValue: 'ask' }, [INPUT]: told, [OUTPUT]: told };
      return Array.from({ length: count }, () => span(batch, wire));
    };
    const spans = [
      ...calls(1_100, 2n ** 53n - 1n),
      ...calls(10, 2n ** 62n),
      ...calls(1_100, CALL_TOKENS_MAX),
    ];
    const answer = await post('application/json', JSON.stringify(request(spans)));
    expect(answer.status).toBe(200);
    const tokens = 1_100 * 2 * CALL_TOKENS_MAX;
    const filter = `filter=batch:${encodeURIComponent(batch)}`;
    const costs = await server.get(`/api/costs?groupBy=batch&${filter}`, costsSchema);
    expect(costs.items).toMatchObject([
      { tokens, modelCalls: 2_210, cost: { unpricedCalls: 1_110 } },
    ]);
    const detail = `/api/batches/${encodeURIComponent(PIPELINE)}/${encodeURIComponent(batch)}`;
    const { steps } = await server.get(detail, batchDetailSchema);
    expect(steps).toMatchObject([{ tokens }]);
    const { received } = await server.get(`/api/costs/exclusions?${filter}`, exclusionsSchema);
    expect(received).toMatchObject({ inputTokens: tokens / 2, outputTokens: tokens / 2 });
    const listed = `/api/costs?groupBy=model&${filter}`;
    for (const [path, accept] of [
      ['/api/overview', 'application/json'],
      ['/api/unpriced', 'application/json'],
      [`/api/costs/waterfall?${filter}`, 'application/json'],
      [listed, 'text/csv'],
      [`${detail}/bill`, 'text/csv'],
    ] as const) {
      const told = await server.fetch(path, { headers: { accept } });
      expect([path, told.status]).toEqual([path, 200]);
      // As a value: reasons say what was told.
      expect(await told.text()).not.toMatch(/[:,]"?-\d{10,}/);
    }
  });

  const request = (spans: readonly object[]): object => ({
    resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans }] }],
  });

  function span(batch: string, wire: Wire) {
    const attributes: Wire = {
      'pipeline.name': { stringValue: PIPELINE },
      'pipeline.run.id': { stringValue: batch },
      'pipeline.batch.id': { stringValue: batch },
      'gen_ai.operation.name': { stringValue: 'chat' },
      'gen_ai.provider.name': { stringValue: 'testai' },
      'gen_ai.request.model': { stringValue: 'wren' },
      ...wire,
    };
    return {
      traceId: randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      name: 'call',
      kind: 3,
      startTimeUnixNano: String(server.nowNs - MINUTE_NS),
      endTimeUnixNano: String(server.nowNs - 59_000_000_000n),
      attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
      status: {},
    };
  }
});
