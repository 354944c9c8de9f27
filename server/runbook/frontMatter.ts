import { LineCounter, isNode, parseDocument, visit, type Alias, type Document } from 'yaml';
import { z } from 'zod';
import { panels } from '@burnbook/domain/panels';
import type { Head } from './head.js';
import { plainYaml } from './plainYaml.js';
import type { Finding } from './rules.js';
import type { RunbookFacts } from './runbookDocument.js';

const day = z.iso.date({ error: 'must be a day as YYYY-MM-DD, or null for never' }).nullable();
const words = (charsMax: number) =>
  z
    .string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'must be text') })
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(charsMax, { error: `must be at most ${charsMax} characters` });

const alertSchema = z.strictObject({
  /** The alert that this runbook answers; the file is named after it. */
  alert: words(64).regex(/^[A-Z][A-Za-z0-9]*$/, { error: 'must be a name in PascalCase' }),
  title: words(120),
  severity: z.enum(['page', 'ticket'], { error: 'must be page or ticket' }),
  owner: words(120),
  /** Whom to call when the steps do not help. */
  escalation: words(240),
  /** The SLO whose burn raises the alert, if one does. */
  slo: words(120).optional(),
  panels: z
    .array(
      z.enum(Object.keys(panels), { error: `must be one of ${Object.keys(panels).join(', ')}` }),
      {
        error: 'must be a list of panel names',
      },
    )
    .max(12, { error: 'must hold at most 12 panels' }),
  /** Day of the last review, and of the last time that someone followed the steps; null: never. */
  reviewed: day,
  tested: day,
  /** How long a person who knows the product takes from the alert to Verify. */
  expectedMinutes: z
    .number({ error: 'must be a number of minutes' })
    .int({ error: 'must be a whole number of minutes' })
    .min(1, { error: 'must be at least 1' })
    .max(480, { error: 'must be at most 480' }),
});
/** Something that is done without an alert: its name is the file's, and it wakes nobody. */
const procedureSchema = alertSchema
  .omit({ alert: true, severity: true })
  .extend({ kind: z.literal('procedure') });

/** The head of one of our files, or what is wrong with it, by line of the file. */
export type FrontMatterResult =
  | { ok: true; kind: 'alert' | 'procedure'; facts: RunbookFacts }
  | { ok: false; problems: Finding[] };

/** Reads the YAML between the two `---` lines that a runbook starts with. */
export function parseFrontMatter(head: Head): FrontMatterResult {
  if (head.format !== 'yaml') {
    return refuse([{ line: 1, message: 'must start with front matter between two lines of ---' }]);
  }
  const lines = new LineCounter();
  const document = parseDocument(head.text, {
    lineCounter: lines,
    uniqueKeys: true,
    logLevel: 'error',
  });
  // Line 1 of the file is the opening `---`.
  const lineOf = (offset: number) => lines.linePos(offset).line + 1;
  if (document.errors.length > 0) {
    return refuse(
      document.errors.map(({ pos, message }) => ({
        line: lineOf(pos[0]),
        message: `front matter: ${message.split('\n')[0]?.replace(/ at line \d+.*$/, '')}`,
      })),
    );
  }
  const isProcedure = document.has('kind');
  if (isProcedure && document.has('alert')) {
    const line = lineOf(offsetOf(document, ['kind']));
    return refuse([{ line, message: 'kind: a runbook of an alert has none' }]);
  }
  const alias = aliasOf(document);
  if (alias) {
    const message = `front matter: write ${alias.source} out, aliases are not followed`;
    return refuse([{ line: lineOf(alias.range?.[0] ?? 0), message }]);
  }
  const schema = isProcedure ? procedureSchema : alertSchema;
  const parsed = schema.safeParse(plainYaml(document));
  if (!parsed.success) {
    return refuse(
      parsed.error.issues.flatMap((issue) => {
        if (issue.code === 'unrecognized_keys') {
          return issue.keys.map((key) => ({
            line: lineOf(offsetOf(document, [key])),
            message: `${key}: is not a field; known: ${Object.keys(schema.shape).join(', ')}`,
          }));
        }
        const name = issue.path.join('.') || 'front matter';
        return [
          { line: lineOf(offsetOf(document, issue.path)), message: `${name}: ${issue.message}` },
        ];
      }),
    );
  }
  const { kind, ...read } = { kind: 'alert' as const, ...parsed.data };
  return {
    ok: true,
    kind,
    facts: { alert: null, severity: null, ...read, slo: read.slo ?? null },
  };
}

function refuse(problems: { line: number; message: string }[]): FrontMatterResult {
  return { ok: false, problems: problems.map((each) => ({ rule: 'front-matter', ...each })) };
}

function aliasOf(document: Document): Alias | null {
  let found: Alias | null = null;
  visit(document, {
    Alias: (_, node) => {
      found = node;
      return visit.BREAK;
    },
  });
  return found;
}

/** Where a value stands; of a value that is missing, where its nearest parent starts. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.range?.[0] ?? 0;
}
