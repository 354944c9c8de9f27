import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import type { LintFinding, Runbook, RunbookHead } from '../contract.js';
import { plainText } from './boundedMarkdown.js';
import { documentHtml } from './documentHtml.js';
import { fillMarkdown } from './fillMarkdown.js';
import { finishHtml } from './finishHtml.js';
import type { Highlight } from './highlight.js';
import type { HtmlRoot } from './html.js';
import { markdownText, type MarkdownRoot } from './markdown.js';
import type { PlaceholderValues } from './placeholders.js';
import type { RunbookDocument } from './runbookDocument.js';
import { sanitizeSchema } from './sanitizeSchema.js';

// Raw HTML in the text is dropped here, before the sanitiser: `allowDangerousHtml` is off.
const toHtml = unified().use(remarkRehype).use(rehypeSanitize, sanitizeSchema).freeze();
const writer = unified().use(rehypeStringify).freeze();

export interface RenderOptions {
  /** Colours for code; without it code is plain. */
  highlight?: Highlight | null;
  /** What the linter says; without it what it says of the file alone. */
  findings?: readonly LintFinding[];
}

/**
 * The runbook as HTML with its placeholders filled, as the API answers it. Safe to put into a page whatever the
 * text and the values hold.
 */
export function renderRunbook(
  document: RunbookDocument,
  values: PlaceholderValues,
  { highlight = null, findings = document.findings }: RenderOptions = {},
): Runbook {
  const html = htmlOf(document, values);
  const finished = finishHtml(html, { values, highlight });
  return {
    ...runbookHead(document, findings),
    html: writer.stringify(html),
    ...finished,
    findingsList: [...findings],
  };
}

function htmlOf({ kind, body, frontMatter }: RunbookDocument, values: PlaceholderValues): HtmlRoot {
  const filled = fillMarkdown(body, values);
  if (kind !== 'document') return toHtml.runSync(filled);
  try {
    return documentHtml(filled, frontMatter.title);
  } catch (error) {
    // Its own HTML is nested deeper than the stack: the words are still worth reading.
    if (!(error instanceof RangeError)) throw error;
    return toHtml.runSync(plainText(wordsOf(body)));
  }
}

function wordsOf(body: MarkdownRoot): string {
  return body.children.map((node) => markdownText(node)).join('\n\n');
}

/** What a list of runbooks shows. */
export function runbookHead(
  { name, kind, frontMatter, revision, findings: own }: RunbookDocument,
  findings: readonly LintFinding[] = own,
): RunbookHead {
  const { title, severity, owner, escalation, reviewed, tested, expectedMinutes } = frontMatter;
  return {
    name,
    kind,
    title,
    severity,
    owner,
    escalation,
    reviewed,
    tested,
    expectedMinutes,
    revision,
    findings: findings.length,
  };
}
