import type { Document } from 'yaml';

/**
 * The values of a YAML document that has no aliases. One that has any is `undefined`, which no schema accepts: a
 * runbook needs none, and nested ones grow a few lines into gigabytes.
 */
export function plainYaml(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    // What the library throws for an alias under that limit.
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}
