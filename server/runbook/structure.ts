import type { Runbook } from '../contract.js';
import { fenceProblems } from './fences.js';
import { lineOf, markdownNodes, markdownText, type MarkdownRoot } from './markdown.js';
import { isPlaceholder, placeholderNames, placeholdersIn } from './placeholders.js';
import type { Finding } from './rules.js';
import { sectionOf } from './sections.js';

/** The headings that every runbook has, in this order: what a reader at 3 a.m. looks for next. */
export const sectionNames = [
  'Trigger',
  'Impact',
  'First action',
  'Diagnose',
  'Mitigate',
  'Verify',
  'Roll back',
  'Escalate',
  'Prevent',
] as const;

/** A procedure has no alert that says what happened and whom it hurts; it may have the other sections as well. */
const procedureSections: readonly string[] = ['Trigger', 'First action', 'Verify', 'Roll back'];

/** Few enough words that the first command is on the first screen of a phone. */
const wordsToFirstCommandMax = 40;
const stepsMax = 100;

/** What is wrong with the body of a runbook of ours, by line of the body. `declaredPanels` is the front matter's list; null: not known. */
export function bodyProblems(
  body: MarkdownRoot,
  { kind, declaredPanels }: { kind: Runbook['kind']; declaredPanels: readonly string[] | null },
): Finding[] {
  return [
    ...sectionProblems(body, kind),
    ...firstActionProblems(body),
    ...stepProblems(body),
    ...placeholderProblems(body),
    ...fenceProblems(body, declaredPanels),
    ...droppedParts(body),
  ].sort((a, b) => a.line - b.line);
}

/** The sections that a file of that kind has to have and lacks. */
export function missingSections(body: MarkdownRoot, kind: Runbook['kind']): string[] {
  const names = new Set(
    body.children.filter((node) => node.type === 'heading' && node.depth === 2).map(markdownText),
  );
  const needed = kind === 'procedure' ? procedureSections : sectionNames;
  return needed.filter((section) => !names.has(section));
}

function sectionProblems(body: MarkdownRoot, kind: Runbook['kind']): Finding[] {
  const problems: Finding[] = [];
  const headings = body.children.filter((node) => node.type === 'heading');
  for (const heading of headings) {
    if (heading.depth === 1) {
      problems.push({
        line: lineOf(heading),
        rule: 'title-in-body',
        message: 'the title is in the front matter: start with ##',
      });
    }
  }
  const found = headings.filter(({ depth }) => depth === 2);
  let next = 0;
  for (const heading of found) {
    const name = markdownText(heading);
    const at = sectionNames.findIndex((section) => section === name);
    if (at < 0) {
      const message = `section "${name}" is unknown; known, in this order: ${sectionNames.join(', ')}`;
      problems.push({ line: lineOf(heading), rule: 'section-unknown', message });
    } else if (at < next) {
      problems.push({
        line: lineOf(heading),
        rule: 'section-order',
        message: `section "${name}" is out of order or doubled`,
      });
    } else {
      next = at + 1;
    }
  }
  for (const section of missingSections(body, kind)) {
    const message = `section "${section}" is missing`;
    problems.push({ line: lastLineOf(body), rule: 'section-missing', message });
  }
  return problems;
}

function firstActionProblems(body: MarkdownRoot): Finding[] {
  const section = sectionOf(body, 'First action');
  if (section === null) return [];
  let words = 0;
  for (const node of section.nodes.flatMap((child) => [...markdownNodes(child)])) {
    if (node.type === 'code' && node.lang === 'run') {
      if (words <= wordsToFirstCommandMax) return [];
      const message = `${words} words before the first command, at most ${wordsToFirstCommandMax}`;
      return [{ line: lineOf(node), rule: 'first-action-long', message }];
    }
    if (node.type === 'text' || node.type === 'inlineCode') {
      words += node.value.split(/\s+/).filter(Boolean).length;
    }
  }
  const message = 'section "First action" has no ```run command';
  return [{ line: section.line, rule: 'first-action-without-command', message }];
}

function stepProblems(body: MarkdownRoot): Finding[] {
  const problems: Finding[] = [];
  let steps = 0;
  for (const list of body.children) {
    if (list.type !== 'list' || list.ordered !== true) continue;
    // The visible number is the step's id: `#step-4` is the item that reads "4.".
    if ((list.start ?? 1) !== steps + 1) {
      const message = `numbers go on through the sections: this list starts with ${steps + 1}.`;
      problems.push({ line: lineOf(list), rule: 'step-number', message });
    }
    steps += list.children.length;
  }
  if (steps === 0) problems.push({ line: 1, rule: 'no-step', message: 'has no numbered step' });
  if (steps > stepsMax) {
    const message = `has ${steps} steps, at most ${stepsMax}`;
    problems.push({ line: 1, rule: 'too-many-steps', message });
  }
  return problems;
}

function placeholderProblems(body: MarkdownRoot): Finding[] {
  return [...markdownNodes(body)].flatMap((node) => {
    const text = node.type === 'link' ? node.url : 'value' in node ? node.value : '';
    return placeholdersIn(text)
      .filter((name) => !isPlaceholder(name))
      .map((name) => ({
        line: lineOf(node),
        rule: 'placeholder-unknown' as const,
        message: `placeholder {{${name}}} is unknown; known: ${placeholderNames.join(', ')}`,
      }));
  });
}

function droppedParts(body: MarkdownRoot): Finding[] {
  return [...markdownNodes(body)].flatMap((node) => {
    if (node.type === 'image' || node.type === 'imageReference') {
      const message = `the picture ${JSON.stringify((node.alt ?? '').slice(0, 40))} is left out`;
      return [{ line: lineOf(node), rule: 'html-dropped' as const, message }];
    }
    if (node.type !== 'html' || /^<!--[\s\S]*-->$/.test(node.value)) return [];
    const shown = node.value.split('\n', 1)[0]?.slice(0, 40) ?? '';
    const message = `the HTML ${JSON.stringify(shown)} is left out`;
    return [{ line: lineOf(node), rule: 'html-dropped' as const, message }];
  });
}

function lastLineOf(body: MarkdownRoot): number {
  return body.position?.end.line ?? 1;
}
