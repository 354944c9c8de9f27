/**
 * The parts of a usage as LangChain's `UsageMetadata` names them, in the JSON that LangSmith's exporter writes. Its input and
 * output include them, whatever the provider's own API does.
 */
import type { FactSet } from '@burnbook/domain/factSet';
import { parseObject } from './jsonObject.js';
import type { TokenCounts } from './tokenCounts.js';

export interface LangChainParts {
  readonly cacheRead: number | null;
  readonly written: number | null;
  readonly write5m: number | null;
  readonly write1h: number | null;
  readonly audioInput: number | null;
  readonly audioOutput: number | null;
  readonly reasoning: number | null;
}

/** null: the span has no such JSON. */
export function langChainParts(facts: FactSet, counts: TokenCounts): LangChainParts | null {
  if (!facts.has('inputDetails') && !facts.has('outputDetails')) return null;
  const input = parseObject(facts.text('inputDetails'));
  const output = parseObject(facts.text('outputDetails'));
  const inputAt = (name: string): number | null =>
    counts.at(input, name, facts.key('inputDetails') ?? '');
  const outputAt = (name: string): number | null =>
    counts.at(output, name, facts.key('outputDetails') ?? '');
  return {
    cacheRead: inputAt('cache_read'),
    written: inputAt('cache_creation'),
    write5m: inputAt('ephemeral_5m_input_tokens'),
    write1h: inputAt('ephemeral_1h_input_tokens'),
    audioInput: inputAt('audio'),
    audioOutput: outputAt('audio'),
    reasoning: outputAt('reasoning'),
  };
}
