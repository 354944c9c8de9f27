/**
 * One call that two libraries recorded, each in a span of its own: OpenLLMetry's instrumentation of LangChain around
 * another's of OpenAI's client, a gateway's around its provider's. Both say that they are a call, and only the equal tokens
 * give it away. The inner one counts: it is nearer to who sends the bill. Side by side they are two calls, as far as
 * anybody can tell; OpenInference's instrumentation of LangChain, which does not attach its spans, leaves them so.
 */
import { tellsUsage, type NodeFacts } from './nodeFacts.js';
import { NODE, NONE, type Generation } from './spanArena.js';

/** Spans between the two and the inner one. */
const NESTED_LEVELS_MAX = 16;

const NO_CALLS: readonly number[] = [];

/** The calls above `node` that may repeat what is told there or below. */
export function callsAbove(generation: Generation, node: number): readonly number[] {
  if (!generation.has(node, NODE.usage | NODE.usageBelow)) return NO_CALLS;
  const found: number[] = [];
  let at = generation.parent[node] ?? NONE;
  for (let level = 0; level < NESTED_LEVELS_MAX && at !== NONE; level++) {
    if (generation.has(at, NODE.usage)) found.push(at);
    at = generation.parent[at] ?? NONE;
  }
  return found;
}

/** Whether a call below tells the same tokens. Of one response id the index of responses decides, not this. */
export function repeatsCallBelow(generation: Generation, node: number): boolean {
  const outer = generation.facts[node];
  if (!outer || !generation.has(node, NODE.usageBelow)) return false;
  const stack: [node: number, level: number][] = [[generation.firstChild[node] ?? NONE, 1]];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [at, level] = top;
    if (at === NONE) continue;
    stack.push([generation.nextSibling[at] ?? NONE, level]);
    const inner = generation.facts[at];
    if (inner && isSameCall(outer, inner)) return true;
    if (level < NESTED_LEVELS_MAX && generation.has(at, NODE.usageBelow)) {
      stack.push([generation.firstChild[at] ?? NONE, level + 1]);
    }
  }
  return false;
}

function isSameCall(outer: NodeFacts, inner: NodeFacts): boolean {
  const [a, b] = [outer.call, inner.call];
  if (!a || !b || !tellsUsage(b)) return false;
  if (outer.responseKey !== null && outer.responseKey === inner.responseKey) return false;
  const input = a.usage.inputTokens ?? 0;
  const output = a.usage.outputTokens ?? 0;
  return (
    input + output > 0 &&
    input === (b.usage.inputTokens ?? 0) &&
    output === (b.usage.outputTokens ?? 0)
  );
}
