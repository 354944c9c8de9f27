/** Emitters whose traces tell the same tokens on several spans: each is paid for once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE_NS } from '@burnbook/domain/time';
import { unpricedListSchema } from '../../server/contract.js';
import { readBill } from '../support/billReading.js';
import type { Attributes, SpanSpec } from '../support/spanSpec.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { TraceMaker } from '../support/traceMaker.js';

/** Spans from the outermost inwards, each below the one before it unless it says otherwise. */
interface Story {
  readonly name: string;
  readonly source: string;
  readonly spans: readonly {
    readonly name: string;
    readonly below?: string;
    readonly attributes?: Attributes;
  }[];
  /** Names of the spans that count. */
  readonly counted: readonly string[];
  readonly totalUsd: string;
}

const MINI = { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'gpt-4o-mini' };
const tokens = (input: number, output: number): Attributes => ({
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
});
const openInference = (input: number, output: number): Attributes => ({
  'llm.model_name': 'gpt-4o-mini',
  'llm.token_count.prompt': input,
  'llm.token_count.completion': output,
});

const semanticKernel = (input: number, output: number): Attributes => ({
  ...MINI,
  'gen_ai.response.id': 'N/A',
  'gen_ai.response.prompt_tokens': input,
  'gen_ai.response.completion_tokens': output,
});

const STORIES: readonly Story[] = [
  {
    name: 'pydantic-ai',
    source:
      'pydantic-ai-slim 0.3.0 agent.py (_run_span_end_attributes): the run has no operation, and its usage is the sum; models/instrumented.py',
    spans: [
      {
        name: 'agent run',
        attributes: { ...tokens(3_000, 300), agent_name: 'a', model_name: 'gpt-4o-mini' },
      },
      {
        name: 'chat 1',
        attributes: { ...MINI, ...tokens(1_000, 100), 'gen_ai.operation.name': 'chat' },
      },
      {
        name: 'chat 2',
        below: 'agent run',
        attributes: { ...MINI, ...tokens(2_000, 200), 'gen_ai.operation.name': 'chat' },
      },
    ],
    counted: ['chat 1', 'chat 2'],
    totalUsd: '0.00063',
  },
  {
    name: 'google-adk',
    source:
      'google-adk 2.13.0 flows/llm_flows/core/_model_call.py (call_llm_async), _finalizer.py, telemetry/tracing.py: call_llm around generate_content, both with usage',
    spans: [
      { name: 'invocation' },
      { name: 'invoke_agent mailer', attributes: { 'gen_ai.operation.name': 'invoke_agent' } },
      {
        name: 'call_llm',
        attributes: {
          'gen_ai.system': 'gcp.vertex.agent',
          'gen_ai.request.model': 'gemini-2.5-flash',
          ...tokens(1_000, 400),
        },
      },
      {
        name: 'generate_content gemini-2.5-flash',
        attributes: {
          'gen_ai.operation.name': 'generate_content',
          'gen_ai.system': 'gemini',
          'gen_ai.request.model': 'gemini-2.5-flash',
          ...tokens(1_000, 400),
        },
      },
    ],
    counted: ['generate_content gemini-2.5-flash'],
    totalUsd: '0.0013',
  },
  {
    name: 'langsmith',
    source:
      'langchain-ai/langsmith-sdk js/src/experimental/otel/translator.ts 1927be6 (getUnifiedRunTokens): a chain’s outputs hold the message with its usage',
    spans: [
      {
        name: 'RunnableSequence',
        attributes: {
          ...tokens(1_000, 100),
          'gen_ai.operation.name': 'chain',
          'gen_ai.system': 'langchain',
        },
      },
      {
        name: 'ChatOpenAI',
        attributes: { ...MINI, ...tokens(1_000, 100), 'gen_ai.operation.name': 'chat' },
      },
    ],
    counted: ['ChatOpenAI'],
    totalUsd: '0.00021',
  },
  {
    name: 'a wrapper of one’s own',
    source: 'the sum of two calls on a span that says nothing else',
    spans: [
      { name: 'summarise', attributes: { ...openInference(3_000, 0), 'llm.provider': 'openai' } },
      {
        name: 'first',
        attributes: { ...openInference(1_000, 0), 'openinference.span.kind': 'LLM' },
      },
      {
        name: 'second',
        below: 'summarise',
        attributes: { ...openInference(2_000, 0), 'openinference.span.kind': 'LLM' },
      },
    ],
    counted: ['first', 'second'],
    totalUsd: '0.00045',
  },
  {
    name: 'LangChain around OpenAI’s client',
    source:
      'opentelemetry-instrumentation-langchain 0.62.4 callback_handler.py (attaches its span, and holds back OpenLLMetry’s own instrumentations alone) around openinference-instrumentation-openai 0.1.66. OpenInference’s own for LangChain attaches none: there the two spans stand side by side',
    spans: [
      {
        name: 'ChatOpenAI.chat',
        attributes: {
          ...tokens(1_000, 100),
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'openai',
          'gen_ai.request.model': 'gpt-4o-mini',
          'gen_ai.response.id': 'chatcmpl-langchain',
        },
      },
      { name: 'between' },
      {
        name: 'ChatCompletion',
        attributes: {
          ...openInference(1_000, 100),
          'openinference.span.kind': 'LLM',
          'llm.provider': 'openai',
        },
      },
    ],
    counted: ['ChatCompletion'],
    totalUsd: '0.00021',
  },
  {
    name: 'a call that looks into its cache by an embedding',
    source: 'a semantic cache: two calls, each of its own tokens, one within the other',
    spans: [
      {
        name: 'chat',
        attributes: { ...MINI, ...tokens(1_000, 100), 'gen_ai.operation.name': 'chat' },
      },
      {
        name: 'embedding',
        attributes: {
          'gen_ai.operation.name': 'embeddings',
          'gen_ai.system': 'openai',
          'gen_ai.request.model': 'text-embedding-3-small',
          'gen_ai.usage.input_tokens': 1_000,
        },
      },
    ],
    counted: ['chat', 'embedding'],
    totalUsd: '0.00023',
  },
  {
    name: 'a stream that tells no usage but in the span below',
    source:
      'opentelemetry-instrumentation-openai-v2 2.4b0 patch.py (set_usage: of a chunk that has it, so never without include_usage); that a second library is below it is made up',
    spans: [
      {
        name: 'outer',
        attributes: { ...MINI, 'gen_ai.operation.name': 'chat' },
      },
      {
        name: 'inner',
        attributes: { ...MINI, ...tokens(1_000, 100), 'gen_ai.operation.name': 'chat' },
      },
    ],
    counted: ['inner'],
    totalUsd: '0.00021',
  },
  {
    name: 'Semantic Kernel where the answers have no id',
    source:
      'microsoft/semantic-kernel dotnet/src/InternalUtilities/src/Diagnostics/ModelDiagnostics.cs 037139f (GetResponseId): two calls, one id for want of any',
    spans: [
      { name: 'function' },
      {
        name: 'text.completions 1',
        attributes: { ...semanticKernel(1_000, 100), 'gen_ai.operation.name': 'text.completions' },
      },
      {
        name: 'text.completions 2',
        below: 'function',
        attributes: { ...semanticKernel(1_000, 100), 'gen_ai.operation.name': 'text.completions' },
      },
    ],
    counted: ['text.completions 1', 'text.completions 2'],
    totalUsd: '0.00042',
  },
  {
    name: 'spans without an operation that repeat a response',
    source: 'a cache that replays an answer, told twice side by side',
    spans: [
      { name: 'root' },
      {
        name: 'asked',
        attributes: { ...MINI, ...tokens(1_000, 100), 'gen_ai.response.id': 'chatcmpl-1' },
      },
      {
        name: 'replayed',
        below: 'root',
        attributes: { ...MINI, ...tokens(1_000, 100), 'gen_ai.response.id': 'chatcmpl-1' },
      },
    ],
    counted: ['asked'],
    totalUsd: '0.00021',
  },
  {
    name: 'an agent alone',
    source: 'its calls are recorded nowhere else, so that its sum is all there is',
    spans: [{ name: 'run', attributes: { ...MINI, ...tokens(1_000, 100) } }],
    counted: ['run'],
    totalUsd: '0.00021',
  },
];

