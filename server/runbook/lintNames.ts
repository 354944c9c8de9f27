import { alertNames } from '@burnbook/domain/alertNames';
import type { LintFinding } from '../contract.js';
import { parseCheckFence } from './checkFence.js';
import { lineOf, markdownNodes } from './markdown.js';
import { parsePanelFence } from './panelFence.js';
import { placeholdersIn } from './placeholders.js';
import { lintFinding, type Finding } from './rules.js';
import type { RunbookDocument } from './runbookDocument.js';

/**
 * Names of alerts that nothing raises and of SLOs that no file defines, in the front matter and in the parameters of
 * panels and checks.
 */
export function nameFindings(
  document: RunbookDocument,
  slos: ReadonlySet<string> | null,
): LintFinding[] {
  const { name, kind, frontMatter, fieldLines } = document;
  const found: Finding[] = [];
  const lookAtSlo = (slo: string | null | undefined, line: number) => {
    if (slo === null || slo === undefined || slos === null || slos.has(slo)) return;
    if (placeholdersIn(slo).length > 0) return;
    found.push({ line, rule: 'slo-unknown', message: `no file defines the SLO ${slo}` });
  };
  const lookAtAlert = (alert: string | null | undefined, line: number) => {
    if (alert === null || alert === undefined || isAlert(alert)) return;
    if (placeholdersIn(alert).length > 0) return;
    found.push({ line, rule: 'alert-unknown', message: `no alert is called ${alert}` });
  };
  if (!name.startsWith('_')) lookAtAlert(frontMatter.alert, fieldLines.get('alert') ?? 1);
  lookAtSlo(frontMatter.slo, fieldLines.get('slo') ?? 1);
  for (const node of markdownNodes(document.body)) {
    if (node.type !== 'code') continue;
    const params = paramsOf(node.lang ?? null, node.value);
    const line = lineOf(node) + document.bodyLine - 1;
    lookAtSlo(params['slo'], line);
    lookAtAlert(params['name'], line);
  }
  const level = kind === 'document' ? ({ level: 'warning' } as const) : {};
  return found.map((each) => lintFinding(`${name}.md`, { ...each, ...level }));
}

function isAlert(name: string): boolean {
  return (alertNames as readonly string[]).includes(name);
}

function paramsOf(language: string | null, yaml: string): Readonly<Record<string, string>> {
  try {
    if (language === 'panel') return parsePanelFence(yaml).params;
    if (language === 'check') return parseCheckFence(yaml).params;
  } catch {
    // Told where the fence is checked; in a document from elsewhere it is code like any other.
  }
  return {};
}
