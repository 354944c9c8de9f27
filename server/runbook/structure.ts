import { markdownNodes, markdownText, type MarkdownNode, type MarkdownRoot } from './markdown.js';
import { parsePanelFence } from './panelFence.js';
import { isPlaceholder, placeholderNames, placeholdersIn } from './placeholders.js';

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

/** Few enough words that the first command is on the first screen of a phone. */
const wordsToFirstCommandMax = 40;
const stepsMax = 100;

interface Finding {
  line: number;
  message: string;
}

/** What is wrong with the body of a runbook, by line of the body. `declaredPanels` is the front matter's list. */
export function bodyProblems(body: MarkdownRoot, declaredPanels: readonly string[]): Finding[] {
  return [
    ...sectionProblems(body),
    ...firstActionProblems(body),
    ...stepProblems(body),
    ...placeholderProblems(body),
    ...panelProblems(body, declaredPanels),
  ].sort((a, b) => a.line - b.line);
}

function sectionProblems(body: MarkdownRoot): Finding[] {
  const problems: Finding[] = [];
  const headings = body.children.filter((node) => node.type === 'heading');
  for (const heading of headings) {
    if (heading.depth === 1) {
      problems.push({
        line: lineOf(heading),
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
      problems.push({ line: lineOf(heading), message });
    } else if (at < next) {
      problems.push({
        line: lineOf(heading),
        message: `section "${name}" is out of order or doubled`,
      });
    } else {
      next = at + 1;
    }
  }
  const names = new Set(found.map(markdownText));
  for (const section of sectionNames) {
    if (!names.has(section)) {
      problems.push({ line: lastLineOf(body), message: `section "${section}" is missing` });
    }
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
      return [{ line: lineOf(node), message }];
    }
    if (node.type === 'text' || node.type === 'inlineCode') {
      words += node.value.split(/\s+/).filter(Boolean).length;
    }
  }
  return [{ line: section.line, message: 'section "First action" has no ```run command' }];
}

function stepProblems(body: MarkdownRoot): Finding[] {
  const problems: Finding[] = [];
  let steps = 0;
  for (const list of body.children) {
    if (list.type !== 'list' || list.ordered !== true) continue;
    // The visible number is the step's id: `#step-4` is the item that reads "4.".
    if ((list.start ?? 1) !== steps + 1) {
      const message = `numbers go on through the sections: this list starts with ${steps + 1}.`;
      problems.push({ line: lineOf(list), message });
    }
    steps += list.children.length;
  }
  if (steps === 0) problems.push({ line: 1, message: 'has no numbered step' });
  if (steps > stepsMax)
    problems.push({ line: 1, message: `has ${steps} steps, at most ${stepsMax}` });
  return problems;
}

function placeholderProblems(body: MarkdownRoot): Finding[] {
  return [...markdownNodes(body)].flatMap((node) => {
    const text = node.type === 'link' ? node.url : 'value' in node ? node.value : '';
    return placeholdersIn(text)
      .filter((name) => !isPlaceholder(name))
      .map((name) => ({
        line: lineOf(node),
        message: `placeholder {{${name}}} is unknown; known: ${placeholderNames.join(', ')}`,
      }));
  });
}

function panelProblems(body: MarkdownRoot, declared: readonly string[]): Finding[] {
  const problems: Finding[] = [];
  const used = new Set<string>();
  for (const node of markdownNodes(body)) {
    if (node.type !== 'code' || node.lang !== 'panel') continue;
    try {
      const { panel } = parsePanelFence(node.value);
      used.add(panel);
      if (!declared.includes(panel)) {
        const message = `panel ${panel} is not in the front matter's list of panels`;
        problems.push({ line: lineOf(node), message });
      }
    } catch (error) {
      const message = `panel fence ${error instanceof Error ? error.message : String(error)}`;
      problems.push({ line: lineOf(node), message });
    }
  }
  for (const name of declared) {
    if (!used.has(name))
      problems.push({ line: 1, message: `panel ${name} is declared, never shown` });
  }
  return problems;
}

function sectionOf(
  body: MarkdownRoot,
  name: string,
): { line: number; nodes: MarkdownNode[] } | null {
  const isSection = (node: MarkdownNode) => node.type === 'heading' && node.depth <= 2;
  const start = body.children.findIndex((node) => isSection(node) && markdownText(node) === name);
  const heading = body.children[start];
  if (heading === undefined) return null;
  const rest = body.children.slice(start + 1);
  const length = rest.findIndex(isSection);
  return { line: lineOf(heading), nodes: length < 0 ? rest : rest.slice(0, length) };
}

function lineOf(node: MarkdownNode): number {
  return node.position?.start.line ?? 1;
}

function lastLineOf(body: MarkdownRoot): number {
  return body.position?.end.line ?? 1;
}
