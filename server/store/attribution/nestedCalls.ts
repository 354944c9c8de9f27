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

interface OuterCall {
  readonly node: number;
  readonly facts: NodeFacts;
  /** Levels from the node that was linked up to the call. */
  readonly levels: number;
}

/**
 * Finds the calls that repeat one below them, now that `node` hangs where it does: among itself and what is above, for
 * what is told there or below. Of one response id the index of responses decides, not this.
 *
 * Two spans meet here once, when the last link between them comes; what hangs below a span is looked at for each of the
 * few levels above that can come later.
 * @returns those that were not known to.
 */
export function foundRepeats(generation: Generation, node: number): readonly number[] {
  if (!generation.has(node, NODE.usage | NODE.usageBelow)) return NO_CALLS;
  const outer = callsFrom(generation, node);
  if (outer.length === 0) return NO_CALLS;
  const found: number[] = [];
  const levelsMax = NESTED_LEVELS_MAX - Math.min(...outer.map(({ levels }) => levels));
  const stack: [node: number, level: number][] = [[node, 0]];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [at, level] = top;
    const inner = generation.facts[at];
    if (inner && generation.has(at, NODE.usage)) {
      for (const call of outer) {
        const apart = call.levels + level;
        if (apart === 0 || apart > NESTED_LEVELS_MAX) continue;
        if (generation.has(call.node, NODE.repeatsCall) || !isSameCall(call.facts, inner)) continue;
        generation.set(call.node, NODE.repeatsCall);
        found.push(call.node);
      }
      if (found.length === outer.length) return found;
    }
    if (level >= levelsMax || !generation.has(at, NODE.usageBelow)) continue;
    let child = generation.firstChild[at] ?? NONE;
    for (; child !== NONE; child = generation.nextSibling[child] ?? NONE) {
      if (generation.has(child, NODE.usage | NODE.usageBelow)) stack.push([child, level + 1]);
    }
  }
  return found;
}

/** Calls that are not known to repeat one: the node itself, and those above it. */
function callsFrom(generation: Generation, node: number): OuterCall[] {
  const calls: OuterCall[] = [];
  let at = node;
  for (let levels = 0; levels <= NESTED_LEVELS_MAX && at !== NONE; levels++) {
    const facts = generation.facts[at];
    if (facts && generation.has(at, NODE.usage) && !generation.has(at, NODE.repeatsCall)) {
      calls.push({ node: at, facts, levels });
    }
    at = generation.parent[at] ?? NONE;
  }
  return calls;
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
