import { createHash } from 'node:crypto';
import { foreignDocument } from './foreignDocument.js';
import { parseFrontMatter } from './frontMatter.js';
import { fieldLinesOf, isOurs, splitHead } from './head.js';
import { parseMarkdown } from './markdown.js';
import { lintFinding, rules, type Finding } from './rules.js';
import type { RunbookDocument, RunbookFacts } from './runbookDocument.js';
import { RunbookError } from './runbookProblem.js';
import { bodyProblems } from './structure.js';

/**
 * Checks and parses one file. One without `alert` and without `kind: procedure` is a document from elsewhere and is
 * taken as it is.
 *
 * @param file path as shown in messages; its base name must be the alert's name.
 * @throws RunbookError with every fault of a runbook of ours.
 */
export function parseRunbook(file: string, source: string): RunbookDocument {
  const text = source.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const head = splitHead(text);
  const name = nameOf(file);
  if (!isOurs(text, head)) return foreignDocument(name, head);

  const read = parseFrontMatter(head);
  if (!read.ok) throw refusal(file, read.problems);
  const { kind, facts } = read;
  const body = parseMarkdown(head.body);
  const found: Finding[] = bodyProblems(body, { kind, declaredPanels: facts.panels }).map(
    (problem) => ({ ...problem, line: problem.line + head.bodyLine - 1 }),
  );
  // A file that starts with _ is to be copied to the name of an alert.
  if (facts.alert !== null && name !== facts.alert && !name.startsWith('_')) {
    const message = `alert: the file of ${facts.alert} must be called ${facts.alert}.md`;
    found.unshift({ line: 1, rule: 'file-name', message });
  }
  const errors = found.filter(({ rule }) => rules[rule].level === 'error');
  if (errors.length > 0) throw refusal(file, errors);
  return {
    name,
    kind,
    frontMatter: facts,
    body,
    bodyLine: head.bodyLine,
    fieldLines: fieldLinesOf(head),
    revision: revisionOf(facts, head.body),
    findings: found.map((finding) => lintFinding(`${name}.md`, finding)),
  };
}

/** What a file is called in addresses: its base name without `.md`. */
export function nameOf(file: string): string {
  return /([^/\\]+)\.md$/.exec(file)?.[1] ?? file;
}

function refusal(file: string, problems: readonly Finding[]): RunbookError {
  return new RunbookError(
    problems.map(({ line, rule, message }) => ({ file, line, message, rule })),
  );
}

/** Of the words and of what the front matter says, its stamps left out. */
function revisionOf({ reviewed: _, tested: __, ...facts }: RunbookFacts, body: string): string {
  const said = Object.entries(facts).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(`${JSON.stringify(said)}\n${body}`)
    .digest('hex')
    .slice(0, 12);
}
