import { createHash } from 'node:crypto';
import { alertNames } from '@burnbook/domain/alertNames';
import { boundedMarkdown } from './boundedMarkdown.js';
import { foreignDocument } from './foreignDocument.js';
import { parseFrontMatter } from './frontMatter.js';
import { fieldLinesOf, isOurs, splitHead, type Head } from './head.js';
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
  if (!isOurs(text, head)) return foreignDocument(name, text);

  const read = parseFrontMatter(head);
  if (!read.ok) {
    const alert = fieldText(head, 'alert');
    const line = fieldLinesOf(head).get('alert') ?? 1;
    if (isOfAnotherProduct(head, alert)) {
      const message = `no alert of Burnbook is called ${JSON.stringify(alert)}: shown as a document`;
      return foreignDocument(name, text, [{ line, rule: 'alert-unknown', message }]);
    }
    // All that is wrong at once: who mends the head wants to know of the text as well.
    const kind = fieldText(head, 'kind') === 'procedure' ? 'procedure' : 'alert';
    throw refusal(file, [...read.problems, ...problemsOfBody(head, kind)]);
  }
  const { kind, facts } = read;
  const { body, isPlain } = boundedMarkdown(head.body);
  if (isPlain) {
    const message = 'the text is nested too deeply';
    throw refusal(file, [{ line: head.bodyLine, rule: 'nested-too-deeply', message }]);
  }
  const found = inFile(head, bodyProblems(body, { kind, declaredPanels: facts.panels }));
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

/** What refuses the text under a head that is refused itself: where nobody knows which panels it declares. */
function problemsOfBody(head: Head, kind: 'alert' | 'procedure'): Finding[] {
  const { body, isPlain } = boundedMarkdown(head.body);
  // Without an end of the head nobody knows where the text begins.
  if (isPlain || head.format === 'none' || head.body.trim() === '') return [];
  const found = bodyProblems(body, { kind, declaredPanels: null });
  return inFile(head, found).filter(({ rule }) => rules[rule].level === 'error');
}

const inFile = ({ bodyLine }: Head, problems: readonly Finding[]): Finding[] =>
  problems.map((problem) => ({ ...problem, line: problem.line + bodyLine - 1 }));

/** Fields that only a runbook of ours has. */
const OWN_FIELDS = ['escalation', 'expectedMinutes', 'panels', 'reviewed', 'tested'];

/** Others name an alert in the front matter too: one that is not ours, with no other field of ours beside it. */
function isOfAnotherProduct(head: Head, alert: string): boolean {
  const fields = fieldLinesOf(head);
  const isOwnAlert = (alertNames as readonly string[]).includes(alert);
  return fields.has('alert') && !isOwnAlert && !OWN_FIELDS.some((field) => fields.has(field));
}

/** What a field of the head says in its line, whether or not all of it is YAML. */
function fieldText({ text }: Head, name: string): string {
  const line = text.split('\n').find((each) => each.startsWith(`${name}:`));
  return (line ?? '')
    .slice(name.length + 1)
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2');
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
