/** One YAML file checked against a schema; every fault is told with the file and the line. */
import { isNode, LineCounter, parseAllDocuments, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';

/** `<<` takes over the members of another mapping, as it does in most readers of YAML. */
const OPTIONS = { prettyErrors: false, merge: true } as const;

/** What is wrong with a configuration file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A path from the top of a document to one of its parts. */
export type YamlPath = readonly PropertyKey[];

/** One document of a file. */
export interface YamlDocument {
  readonly file: string;
  readonly value: unknown;
  /** Its text in the file. */
  readonly text: string;
  /** The line of the deepest part of the path that the document has. */
  lineOf(path: YamlPath): number;
}

/**
 * @param file its name in messages.
 * @throws ConfigError with one line a fault: `file:line: path: message`.
 */
export function parseYaml<Schema extends z.ZodType>(
  file: string,
  text: string,
  schema: Schema,
): z.infer<Schema> {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { ...OPTIONS, lineCounter: lines });
  const faults = syntaxFaults(file, parsed, lines);
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  const document = yamlDocument(file, { parsed, lines, text });
  const result = schema.safeParse(document.value ?? {});
  if (result.success) return result.data;
  throw new ConfigError(schemaFaults(document, result.error).join('\n'));
}

/**
 * A file of several documents; empty ones are left out.
 * @returns the documents that can be read, and a line for each that cannot.
 */
export function parseYamlDocuments(
  file: string,
  text: string,
): { documents: YamlDocument[]; faults: string[] } {
  const lines = new LineCounter();
  const all = parseAllDocuments(text, { ...OPTIONS, lineCounter: lines });
  const parsedDocuments = Array.isArray(all) ? all : [];
  const faults = parsedDocuments.flatMap((parsed) => syntaxFaults(file, parsed, lines));
  const documents = parsedDocuments
    .filter(({ errors }) => errors.length === 0)
    .map((parsed) => yamlDocument(file, { parsed, lines, text }))
    .filter(({ value }) => value !== null && value !== undefined);
  return { documents, faults };
}

/** One line a fault: `file:line: path: message`. */
export function schemaFaults(document: YamlDocument, error: z.ZodError): string[] {
  return error.issues.flatMap(told).map((issue) => {
    const [unknownKey] = issue.code === 'unrecognized_keys' ? issue.keys : [];
    const path = unknownKey === undefined ? issue.path : [...issue.path, unknownKey];
    const other = otherPath(issue);
    const second = other ? ` (line ${document.lineOf(other)})` : '';
    return fault(document, issue.path, `${issue.message}${second}`, path);
  });
}

const NO_WORDS = 'Invalid input';

/** What is to be told of an issue: a line for each key, and of a choice the faults of what was most likely meant. */
function told(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      ...issue,
      keys: [key],
      message: `Unrecognized key: ${JSON.stringify(key)}`,
    }));
  }
  if (issue.code !== 'invalid_union' || issue.message !== NO_WORDS) return [issue];
  const shaped = issue.errors.filter((branch) => !branch.some(isOfOtherShape));
  const [meant] = shaped.toSorted((a, b) => strangeness(a) - strangeness(b));
  if (!meant) return [{ ...issue, message: choiceText(issue.errors.flat()) }];
  return meant.flatMap((each) => told({ ...each, path: [...issue.path, ...each.path] }));
}

/** Another kind of value than this one. */
const isOfOtherShape = ({ code, path }: z.core.$ZodIssue): boolean =>
  code === 'invalid_type' && path.length === 0;

/** How much of what the branch asks for is not there, or is and should not be: faults further down are of what was meant. */
const strangeness = (branch: readonly z.core.$ZodIssue[]): number =>
  branch.filter(({ path }) => path.length <= 1).length;

/** `Invalid input: expected string or array, received number` */
function choiceText(issues: readonly z.core.$ZodIssue[]): string {
  const types = issues.filter((issue) => issue.code === 'invalid_type');
  const expected = [...new Set(types.map((issue) => issue.expected))].join(' or ');
  const received = /received (\w+)$/.exec(types[0]?.message ?? '')?.[1];
  if (expected === '') return NO_WORDS;
  return `${NO_WORDS}: expected ${expected}${received === undefined ? '' : `, received ${received}`}`;
}

/** A fault that was found after the schema held. @param at where it stands, if not at what it is about. */
export function fault(
  document: YamlDocument,
  path: YamlPath,
  message: string,
  at: YamlPath = path,
): string {
  const where = path.map(String).join('.') || '(top level)';
  return `${document.file}:${document.lineOf(at)}: ${where}: ${message}`;
}

function yamlDocument(
  file: string,
  {
    parsed,
    lines,
    text,
  }: { readonly parsed: Document; readonly lines: LineCounter; readonly text: string },
): YamlDocument {
  const [from, , to] = parsed.range ?? [0, 0, text.length];
  return {
    file,
    value: valueOf(file, parsed),
    text: text.slice(from, to),
    lineOf: (path) => lineOf(parsed, lines, path),
  };
}

function valueOf(file: string, parsed: Document): unknown {
  try {
    return parsed.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError(`${file}:1: ${(error as Error).message}`);
  }
}

function syntaxFaults(
  file: string,
  { errors }: Pick<Document, 'errors'>,
  lines: LineCounter,
): string[] {
  return errors.map((error) => `${file}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
}

/** Where the other half of a contradiction stands: `params.other` of an issue. */
function otherPath(issue: z.core.$ZodIssue): readonly PropertyKey[] | null {
  const other: unknown = issue.code === 'custom' ? issue.params?.['other'] : undefined;
  return Array.isArray(other) ? (other as readonly PropertyKey[]) : null;
}

function lineOf(document: Document, lines: LineCounter, path: YamlPath): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  const first = document.contents;
  return isNode(first) && first.range ? lines.linePos(first.range[0]).line : 1;
}
