/** Contexts of the nodes of the arena, derived from the top down and kept until an ancestor changes. */
import {
  deriveContext,
  sameContext,
  type Context,
  type OwnIdentity,
} from '@burnbook/domain/attribution';
import { formatSpanId } from '@burnbook/domain/traceId';
import type { SourceTable } from './sourceTable.js';
import { NODE, NONE, type Generation } from './spanArena.js';

export class ContextDeriver {
  readonly #sources: SourceTable;
  readonly #stack: number[] = [];
  /** By the parent's context: the last child's words and what came of them. */
  readonly #siblings = new WeakMap<
    Context,
    { own: OwnIdentity | null; resource: OwnIdentity | null; context: Context }
  >();

  constructor(sources: SourceTable) {
    this.#sources = sources;
  }

  /**
   * Derives anew what hung below spans that came after their children, down to where nothing changes: a chain that
   * arrives from its end costs a step a span, and not its length.
   * @param late these spans. What else is new has no context yet.
   * @param visit told of every older span whose parent, or whose parent's context, is another now.
   */
  renew(generation: Generation, late: readonly number[], visit: (node: number) => void): void {
    // From the top down: what is above a span is right by the time that it is its turn.
    const depths = new Map(late.map((node) => [node, generation.depthOf(node)]));
    const ordered = late.toSorted((a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0));
    const stack: number[] = [];
    for (const parent of ordered) {
      pushChildren(generation, parent, stack);
      for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
        const before = generation.context[at];
        if (!before) continue;
        visit(at);
        generation.context[at] = undefined;
        if (sameContext(before, this.of(generation, at))) generation.context[at] = before;
        else pushChildren(generation, at, stack);
      }
    }
  }

  /** The context of a present node; those of its known ancestors come to be as well. */
  of(generation: Generation, node: number): Context {
    const stack = this.#stack;
    stack.length = 0;
    let at = node;
    let context = generation.context[at];
    while (!context) {
      stack.push(at);
      const parent = knownParent(generation, at);
      if (parent === NONE) break;
      at = parent;
      context = generation.context[at];
    }
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const facts = generation.facts[next];
      const source = this.#sources.info(generation.source[next] ?? 0);
      const own = facts?.own ?? null;
      const repeated = context && this.#siblings.get(context);
      // Siblings that say the same are in the same place; only an unnamed attempt depends on more than its words.
      const isPlain = own === null || (own.attempt === null && own.resendAttempt === null);
      if (isPlain && repeated?.own === own && repeated.resource === source.own) {
        context = repeated.context;
      } else {
        const derived = deriveContext({
          own,
          resource: source.own,
          parent: context ?? null,
          serviceName: source.service,
          traceId: generation.traceOf(next).hex,
          parentSpanId: facts && facts.parentId !== 0n ? formatSpanId(facts.parentId) : '',
          name: facts?.name ?? '',
        });
        if (context && isPlain) {
          this.#siblings.set(context, { own, resource: source.own, context: derived });
        }
        context = derived;
      }
      generation.context[next] = context;
    }
    if (!context) throw new Error('a node without a context');
    return context;
  }
}

function pushChildren(generation: Generation, node: number, stack: number[]): void {
  let child = generation.firstChild[node] ?? NONE;
  for (; child !== NONE; child = generation.nextSibling[child] ?? NONE) stack.push(child);
}

/** The parent's node where the parent has arrived, else `NONE`. */
export function knownParent(generation: Generation, node: number): number {
  const parent = generation.parent[node] ?? NONE;
  return parent !== NONE && generation.has(parent, NODE.present) ? parent : NONE;
}
