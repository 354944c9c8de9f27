/** One YAML file checked against a schema; every fault is told with the file and the line. */
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';

/** What is wrong with a configuration file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
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
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors
        .map((error) => `${file}:${lines.linePos(error.pos[0]).line}: ${error.message}`)
        .join('\n'),
    );
  }
  const result = schema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues
      .map((issue) => {
        const { path, message } = issue;
        const where = path.map(String).join('.') || '(top level)';
        const other = otherPath(issue);
        const second = other ? ` (line ${lineOf(document, lines, other)})` : '';
        return `${file}:${lineOf(document, lines, path)}: ${where}: ${message}${second}`;
      })
      .join('\n'),
  );
}

/** Where the other half of a contradiction stands: `params.other` of an issue. */
function otherPath(issue: z.core.$ZodIssue): readonly PropertyKey[] | null {
  const other: unknown = issue.code === 'custom' ? issue.params?.['other'] : undefined;
  return Array.isArray(other) ? (other as readonly PropertyKey[]) : null;
}

/** The line of the deepest part of the path that the document has. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
