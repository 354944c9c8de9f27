import { parseCheckFence } from './checkFence.js';
import { lineOf, markdownNodes, type MarkdownNode, type MarkdownRoot } from './markdown.js';
import { openParams, parsePanelFence } from './panelFence.js';
import type { Finding } from './rules.js';
import { sectionOf } from './sections.js';

/** What is wrong with the fences of a runbook, by line of the body. */
export function fenceProblems(
  body: MarkdownRoot,
  declaredPanels: readonly string[] | null,
): Finding[] {
  return [
    ...panelProblems(body, declaredPanels),
    ...checkProblems(body),
    ...runProblems(body),
    ...outputProblems(body),
  ];
}

/** Panel and check fences of a text from elsewhere that say nothing: they are shown as code. */
export function fenceFaults(body: MarkdownRoot): Finding[] {
  return [...panelProblems(body, null), ...checkFaults(body)].map((each) => ({
    ...each,
    level: 'warning',
  }));
}

/** @param declared of the front matter; null: it says nothing that can be read. */
function panelProblems(body: MarkdownRoot, declared: readonly string[] | null): Finding[] {
  const problems: Finding[] = [];
  const used = new Set<string>();
  for (const { line, value } of fencesOf(body, 'panel')) {
    try {
      const { panel, params } = parsePanelFence(value);
      used.add(panel);
      const open = openParams(panel, params);
      if (open.length > 0) {
        const message = `panel ${panel} without ${open.join(' and ')} shows nothing unless the alert says which`;
        problems.push({ line, rule: 'panel-open', message });
      }
      if (declared?.includes(panel) === false) {
        const message = `panel ${panel} is not in the front matter's list of panels`;
        problems.push({ line, rule: 'panel-undeclared', message });
      }
    } catch (error) {
      problems.push({ line, rule: 'panel', message: `panel fence ${messageOf(error)}` });
    }
  }
  for (const name of declared ?? []) {
    if (used.has(name)) continue;
    const message = `panel ${name} is declared, never shown`;
    problems.push({ line: 1, rule: 'panel-unused', message });
  }
  return problems;
}

function checkFaults(body: MarkdownRoot): Finding[] {
  const problems: Finding[] = [];
  for (const { line, value } of fencesOf(body, 'check')) {
    try {
      parseCheckFence(value);
    } catch (error) {
      problems.push({ line, rule: 'check', message: `check fence ${messageOf(error)}` });
    }
  }
  return problems;
}

function checkProblems(body: MarkdownRoot): Finding[] {
  const problems = checkFaults(body);
  const verify = sectionOf(body, 'Verify');
  if (verify && !verify.nodes.some((node) => [...fencesOf(node, 'check')].length > 0)) {
    const message = 'section "Verify" has no ```check: only a person can say that it is over';
    problems.push({ line: verify.line, rule: 'verify-without-check', message });
  }
  return problems;
}

function runProblems(body: MarkdownRoot): Finding[] {
  return [...fencesOf(body, 'run')]
    .filter(({ value }) => value.trim() === '')
    .map(({ line }) => ({ line, rule: 'run-empty', message: 'run fence holds no command' }));
}

function outputProblems(body: MarkdownRoot): Finding[] {
  const problems: Finding[] = [];
  for (const parent of markdownNodes(body)) {
    if (!('children' in parent)) continue;
    const children: readonly MarkdownNode[] = parent.children;
    children.forEach((node, index) => {
      const before = children[index - 1];
      if (node.type !== 'code' || node.lang !== 'output') return;
      if (before?.type === 'code' && before.lang === 'run') return;
      const message = 'output fence does not follow a ```run';
      problems.push({ line: lineOf(node), rule: 'output-alone', message });
    });
  }
  return problems;
}

function* fencesOf(
  within: MarkdownNode,
  language: string,
): Generator<{ line: number; value: string }> {
  for (const node of markdownNodes(within)) {
    if (node.type === 'code' && node.lang === language) {
      yield { line: lineOf(node), value: node.value };
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
