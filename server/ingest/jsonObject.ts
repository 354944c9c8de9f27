/**
 * Looks into JSON texts, and dictionaries as Python shows them, that emitters put into attributes; anything unexpected is
 * absent, not an error.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON object in a text; null for anything else. */
export function parseObject(text: string | null): JsonObject | null {
  if (text === null || !text.startsWith('{')) return null;
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

const PYTHON_DICT = /^\{(?:'\w+': (?:-?\d{1,20}|None)(?:, |(?=\})))*\}$/;

/** A flat dictionary of numbers as Python shows it, `{'cache_read': 8000, 'audio': None}`; null for anything else. */
export function parsePythonDict(text: string | null): JsonObject | null {
  if (text === null || !PYTHON_DICT.test(text)) return null;
  return parseObject(text.replaceAll("'", '"').replaceAll('None', 'null'));
}

export function objectAt(object: JsonObject | null, ...path: string[]): JsonObject | null {
  let at = object;
  for (const name of path) {
    if (at === null) return null;
    at = asObject(valueAt(at, name));
  }
  return at;
}

/** The member's value, or undefined; never one of the prototype. */
export const valueAt = (object: JsonObject | null, name: string): unknown =>
  object && Object.hasOwn(object, name) ? object[name] : undefined;

export const asObject = (value: unknown): JsonObject | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : null;
