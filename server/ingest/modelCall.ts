/**
 * Reads a model call out of a span's facts: who was asked, what it used, what the emitter says that it cost.
 *
 * Input is inclusive of cached tokens unless the emitter proves otherwise: Langfuse's `usage_details` is exclusive by
 * definition, and an Anthropic call with more cached than input tokens can only be exclusive.
 */
import type { FactSet } from '@burnbook/domain/factSet';
import { AGGREGATE_OPERATIONS, type Fact } from '@burnbook/domain/semconv';
import type { Usage } from '@burnbook/domain/usage';

export interface ModelCall {
  readonly provider: string | null;
  readonly model: string | null;
  /** The model that was asked for, where the answer named another one. */
  readonly requestModel: string | null;
  readonly tier: string;
  readonly operation: string | null;
  readonly usage: Usage;
  /** Why the usage cannot be priced, or null. */
  readonly fault: string | null;
  readonly reportedNanoUsd: bigint | null;
  readonly responseId: string | null;
  readonly aggregate: boolean;
}

const USAGE_FACTS: readonly Fact[] = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'usageDetails',
  'reportedCostUsd',
  'costDetails',
];
const CALL_OPERATIONS: ReadonlySet<string> = new Set([
  'chat',
  'text_completion',
  'completion',
  'generate_content',
  'embeddings',
  'embedding',
  'llm',
  'rerank',
  'reranker',
]);
/** Refused before any work was done: nothing was used. */
const REFUSED: ReadonlySet<string> = new Set(['rate_limited', 'invalid_request']);
const STANDARD_TIERS: ReadonlySet<string> = new Set([
  '',
  'default',
  'auto',
  'standard',
  'on_demand',
]);

/**
 * @param failed whether the span's status is an error.
 * @returns null when the span is no model call, or one that was refused and used nothing.
 */
export function readModelCall(facts: FactSet, failed: boolean): ModelCall | null {
  if (facts.size === 0) return null;
  const hasUsage = USAGE_FACTS.some((fact) => facts.has(fact));
  const operation = facts.text('genAiOperation')?.toLowerCase() ?? null;
  const model = facts.text('model');
  if (!hasUsage) {
    const isCall = model !== null && operation !== null && CALL_OPERATIONS.has(operation);
    if (!isCall || !failed || wasRefused(facts)) return null;
  }
  const metadata = parseObject(facts.text('providerMetadata'));
  const provider = facts.text('provider')?.toLowerCase().trim() ?? null;
  const { usage, fault } = readUsage(facts, metadata, provider);
  const requestModel = facts.text('requestModel');
  return {
    provider,
    model,
    requestModel: requestModel === model ? null : requestModel,
    tier: readTier(facts, metadata),
    operation,
    usage,
    fault: hasUsage
      ? fault
      : 'the call failed without telling its usage: whether it was billed is unknown',
    reportedNanoUsd: readReported(facts),
    responseId: facts.text('responseId'),
    aggregate: operation !== null && AGGREGATE_OPERATIONS.has(operation),
  };
}

function wasRefused(facts: FactSet): boolean {
  const errorClass = facts.text('errorClass');
  if (errorClass !== null && REFUSED.has(errorClass)) return true;
  const status = facts.number('httpStatus') ?? Number(facts.text('errorType') ?? Number.NaN);
  return status >= 400 && status < 500 && status !== 408 && status !== 499;
}

