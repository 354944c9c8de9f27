/** Reads a model call out of a span's facts: who was asked, what it used, what the emitter says that it cost. */
import type { FactSet } from '@burnbook/domain/factSet';
import { isAggregateOperation, isCallOperation, type Fact } from '@burnbook/domain/semconv';
import type { Usage } from '@burnbook/domain/usage';
import type { Emitter } from './emitter.js';
import { objectAt, parseObject, valueAt, type JsonObject } from './jsonObject.js';
import { readReportedCost } from './reportedCost.js';
import { readUsage } from './tokenUsage.js';

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
  /** Why the reported cost was refused, or null. */
  readonly reportedNote: string | null;
  readonly responseId: string | null;
  readonly aggregate: boolean;
  /** Nanoseconds that the model's server says it worked; null: not told. */
  readonly modelNs: number | null;
  /** Images made; null: not told. */
  readonly images: number | null;
}

/** What a call used or cost: a span that tells one of them is a call. */
export const USAGE_FACTS: readonly Fact[] = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'textInputTokens',
  'audioInputTokens',
  'audioOutputTokens',
  'imageInputTokens',
  'imageOutputTokens',
  'usageDetails',
  'reportedCostUsd',
  'costDetails',
  'modelSeconds',
  'images',
];
/** Refused before any work was done: nothing was used. */
const REFUSED: ReadonlySet<string> = new Set(['rate_limited', 'invalid_request']);
/** `gen_ai.system` of Strands Agents and of OpenLLMetry's LangChain instrumentation where it cannot tell. */
const FRAMEWORKS: ReadonlySet<string> = new Set(['strands-agents', 'langchain']);
/** `us.anthropic.claude-…`, `amazon.nova-…`: the ids of Amazon Bedrock name the maker, with or without a region. */
const BEDROCK_MODEL =
  /^(?:(?:us|us-gov|eu|apac|jp|au|global)\.)?(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|qwen)\.[\w-]+/;
/** What Semantic Kernel writes for an answer without an id: equal ids would make one call of them all. */
const NO_RESPONSE_ID = 'N/A';
const STANDARD_TIERS: ReadonlySet<string> = new Set([
  '',
  'default',
  'auto',
  'standard',
  'on_demand',
]);

export interface CalledSpan {
  /** Whether its status is an error. */
  readonly failed: boolean;
  readonly emitter: Emitter;
}

/** @returns null when the span is no model call, or one that was refused and used nothing. */
export function readModelCall(facts: FactSet, { failed, emitter }: CalledSpan): ModelCall | null {
  if (facts.size === 0) return null;
  const hasUsage = USAGE_FACTS.some((fact) => facts.has(fact));
  const operation = facts.text('genAiOperation')?.toLowerCase() ?? null;
  const model = facts.text('model');
  if (!hasUsage) {
    const isCall = model !== null && isCallOperation(operation);
    if (!isCall || (failed && wasRefused(facts))) return null;
  }
  const metadata = parseObject(facts.text('providerMetadata'));
  const provider = readProvider(facts, model);
  const { usage, fault } = readUsage({
    facts,
    metadata,
    raw: objectAt(metadata, 'anthropic', 'usage') ?? parseObject(facts.text('rawUsage')),
    emitter,
    provider,
    model: model?.toLowerCase() ?? null,
  });
  const reported = readReportedCost(facts, metadata);
  const requestModel = facts.text('requestModel');
  const responseId = readResponseId(facts);
  return {
    provider,
    model,
    requestModel: requestModel === model ? null : requestModel,
    tier: readTier(facts, metadata),
    operation,
    usage,
    fault:
      hasUsage || !failed
        ? fault
        : 'the call failed without telling its usage: whether it was billed is unknown',
    reportedNanoUsd: reported.nanoUsd,
    reportedNote: reported.note,
    responseId,
    aggregate: sumsUp(operation, responseId),
    modelNs: nanoseconds(facts.number('modelSeconds')),
    images: facts.count('images'),
  };
}

/**
 * Whether the span repeats what spans below it tell, where there are such: it says so, or it says neither that it is a call
 * nor which response it is of (the agent's run of Pydantic AI 0.x, `call_llm` of Google's ADK).
 */
const sumsUp = (operation: string | null, responseId: string | null): boolean =>
  isAggregateOperation(operation) || (responseId === null && !isCallOperation(operation));

function readResponseId(facts: FactSet): string | null {
  const said = facts.text('responseId');
  return said === NO_RESPONSE_ID ? null : said;
}

/** An emitter that names its framework in the provider's place leaves it to the model's name. */
function readProvider(facts: FactSet, model: string | null): string | null {
  const provider = facts.text('provider')?.toLowerCase().trim() ?? null;
  if (provider !== null && !FRAMEWORKS.has(provider)) return provider;
  return model !== null && BEDROCK_MODEL.test(model) ? 'aws.bedrock' : null;
}

function wasRefused(facts: FactSet): boolean {
  const errorClass = facts.text('errorClass');
  if (errorClass !== null && REFUSED.has(errorClass)) return true;
  const status = facts.number('httpStatus') ?? Number(facts.text('errorType') ?? Number.NaN);
  return status >= 400 && status < 500 && status !== 408 && status !== 499;
}

function readTier(facts: FactSet, metadata: JsonObject | null): string {
  const said =
    facts.text('serviceTier') ??
    valueAt(objectAt(metadata, 'openai'), 'serviceTier') ??
    valueAt(objectAt(metadata, 'anthropic', 'usage'), 'service_tier');
  const tier = typeof said === 'string' ? said.toLowerCase() : 'standard';
  return STANDARD_TIERS.has(tier) ? 'standard' : tier;
}

/** @returns null when the seconds cannot be true. */
function nanoseconds(seconds: number | null): number | null {
  if (seconds === null || seconds < 0) return null;
  const ns = Math.round(seconds * 1e9);
  return Number.isSafeInteger(ns) ? ns : null;
}
