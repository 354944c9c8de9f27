/** Whatever an emitter writes into the keys that are read: a usage that adds up, or a reason. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FactSet } from '@burnbook/domain/factSet';
import { tokensByClass } from '@burnbook/domain/price';
import { ACCEPTED_KEYS, PROMOTED_CODES, type Fact } from '@burnbook/domain/semconv';
import { usageFault } from '@burnbook/domain/usage';
import { emitterOf } from '../../server/ingest/emitter.js';
import { readModelCall, type ModelCall } from '../../server/ingest/modelCall.js';

const READ: readonly Fact[] = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  'uncachedInputTokens',
  'reasoningTokens',
  'textInputTokens',
  'audioInputTokens',
  'audioOutputTokens',
  'audioCacheReadTokens',
  'imageInputTokens',
  'imageOutputTokens',
  'imageCacheReadTokens',
  'reportedCostUsd',
  'reportedCurrency',
];
const KEYS = READ.flatMap((fact) => ACCEPTED_KEYS[fact]);
const JSON_KEYS = ['providerMetadata', 'usageDetails', 'costDetails', 'rawUsage'] as const;

const count = fc.nat({ max: 20_000 });
const anyValue = fc.oneof(
  { weight: 8, arbitrary: count },
  { weight: 2, arbitrary: count.map(String) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.string() },
);
const usageObject = fc.dictionary(
  fc.constantFrom(
    'anthropic',
    'bedrock',
    'openai',
    'usage',
    'input',
    'output',
    'input_tokens',
    'output_tokens',
    'prompt_tokens',
    'total_tokens',
    'cache_read_input_tokens',
    'cache_creation_input_tokens',
    'cache_creation',
    'ephemeral_1h_input_tokens',
    'cachedPromptTokens',
    'cacheWriteInputTokens',
    '__proto__',
  ),
  fc.oneof(anyValue, fc.constant(null)),
);
const jsonText = fc.oneof(
  usageObject.map((usage) => JSON.stringify(usage)),
  usageObject.map((usage) => JSON.stringify({ anthropic: { usage }, bedrock: { usage } })),
  fc.json(),
  fc.string(),
);
const attributes = fc.record({
  plain: fc.dictionary(fc.constantFrom(...KEYS), anyValue, { maxKeys: 8 }),
  json: fc.dictionary(
    fc.constantFrom(...JSON_KEYS.map((fact) => ACCEPTED_KEYS[fact][0])),
    jsonText,
    {
      maxKeys: 2,
    },
  ),
  provider: fc.constantFrom('anthropic', 'aws.bedrock', 'google', 'openai', 'openrouter'),
  scope: fc.constantFrom(
    '',
    '{"name":"ai"}',
    '{"name":"@traceloop/instrumentation-anthropic","version":"0.27.0"}',
    '{"name":"openlit.otel.tracing"}',
    '{"name":"litellm"}',
    '{"version":"1"}',
  ),
});

type Written = typeof attributes extends fc.Arbitrary<infer T> ? T : never;

function read({ plain, json, provider, scope }: Written): ModelCall | null {
  const facts = new FactSet();
  const all = { ...plain, ...json, 'gen_ai.provider.name': provider, 'gen_ai.request.model': 'm' };
  for (const [key, value] of Object.entries(all)) {
    for (const code of PROMOTED_CODES.get(key) ?? []) facts.add(code, value);
  }
  return readModelCall(facts, { failed: false, emitter: emitterOf(scope) });
}

describe('any attributes at all', () => {
  test('read as a usage whose classes add up, or as one with its fault', () => {
    fc.assert(
      fc.property(attributes, (written) => {
        const call = read(written);
        if (call === null || call.fault !== null || usageFault(call.usage) !== null) return;
        const { inputTokens, outputTokens } = call.usage;
        const { output, reasoning, audioOutput, imageOutput, ...input } = tokensByClass(call.usage);
        const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
        if (inputTokens !== null) expect(sum(Object.values(input))).toBe(inputTokens);
        expect(output + reasoning + audioOutput + imageOutput).toBe(outputTokens ?? 0);
      }),
      { numRuns: 1_000 },
    );
  });

  test('never change an input but by adding what was cached', () => {
    fc.assert(
      fc.property(attributes, (written) => {
        const call = read(written);
        const told = written.plain['gen_ai.usage.input_tokens'];
        if (call === null || call.fault !== null || typeof told !== 'number') return;
        const { cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens } = call.usage;
        const cached = (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0) + (cacheWrite1hTokens ?? 0);
        expect([told, told + cached]).toContain(call.usage.inputTokens);
      }),
      { numRuns: 1_000 },
    );
  });

  test('report a cost or say why not, never a negative one', () => {
    fc.assert(
      fc.property(attributes, (written) => {
        const call = read(written);
        if (call === null) return;
        const { reportedNanoUsd, reportedNote } = call;
        expect(reportedNanoUsd === null || reportedNote === null).toBe(true);
        expect((reportedNanoUsd ?? 0n) >= 0n).toBe(true);
      }),
    );
  });
});
