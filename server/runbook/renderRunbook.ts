import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import type { Runbook, RunbookHead } from '../contract.js';
import { fillMarkdown } from './fillMarkdown.js';
import { finishHtml } from './finishHtml.js';
import type { PlaceholderValues } from './placeholders.js';
import type { RunbookDocument } from './runbookDocument.js';
import { runbookSteps } from './runbookSteps.js';
import { sanitizeSchema } from './sanitizeSchema.js';

// Raw HTML in the text is dropped here, before the sanitiser: `allowDangerousHtml` is off.
const toHtml = unified().use(remarkRehype).use(rehypeSanitize, sanitizeSchema).freeze();
const writer = unified().use(rehypeStringify).freeze();

/**
 * The runbook as HTML with its placeholders filled, as the API answers it. Safe to put into a page whatever the
 * text and the values hold.
 */
export function renderRunbook(document: RunbookDocument, values: PlaceholderValues): Runbook {
  const body = fillMarkdown(document.body, values);
  const html = toHtml.runSync(body);
  const panels = finishHtml(html, values).map((slot) => ({ ...slot, step: null }));
  return {
    ...runbookHead(document),
    html: writer.stringify(html),
    steps: runbookSteps(body),
    panels,
    checks: [],
    findingsList: [],
  };
}

/** What a list of runbooks shows. */
export function runbookHead({ frontMatter, revision }: RunbookDocument): RunbookHead {
  const { alert, title, severity, owner, escalation, reviewed, tested, expectedMinutes } =
    frontMatter;
  return {
    name: alert,
    kind: 'alert',
    title,
    severity,
    owner,
    escalation,
    reviewed,
    tested,
    expectedMinutes,
    revision,
    findings: 0,
  };
}
