/** The Vercel AI SDK itself, with its test model, through OpenTelemetry's exporter into the server. */
import { context } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  embed,
  generateObject,
  generateText,
  streamText,
  type LanguageModel,
  type TelemetrySettings,
} from 'ai';
import { MockEmbeddingModelV3, MockLanguageModelV3, simulateReadableStream } from 'ai/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Bill } from '../../server/contract.js';
import { AsyncContext } from '../support/asyncContext.js';
import { readBill } from '../support/billReading.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const PIPELINE = 'ai-sdk';
const CLAUDE = 'claude-sonnet-4-5-20250929';
/** 1,000 fresh, 6,000 read, 3,000 written, 500 out: 3,000 + 1,800 + 11,250 + 7,500 millionths of a dollar. */
const CLAUDE_USD = '0.02355';
const USAGE = {
  inputTokens: { total: 10_000, noCache: 1_000, cacheRead: 6_000, cacheWrite: 3_000 },
  outputTokens: { total: 500, text: 400, reasoning: 100 },
};
/** What @ai-sdk/anthropic 3.0.139 adds: Anthropic's own usage, whose input leaves cached tokens out. */
const METADATA = {
  anthropic: {
    usage: {
      input_tokens: 1_000,
      cache_read_input_tokens: 6_000,
      cache_creation_input_tokens: 3_000,
      output_tokens: 500,
    },
  },
};
const STOP = { unified: 'stop', raw: 'end_turn' } as const;

describe('the Vercel AI SDK', () => {
  let server: TestServer;
  let provider: BasicTracerProvider;
  beforeAll(async () => {
    globalThis.AI_SDK_LOG_WARNINGS = false;
    context.setGlobalContextManager(new AsyncContext());
    server = await startTestServer();
    const exporter = new OTLPTraceExporter({ url: `${server.url}/v1/traces` });
    provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  });
  afterAll(async () => {
    context.disable();
    await provider.shutdown();
    await server.close();
  });

  /** Runs a call below the span of a batch, and reads the batch's bill. */
  const billOf = async (
    batch: string,
    call: (telemetry: TelemetrySettings) => Promise<unknown>,
  ): Promise<Bill> => {
    const tracer = provider.getTracer('ai');
    const attributes = {
      'pipeline.name': PIPELINE,
      'pipeline.run.id': batch,
      'pipeline.batch.id': batch,
    };
    await tracer.startActiveSpan('run', { attributes }, async (span) => {
      await call({ isEnabled: true, tracer });
      span.end();
    });
    await provider.forceFlush();
    return readBill(server, { pipeline: PIPELINE, batchId: batch });
  };
  const counted = ({ lines }: Bill): Bill['lines'] =>
    lines.filter(({ excluded }) => excluded === null);

  const claude = (): LanguageModel =>
    new MockLanguageModelV3({
      provider: 'anthropic.messages',
      modelId: CLAUDE,
      doGenerate: {
        content: [{ type: 'text', text: '{"mood":"fine"}' }],
        finishReason: STOP,
        usage: USAGE,
        providerMetadata: METADATA,
        warnings: [],
      },
      doStream: async () => ({
        stream: simulateReadableStream({
          initialDelayInMs: null,
          chunkDelayInMs: null,
          chunks: [
            { type: 'stream-start' as const, warnings: [] },
            { type: 'text-start' as const, id: '1' },
            { type: 'text-delta' as const, id: '1', delta: 'fine' },
            { type: 'text-end' as const, id: '1' },
            { type: 'finish' as const, finishReason: STOP, usage: USAGE },
          ],
        }),
      }),
    });

  test('tells a call and the sum above it: one counts, with every class at its price', async () => {
    const bill = await billOf('text', (experimental_telemetry) =>
      generateText({ model: claude(), prompt: 'How are you?', experimental_telemetry }),
    );
    expect(bill.totalUsd).toBe(CLAUDE_USD);
    expect(bill.lines).toHaveLength(2);
    expect(counted(bill)).toMatchObject([
      {
        name: 'ai.generateText.doGenerate',
        listCostUsd: CLAUDE_USD,
        usage: {
          inputTokens: 10_000,
          cacheReadTokens: 6_000,
          cacheWriteTokens: 3_000,
          outputTokens: 500,
          reasoningTokens: 100,
        },
      },
    ]);
  });

  test('costs the same as a stream and as an object', async () => {
    const streamed = await billOf('stream', async (experimental_telemetry) => {
      const { text } = streamText({ model: claude(), prompt: 'How?', experimental_telemetry });
      expect(await text).toBe('fine');
    });
    expect(streamed.totalUsd).toBe(CLAUDE_USD);
    const object = await billOf('object', (experimental_telemetry) =>
      generateObject({
        model: claude(),
        schema: z.object({ mood: z.string() }),
        prompt: 'How?',
        experimental_telemetry,
      }),
    );
    expect(object.totalUsd).toBe(CLAUDE_USD);
  });

  test('hands on the exclusive input of a provider of its version 5', async () => {
    const model: LanguageModel = {
      specificationVersion: 'v2',
      provider: 'anthropic.messages',
      modelId: CLAUDE,
      supportedUrls: {},
      doGenerate: async () => ({
        content: [{ type: 'text', text: 'fine' }],
        finishReason: 'stop',
        usage: {
          inputTokens: 9_000,
          outputTokens: 500,
          totalTokens: 9_500,
          cachedInputTokens: 6_000,
        },
        providerMetadata: { anthropic: { cacheCreationInputTokens: 3_000 } },
        warnings: [],
      }),
      doStream: () => Promise.reject(new Error('not asked for')),
    };
    const bill = await billOf('version 5', (experimental_telemetry) =>
      generateText({ model, prompt: 'How are you?', experimental_telemetry }),
    );
    expect(counted(bill)).toMatchObject([
      { usage: { inputTokens: 18_000, cacheReadTokens: 6_000, cacheWriteTokens: 3_000 } },
    ]);
    expect(bill.totalUsd).toBe('0.04755');
  });

  test('tells the tokens of an embedding', async () => {
    const model = new MockEmbeddingModelV3({
      provider: 'openai.embedding',
      modelId: 'text-embedding-3-small',
      doEmbed: { embeddings: [[0.1, 0.2]], usage: { tokens: 1_000_000 }, warnings: [] },
    });
    const bill = await billOf('embedding', (experimental_telemetry) =>
      embed({ model, value: 'How are you?', experimental_telemetry }),
    );
    expect(bill.totalUsd).toBe('0.02');
  });
});
