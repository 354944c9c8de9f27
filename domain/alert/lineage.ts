/** Which pipelines feed which, as far as anybody has said so. */

/** Pipeline → those that it is fed from directly. */
export type Upstreams = ReadonlyMap<string, readonly string[]>;

/** All that a pipeline is fed from, without itself; loops end. */
export function ancestorsOf(upstreams: Upstreams, pipeline: string): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [...(upstreams.get(pipeline) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === pipeline || found.has(next)) continue;
    found.add(next);
    waiting.push(...(upstreams.get(next) ?? []));
  }
  return found;
}

/** Where its data comes from at last: of several the first by name; of a loop, or of no source, itself. */
export function rootOf(upstreams: Upstreams, pipeline: string): string {
  const roots = [...ancestorsOf(upstreams, pipeline)].filter(
    (name) => (upstreams.get(name) ?? []).length === 0,
  );
  return roots.toSorted().at(0) ?? pipeline;
}