describe('a trace in which usage stands on several spans', () => {
  let server: TestServer;
  const names = new Map<string, string>();
  beforeAll(async () => {
    server = await startTestServer();
    const sent: SpanSpec[] = [];
    for (const story of STORIES) {
      const trace = new TraceMaker({
        startNs: server.nowNs - MINUTE_NS,
        common: { 'pipeline.name': 'traces', 'pipeline.batch.id': story.name },
      });
      const made = new Map<string, SpanSpec>();
      let last: SpanSpec | undefined;
      for (const [at, { name, below, attributes }] of story.spans.entries()) {
        const parent = below === undefined ? last : made.get(below);
        last = trace.span({
          name,
          atMs: at,
          ...(parent ? { parent } : {}),
          ...(attributes ? { attributes } : {}),
        });
        made.set(name, last);
        names.set(last.spanId, name);
      }
      sent.push(...made.values());
    }
    // Children first, as exporters send them.
    await server.send(sent.toReversed());
  });
  afterAll(() => server.close());

  test('shows a call that tells no usage as unpriced, and not as free', async () => {
    const made = new TraceMaker({
      startNs: server.nowNs - MINUTE_NS,
      common: { 'pipeline.name': 'traces', 'pipeline.batch.id': 'silent' },
    });
    await server.send([
      made.span({ attributes: { ...MINI, 'gen_ai.operation.name': 'chat' } }),
      made.span({
        atMs: 1,
        attributes: {
          'openinference.span.kind': 'RERANKER',
          'reranker.model_name': 'rerank-v3.5',
        },
      }),
      made.span({
        atMs: 2,
        attributes: { ...semanticKernel(-1, -1), 'gen_ai.operation.name': 'chat.completions' },
      }),
    ]);
    const { lines, unpriced } = await readBill(server, { pipeline: 'traces', batchId: 'silent' });
    expect(unpriced.calls).toBe(3);
    expect(lines.map(({ unpricedReason }) => unpricedReason)).toEqual([
      'no input or output tokens reported',
      'no price is known for rerank-v3.5',
      'no input or output tokens reported',
    ]);
    const { items } = await server.get(
      `/api/unpriced?from=-1d&filter=${encodeURIComponent('batch:silent')}`,
      unpricedListSchema,
    );
    expect(new Map(items.map(({ model, priceable }) => [model, priceable]))).toEqual(
      new Map([
        ['gpt-4o-mini', false],
        ['rerank-v3.5', true],
      ]),
    );
  });

  test.each(STORIES)('of $name counts once', async ({ name, counted, totalUsd }) => {
    const { lines, cost } = await readBill(server, { pipeline: 'traces', batchId: name });
    expect(cost.totalUsd).toBe(totalUsd);
    const told = lines.filter(({ excluded }) => excluded === null);
    expect(told.map(({ evidence }) => names.get(evidence.spanId))).toEqual(counted);
  });
});
