import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { alertNames } from '@burnbook/domain/alertNames';
import type { LintFinding } from '../contract.js';
import { headingId, idFor } from './headingId.js';
import { lineOf, markdownNodes, markdownText, type MarkdownRoot } from './markdown.js';
import { lintFinding, type Finding } from './rules.js';
import type { RunbookDocument } from './runbookDocument.js';
import { stepCount } from './stepCount.js';

interface Around {
  /** Path of the file that holds the links. */
  file: string;
  /** Names of all runbooks of the folder. */
  names: ReadonlySet<string>;
}

/** The first parts of this server's own addresses. */
const OWN_PLACES =
  /^\/(?:$|[?#]|(?:api|batches|cost|delivery|healthz|incidents|readyz|retries|runbooks|slos|traces)(?:$|[/?#]))/;
const LINKS_MAX = 2_000;

/** Links that lead nowhere: to a heading, a step, a runbook or a file that is not there. Other servers are not asked. */
export async function linkFindings(
  document: RunbookDocument,
  around: Around,
): Promise<LintFinding[]> {
  const ids = idsOf(document.body);
  const found: Finding[] = [];
  let links = 0;
  for (const node of markdownNodes(document.body)) {
    if (node.type !== 'link' && node.type !== 'definition' && node.type !== 'image') continue;
    if (++links > LINKS_MAX) break;
    const why = await deadBecause(node.url, { ...around, ids, kind: document.kind });
    if (why === null) continue;
    const line = lineOf(node) + document.bodyLine - 1;
    found.push({ line, rule: 'link-dead', message: `link ${JSON.stringify(node.url)}: ${why}` });
  }
  // A site of its own may know places that this folder does not.
  const level = document.kind === 'document' ? ({ level: 'warning' } as const) : {};
  return found.map((each) => lintFinding(`${document.name}.md`, { ...each, ...level }));
}

async function deadBecause(
  url: string,
  { file, names, ids, kind }: Around & { ids: ReadonlySet<string>; kind: RunbookDocument['kind'] },
): Promise<string | null> {
  if (url === '' || /^[a-z][a-z0-9+.-]*:/i.test(url) || url.startsWith('//')) return null;
  // A placeholder stands for one part of a path.
  const [, path = '', fragment = ''] =
    /^([^?#]*)(?:\?[^#]*)?(?:#(.*))?$/s.exec(url.replaceAll(/\{\{[^{}]*\}\}/g, 'x')) ?? [];
  if (path === '') {
    return fragment === '' || ids.has(idFor(fragment, ids))
      ? null
      : `there is no step or heading #${fragment}`;
  }
  if (path.startsWith('/')) return kind === 'document' ? null : deadPlace(path, names);
  const target = decoded(path);
  if (target === null) return 'is not an address';
  return (await exists(join(dirname(file), target))) ? null : `there is no file ${target}`;
}

function deadPlace(path: string, names: ReadonlySet<string>): string | null {
  if (!OWN_PLACES.test(path)) return 'is no page of this server';
  const [, encoded] = /^\/runbooks\/([^/]+)/.exec(path) ?? [];
  if (encoded === undefined) return null;
  const name = decoded(encoded);
  const isThere =
    name !== null && (names.has(name) || (alertNames as readonly string[]).includes(name));
  return isThere ? null : `there is no runbook ${basename(encoded)}`;
}

/** The ids that the page gives to steps and headings. */
function idsOf(body: MarkdownRoot): Set<string> {
  const ids = new Set<string>();
  for (let step = 1; step <= stepCount(body); step += 1) ids.add(`step-${step}`);
  for (const node of markdownNodes(body)) {
    if (node.type === 'heading') ids.add(headingId(markdownText(node), ids));
  }
  return ids;
}

function decoded(path: string): string | null {
  try {
    const text = decodeURIComponent(path);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
