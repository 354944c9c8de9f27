import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { plainYaml } from './plainYaml.js';

/** The YAML of a fence as the schema has it. Throws an Error that says what is wrong. */
export function fenceYaml<Shape>(
  yaml: string,
  { schema, mustHold }: { schema: z.ZodType<Shape>; mustHold: string },
): Shape {
  const document = parseDocument(yaml, { logLevel: 'error' });
  const [fault] = document.errors;
  if (fault) throw new Error(`is not YAML: ${fault.message.split('\n')[0]}`);
  const parsed = schema.safeParse(plainYaml(document));
  if (!parsed.success) throw new Error(`must hold ${mustHold}`);
  return parsed.data;
}

/** A parameter that a fence may not have, told with those that it may. */
export function refuseUnknownParams(
  name: string,
  { params, known }: { params: Readonly<Record<string, string>>; known: readonly string[] },
): void {
  const unknown = Object.keys(params).find((each) => !known.includes(each));
  if (unknown === undefined) return;
  const may = known.length === 0 ? 'it takes none' : `known: ${known.join(', ')}`;
  throw new Error(`${name} takes no parameter ${unknown}; ${may}`);
}