function readUsage(
  facts: FactSet,
  metadata: Record<string, unknown> | null,
  provider: string | null,
): { usage: Usage; fault: string | null } {
  const faults: string[] = [];
  const tokens = (name: string, value: number | null): number | null => {
    if (value === null || (Number.isSafeInteger(value) && value >= 0)) return value;
    faults.push(`${name} is ${value}`);
    return null;
  };
  const of = (fact: Fact): number | null => tokens(fact, facts.number(fact));

  const langfuse = parseObject(facts.text('usageDetails'));
  const own = facts.has('inputTokens') || facts.has('outputTokens');
  if (langfuse && !own) return { usage: langfuseUsage(langfuse, tokens), fault: faultText(faults) };

  const anthropic = objectAt(metadata, 'anthropic', 'usage', 'cache_creation');
  const bedrock = objectAt(metadata, 'bedrock', 'usage');
  const write5m = tokens(
    'ephemeral_5m_input_tokens',
    numberAt(anthropic, 'ephemeral_5m_input_tokens'),
  );
  const write1h = tokens(
    'ephemeral_1h_input_tokens',
    numberAt(anthropic, 'ephemeral_1h_input_tokens'),
  );
  const cacheRead =
    of('cacheReadTokens') ??
    tokens('cacheReadInputTokens', numberAt(bedrock, 'cacheReadInputTokens'));
  const written =
    of('cacheWriteTokens') ??
    tokens('cacheWriteInputTokens', numberAt(bedrock, 'cacheWriteInputTokens'));
  const cacheWrite = write5m ?? (written === null ? null : Math.max(0, written - (write1h ?? 0)));
  let inputTokens = of('inputTokens');
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0) + (write1h ?? 0);
  const exclusive = /anthropic|claude|bedrock/.test(
    `${provider ?? ''} ${facts.text('model') ?? ''}`,
  );
  if (inputTokens !== null && cached > inputTokens && exclusive) inputTokens += cached;
  let outputTokens = of('outputTokens');
  const total = of('totalTokens');
  // With a total and one part the other part is known.
  if (total !== null && inputTokens !== null && outputTokens === null && total >= inputTokens) {
    outputTokens = total - inputTokens;
  } else if (
    total !== null &&
    outputTokens !== null &&
    inputTokens === null &&
    total >= outputTokens
  ) {
    inputTokens = total - outputTokens;
  }
  const usage: Usage = {
    inputTokens,
    outputTokens,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    cacheWrite1hTokens: write1h,
    reasoningTokens: of('reasoningTokens'),
    audioInputTokens: of('audioInputTokens'),
    audioOutputTokens: of('audioOutputTokens'),
  };
  return { usage, fault: faultText(faults) };
}

/** Langfuse: `input` and `output` exclude the classes that stand beside them. */
function langfuseUsage(
  details: Record<string, unknown>,
  tokens: (name: string, value: number | null) => number | null,
): Usage {
  const of = (...names: string[]): number | null => {
    for (const name of names) {
      const value = numberAt(details, name);
      if (value !== null) return tokens(name, value);
    }
    return null;
  };
  const input = of('input', 'prompt_tokens');
  const output = of('output', 'completion_tokens');
  const cacheRead = of('cache_read_input_tokens', 'input_cached_tokens');
  const cacheWrite = of('cache_creation_input_tokens', 'input_cache_creation');
  const reasoning = of('output_reasoning_tokens', 'output_reasoning');
  const audioInput = of('input_audio_tokens');
  const audioOutput = of('output_audio_tokens');
  const sum = (...parts: (number | null)[]): number | null =>
    parts.every((part) => part === null)
      ? null
      : parts.reduce<number>((total, part) => total + (part ?? 0), 0);
  return {
    inputTokens: sum(input, cacheRead, cacheWrite, audioInput),
    outputTokens: sum(output, reasoning, audioOutput),
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    cacheWrite1hTokens: null,
    reasoningTokens: reasoning,
    audioInputTokens: audioInput,
    audioOutputTokens: audioOutput,
  };
}

function readTier(facts: FactSet, metadata: Record<string, unknown> | null): string {
  const said =
    facts.text('serviceTier') ?? objectAt(metadata, 'openai')?.['serviceTier'] ?? 'standard';
  const tier = typeof said === 'string' ? said.toLowerCase() : 'standard';
  return STANDARD_TIERS.has(tier) ? 'standard' : tier;
}

function readReported(facts: FactSet): bigint | null {
  const details = parseObject(facts.text('costDetails'));
  const usd = facts.number('reportedCostUsd') ?? numberAt(details, 'total');
  // An emitter's double, kept beside the bill and never part of a sum of ours.
  if (usd === null || usd < 0 || usd > 1e9) return null;
  return BigInt(Math.round(usd * 1e9));
}

const faultText = (faults: readonly string[]): string | null =>
  faults.length > 0 ? `impossible usage: ${faults.join(', ')}` : null;

/** The JSON object in a text; null for anything else. */
function parseObject(text: string | null): Record<string, unknown> | null {
  if (text === null || !text.startsWith('{')) return null;
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

function objectAt(
  object: Record<string, unknown> | null,
  ...path: string[]
): Record<string, unknown> | null {
  return path.reduce<Record<string, unknown> | null>(
    (at, name) => (at && Object.hasOwn(at, name) ? asObject(at[name]) : null),
    object,
  );
}

function numberAt(object: Record<string, unknown> | null, name: string): number | null {
  const value = object && Object.hasOwn(object, name) ? object[name] : null;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

const asObject = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
