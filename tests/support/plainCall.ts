/** Which spans are model calls, in the plain reading. */
import type { SpanSpec } from './spanSpec.js';

const SUMMING_UP = new Set(['invoke_agent', 'chain']);

export const usesTokens = (span: SpanSpec): boolean =>
  span.attributes['gen_ai.usage.input_tokens'] !== undefined ||
  span.attributes['gen_ai.usage.output_tokens'] !== undefined;

/** Has usage, or says that it is a call: what it used is then unknown. */
export const isCall = (span: SpanSpec): boolean =>
  usesTokens(span) || span.attributes['gen_ai.operation.name'] === 'chat';

export const sumsUp = (span: SpanSpec): boolean =>
  SUMMING_UP.has(String(span.attributes['gen_ai.operation.name']));
