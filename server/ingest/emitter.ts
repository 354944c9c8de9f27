/**
 * What is known of the libraries that record model calls, by the name of their instrumentation scope: whether their
 * input tokens include the cached ones.
 *
 * Only where the emitter's own code says so; each line was read there (tests/server/data names repository, path and
 * version). A library that is not listed is judged by its keys, see `settleUsage`.
 */
export type InputForm = 'inclusive' | 'exclusive' | 'unknown';

export interface Emitter {
  readonly scope: string;
  /** The form of calls of Anthropic's and Bedrock's APIs; those of all others count inclusively. */
  readonly input: InputForm;
  /** Gemini's thoughts stand beside the output, not in it. */
  readonly thoughtsApart: boolean;
}

export const UNKNOWN_EMITTER: Emitter = { scope: '', input: 'unknown', thoughtsApart: false };

/** They copy the `input_tokens` of Anthropic's (or Bedrock's) API, which leave the cached tokens out. */
const EXCLUSIVE: ReadonlySet<string> = new Set([
  '@traceloop/instrumentation-anthropic',
  'openlit.otel.tracing',
  'pipecat',
  'strands.telemetry.tracer',
]);
/** They add the cached tokens up, or take a usage that has them already. */
const INCLUSIVE: ReadonlySet<string> = new Set([
  'gen_ai',
  'litellm',
  'pydantic-ai',
  'gcp.vertex.agent',
]);
const INCLUSIVE_PREFIXES = [
  'opentelemetry.instrumentation.',
  'openinference.instrumentation.',
  '@arizeai/openinference-',
];
/** Bedrock's API is exclusive, and these did not tell cached tokens when they were read: their keys decide. */
const UNSETTLED: ReadonlySet<string> = new Set([
  'opentelemetry.instrumentation.bedrock',
  'opentelemetry.instrumentation.botocore',
]);
/** LangSmith's wrappers of Gemini's client tell the candidates alone as the output. */
const THOUGHTS_APART: ReadonlySet<string> = new Set(['openlit.otel.tracing', 'langsmith']);

/** @param scope JSON of the instrumentation scope, as in `SpanSource`. */
export function emitterOf(scope: string): Emitter {
  const name = scopeName(scope);
  if (name === '') return UNKNOWN_EMITTER;
  return { scope: name, input: inputForm(name), thoughtsApart: THOUGHTS_APART.has(name) };
}

function inputForm(name: string): InputForm {
  if (EXCLUSIVE.has(name)) return 'exclusive';
  if (UNSETTLED.has(name)) return 'unknown';
  if (INCLUSIVE.has(name) || INCLUSIVE_PREFIXES.some((prefix) => name.startsWith(prefix))) {
    return 'inclusive';
  }
  return 'unknown';
}

function scopeName(scope: string): string {
  if (scope === '') return '';
  const { name } = JSON.parse(scope) as { name?: unknown };
  return typeof name === 'string' ? name : '';
}
