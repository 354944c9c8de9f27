/**
 * The parts of a usage as LangChain's `UsageMetadata` names them, in what LangSmith's exporter writes: JSON from
 * JavaScript, a dictionary as Python shows it from Python. Its input includes them, whatever the provider's own API does.
 */
import type { FactSet } from '@burnbook/domain/factSet';
import { parseObject, parsePythonDict } from './jsonObject.js';
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

/** OpenAI's calls of these tiers have the tier before the name of a part. */
const TIERS = ['', 'flex_', 'priority_'];
/** Of Gemini's cached tokens; Python tells those above it apart, and JavaScript as a part of all. */
const LONG_CONTEXT = 200_000;

/** null: the span tells no such parts. */
export function langChainParts(facts: FactSet, counts: TokenCounts): LangChainParts | null {
  if (!facts.has('inputDetails') && !facts.has('outputDetails')) return null;
  const inputAt = partsOf(facts, counts, 'inputDetails');
  const outputAt = partsOf(facts, counts, 'outputDetails');
  const cacheRead = inputAt('cache_read');
  const write5m = inputAt('ephemeral_5m_input_tokens');
  const write1h = inputAt('ephemeral_1h_input_tokens');
  const written = inputAt('cache_creation');
  const isSplit = (write5m ?? 0) + (write1h ?? 0) > 0;
  return {
    cacheRead:
      cacheRead === LONG_CONTEXT ? cacheRead + (inputAt('cache_read_over_200k') ?? 0) : cacheRead,
    // Beside a split LangChain sets the sum to 0, so that nobody counts twice.
    written: isSplit && written === 0 ? null : written,
    write5m,
    write1h,
    audioInput: inputAt('audio'),
    audioOutput: outputAt('audio'),
    reasoning: outputAt('reasoning'),
  };
}

function partsOf(
  facts: FactSet,
  counts: TokenCounts,
  fact: 'inputDetails' | 'outputDetails',
): (name: string) => number | null {
  const text = facts.text(fact);
  const details = parseObject(text) ?? parsePythonDict(text);
  const where = facts.key(fact) ?? '';
  return (name) =>
    TIERS.map((tier) => counts.at(details, `${tier}${name}`, where)).reduce(
      (sum, count) => (count === null ? sum : (sum ?? 0) + count),
      null,
    );
}
