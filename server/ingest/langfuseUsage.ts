/**
 * The usage in Langfuse's `langfuse.observation.usage_details`: a JSON object of counts by type.
 *
 * Its own types exclude each other: whatever has `input` in its name adds to the input, `output` to the output
 * (langfuse.com/docs/observability/features/token-and-cost-tracking). Langfuse also takes OpenAI's own object, whose
 * totals include their details; its names tell it.
 */
import { NO_USAGE, type Usage } from '@burnbook/domain/usage';
import { objectAt, type JsonObject } from './jsonObject.js';
import type { TokenCounts } from './tokenCounts.js';

const WHERE = 'langfuse.observation.usage_details';

export function langfuseUsage(details: JsonObject, counts: TokenCounts): Usage {
  return isOpenAi(details) ? openAiUsage(details, counts) : ownUsage(details, counts);
}

const isOpenAi = (details: JsonObject): boolean =>
  'prompt_tokens' in details || ('input_tokens' in details && 'total_tokens' in details);

function openAiUsage(details: JsonObject, counts: TokenCounts): Usage {
  const of = (object: JsonObject | null, ...names: string[]): number | null => {
    for (const name of names) {
      const count = counts.at(object, name, WHERE);
      if (count !== null) return count;
    }
    return null;
  };
  const input =
    objectAt(details, 'prompt_tokens_details') ?? objectAt(details, 'input_tokens_details');
  const output =
    objectAt(details, 'completion_tokens_details') ?? objectAt(details, 'output_tokens_details');
  return {
    ...NO_USAGE,
    inputTokens: of(details, 'prompt_tokens', 'input_tokens'),
    outputTokens: of(details, 'completion_tokens', 'output_tokens'),
    cacheReadTokens: of(input, 'cached_tokens'),
    audioInputTokens: of(input, 'audio_tokens'),
    reasoningTokens: of(output, 'reasoning_tokens'),
    audioOutputTokens: of(output, 'audio_tokens'),
  };
}

type Side = 'input' | 'output';
type Part = 'cacheRead' | 'cacheWrite' | 'cacheWrite1h' | 'audio' | 'image' | 'reasoning';

function ownUsage(details: JsonObject, counts: TokenCounts): Usage {
  const sums = new Map<Side | `${Side} ${Part}`, number>();
  const add = (key: Side | `${Side} ${Part}`, count: number): void => {
    sums.set(key, (sums.get(key) ?? 0) + count);
  };
  for (const [name, value] of Object.entries(details)) {
    const side = sideOf(name);
    // An object in it is a provider's own detail of a count that stands beside it.
    if (side === null || typeof value === 'object') continue;
    const count = counts.at(details, name, WHERE);
    if (count === null) continue;
    add(side, count);
    const part = partOf(name);
    if (part !== null) add(`${side} ${part}`, count);
  }
  const of = (key: Side | `${Side} ${Part}`): number | null => sums.get(key) ?? null;
  const imageInputTokens = of('input image');
  const imageOutputTokens = of('output image');
  return {
    inputTokens: of('input'),
    outputTokens: of('output'),
    cacheReadTokens: of('input cacheRead'),
    cacheWriteTokens: of('input cacheWrite'),
    cacheWrite1hTokens: of('input cacheWrite1h'),
    reasoningTokens: of('output reasoning'),
    audioInputTokens: of('input audio'),
    audioOutputTokens: of('output audio'),
    ...(imageInputTokens === null ? {} : { imageInputTokens }),
    ...(imageOutputTokens === null ? {} : { imageOutputTokens }),
  };
}

/** null: a type that is neither, such as `total`. */
function sideOf(name: string): Side | null {
  if (/output|completion|reasoning/.test(name)) return 'output';
  return /input|prompt|cached?_/.test(name) ? 'input' : null;
}

function partOf(name: string): Part | null {
  if (/cache_(creation|write)/.test(name)) return /1h/.test(name) ? 'cacheWrite1h' : 'cacheWrite';
  if (/cache/.test(name)) return 'cacheRead';
  if (/audio/.test(name)) return 'audio';
  if (/image/.test(name)) return 'image';
  return /reasoning/.test(name) ? 'reasoning' : null;
}
