/**
 * Whether an emitter's input holds its cached tokens, and its output its reasoning.
 *
 * The conventions say that they do. Anthropic's and Bedrock's own APIs leave cached tokens out of the input, Gemini's
 * leaves thoughts out of the output, and several libraries copy these numbers as they are. What decides, in this order:
 * arithmetic that admits one form only; what is known of the emitter; the names of the keys; the form of the conventions.
 */
import type { CallWords } from './callWords.js';
import { valueAt } from './jsonObject.js';

export interface UsageEvidence extends CallWords {
  readonly input: number | null;
  readonly output: number | null;
  readonly total: number | null;
  readonly reasoning: number | null;
  /** Cached reads and writes together. */
  readonly cached: number;
  /** The rest of the input beside them, where the emitter tells it. */
  readonly uncached: number | null;
}

/** Providers whose API leaves cached tokens out of the input; a gateway in front of them counts like OpenAI. */
const EXCLUSIVE_PROVIDER = /anthropic|claude|bedrock|^aws/;
const EXCLUSIVE_MODEL = /claude|anthropic|amazon\.nova/;
const THOUGHTS_API = /gemini|google|vertex/;
/** Fields of Anthropic's API, and the keys of those who take them over as they are. */
const ANTHROPIC_FIELDS = ['cache_read_input_tokens', 'cache_creation_input_tokens'];
/** Google's ADK before its version 2.3; since then it adds them up and uses the key of the conventions. */
const THOUGHTS_KEY = 'gen_ai.usage.experimental.reasoning_tokens';
const NATIVE_KEY = /^gen_ai\.usage\.cache_(?:read|creation)_input_tokens$/;

/** Whether the cached tokens stand beside the input. To be asked only when there are any. */
export function cachesApart(evidence: UsageEvidence): boolean {
  const proof = proofOfCache(evidence);
  if (proof !== null) return proof;
  if (!isExclusiveApi(evidence)) return false;
  const { emitter, facts, cached, input } = evidence;
  if (emitter.input !== 'unknown') return emitter.input === 'exclusive';
  if (isAiSdk(evidence)) return true;
  const native =
    NATIVE_KEY.test(facts.key('cacheReadTokens') ?? '') ||
    NATIVE_KEY.test(facts.key('cacheWriteTokens') ?? '');
  return native || cached > (input ?? 0);
}

function isExclusiveApi({ provider, model }: UsageEvidence): boolean {
  if (provider === null) return EXCLUSIVE_MODEL.test(model ?? '');
  // Vertex AI serves Claude by Anthropic's API.
  return (
    EXCLUSIVE_PROVIDER.test(provider) || (/vertex/.test(provider) && /claude/.test(model ?? ''))
  );
}

const isThoughtsApi = ({ provider, model }: UsageEvidence): boolean =>
  THOUGHTS_API.test(provider ?? model ?? '');

/** null: the numbers admit both forms. */
function proofOfCache(evidence: UsageEvidence): boolean | null {
  const { input, cached, uncached, raw } = evidence;
  if (uncached !== null) return input === uncached;
  if (raw !== null && ANTHROPIC_FIELDS.some((name) => Object.hasOwn(raw, name))) {
    const own = valueAt(raw, 'input_tokens');
    if (own === input) return true;
    if (typeof own === 'number' && own + cached === input) return false;
  }
  return apartByTotal(evidence).cache ? true : null;
}

/**
 * Versions 4 and 5 of the Vercel AI SDK hand the API's own input on. Version 6 tells the uncached input beside it, which
 * is proof, and version 7 uses the keys of OpenTelemetry.
 */
function isAiSdk({ facts }: UsageEvidence): boolean {
  const key = facts.key('cacheReadTokens');
  if (key !== null) return key.startsWith('ai.usage.');
  return facts.has('providerMetadata');
}

/** Whether the reasoning stands beside the output. To be asked only when there is any. */
export function reasoningApart(evidence: UsageEvidence): boolean {
  const { reasoning, output, emitter, facts } = evidence;
  if ((reasoning ?? 0) > (output ?? 0)) return true;
  if (apartByTotal(evidence).reasoning) return true;
  const apart = emitter.thoughtsApart || facts.key('reasoningTokens') === THOUGHTS_KEY;
  return apart && isThoughtsApi(evidence);
}

/** What a total above input and output must be made of. */
function apartByTotal(evidence: UsageEvidence): { cache: boolean; reasoning: boolean } {
  const { input, output, total, cached } = evidence;
  const reasoning = evidence.reasoning ?? 0;
  const rest = (total ?? 0) - (input ?? 0) - (output ?? 0);
  if (total === null || input === null || output === null || rest <= 0) {
    return { cache: false, reasoning: false };
  }
  if (rest === cached && rest === reasoning) {
    const thoughts = isThoughtsApi(evidence);
    return { cache: !thoughts, reasoning: thoughts };
  }
  return {
    cache: cached > 0 && (rest === cached || rest === cached + reasoning),
    reasoning: reasoning > 0 && (rest === reasoning || rest === cached + reasoning),
  };
}
