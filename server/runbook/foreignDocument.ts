import { createHash } from 'node:crypto';
import { boundedMarkdown } from './boundedMarkdown.js';
import { fenceFaults } from './fences.js';
import { foreignFacts, type ForeignFacts } from './foreignFacts.js';
import { fieldLinesOf, noHead, splitHead, type Head } from './head.js';
import { markdownNodes, markdownText, type MarkdownRoot } from './markdown.js';
import { lintFinding, type Finding } from './rules.js';
import type { RunbookDocument } from './runbookDocument.js';
import { missingSections } from './structure.js';
import { translateMarkup } from './translateMarkup.js';

const TITLE_LENGTH_MAX = 200;

/**
 * Markdown from elsewhere, with whatever front matter: never refused, and what it lacks as a runbook is told.
 *
 * @param text the file.
 * @param more what else is known to be wrong with it.
 */
export function foreignDocument(
  name: string,
  text: string,
  more: readonly Finding[] = [],
): RunbookDocument {
  const split = splitHead(text);
  const said = foreignFacts(split);
  const head = said.isText ? noHead(text) : split;
  const { body, isPlain } = boundedMarkdown(head.body);
  const found: Finding[] = said.isOnPurpose
    ? []
    : [{ line: 1, rule: 'document', message: lacks(said, { head, body, text }) }];
  if (said.fault && !said.isText) {
    const message = `its front matter is not YAML: ${said.fault.message}`;
    found.push({ line: said.fault.line, rule: 'document', message });
  }
  if (isPlain) {
    const message = 'its text is nested too deeply to be read as Markdown: shown as plain text';
    found.push({ line: head.bodyLine, rule: 'document', message });
  }
  const inBody = [...fenceFaults(body), ...translateMarkup(body)];
  found.push(...inBody.map((each) => ({ ...each, line: each.line + head.bodyLine - 1 })), ...more);
  return {
    name,
    kind: 'document',
    frontMatter: { ...said.facts, title: said.facts.title ?? headingOf(body) ?? name },
    body,
    bodyLine: head.bodyLine,
    fieldLines: fieldLinesOf(head),
    revision: createHash('sha256').update(unstamped(head)).digest('hex').slice(0, 12),
    findings: found.map((finding) => lintFinding(`${name}.md`, finding)),
  };
}

function headingOf(body: MarkdownRoot): string | null {
  const heading = body.children.find((node) => node.type === 'heading' && node.depth === 1);
  const text = heading ? markdownText(heading).trim() : '';
  return text === '' ? null : text.slice(0, TITLE_LENGTH_MAX);
}

function lacks(
  { fields, fault }: ForeignFacts,
  { head, body, text }: { head: Head; body: MarkdownRoot; text: string },
): string {
  const has =
    fields.length > 0 ? ` (it has ${fields.map((each) => each.slice(0, 40)).join(', ')})` : '';
  const yaml = 'a runbook has YAML between two lines of ---, with alert or kind: procedure';
  const about = {
    none: /^---[ \t]*\n["']?[\w-]+["']?[ \t]*:/.test(text)
      ? 'starts with front matter that no second line of --- ends'
      : 'has no front matter',
    yaml: fault
      ? `has front matter that is not a YAML map${has}`
      : `has front matter without alert or kind: procedure${has}`,
    toml: `has TOML front matter${has}; ${yaml}`,
    json: `has JSON front matter${has}; ${yaml}`,
  }[head.format];
  const sections = missingSections(body, 'alert');
  const needs =
    sections.length === 0 ? '' : `; as a runbook it lacks the sections ${sections.join(', ')}`;
  const hasCommand = [...markdownNodes(body)].some(
    (node) => node.type === 'code' && node.lang === 'run',
  );
  const command = hasCommand ? '' : ', and a command in a ```run fence';
  return `${about}: shown as a document${needs}${command}`;
}

/** The text without the lines of its head that are stamps. */
function unstamped({ format, text, body }: Head): string {
  return `${format}\n${text.replace(/^(?:reviewed|tested)[ \t]*[:=].*$/gm, '')}\n${body}`;
}
