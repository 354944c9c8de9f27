import { createHash } from 'node:crypto';
import { parseFrontMatter } from './frontMatter.js';
import { parseMarkdown } from './markdown.js';
import type { RunbookDocument } from './runbookDocument.js';
import { RunbookError, type RunbookProblem } from './runbookProblem.js';
import { bodyProblems } from './structure.js';

/**
 * Checks and parses one runbook.
 *
 * @param file path as shown in messages; its base name must be the alert's name.
 * @throws RunbookError with every fault of the file.
 */
export function parseRunbook(file: string, source: string): RunbookDocument {
  const text = source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const head = parseFrontMatter(text);
  if (!head.ok) throw new RunbookError(head.problems.map((problem) => ({ file, ...problem })));

  const { frontMatter, body, bodyLine } = head;
  const parsed = parseMarkdown(body);
  const problems: RunbookProblem[] = bodyProblems(parsed, frontMatter.panels).map((problem) => ({
    file,
    line: problem.line + bodyLine - 1,
    message: problem.message,
  }));
  const nameInFile = /([^/\\]+)\.md$/.exec(file)?.[1];
  if (nameInFile !== frontMatter.alert) {
    const message = `alert: the file of ${frontMatter.alert} must be called ${frontMatter.alert}.md`;
    problems.unshift({ file, line: 1, message });
  }
  if (problems.length > 0) throw new RunbookError(problems);
  return { frontMatter, body: parsed, revision: revisionOf(body) };
}

function revisionOf(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 12);
}
