import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { linkFindings } from './lintLinks.js';
import { readRunbookFile } from './readRunbookFile.js';
import type { RunbookDocument } from './runbookDocument.js';
import { RunbookError, type RunbookProblem } from './runbookProblem.js';

/** Runbooks by name, in the order of names. */
export type Runbooks = ReadonlyMap<string, RunbookDocument>;

/** Of a folder: more than the public collections hold. */
const runbooksMax = 2_000;

/**
 * Reads every `*.md` of the folders; names that start with `_` (the template) or `.` are left out. A later folder's runbook
 * takes the place of an earlier one's of the same name. Links that lead nowhere are findings, and refuse nothing.
 *
 * @throws RunbookError with every fault of every file, so that one start shows them all.
 */
export async function loadRunbooks(...folders: readonly string[]): Promise<Runbooks> {
  const problems: RunbookProblem[] = [];
  const found = new Map<string, { readonly file: string; readonly runbook: RunbookDocument }>();
  for (const folder of folders) {
    for (const file of await filesOf(folder)) {
      try {
        const runbook = await readRunbookFile(file);
        found.set(runbook.name, { file, runbook });
      } catch (error) {
        if (!(error instanceof RunbookError)) throw error;
        problems.push(...error.problems);
      }
    }
  }
  if (problems.length > 0) throw new RunbookError(problems);
  const names = new Set(found.keys());
  const runbooks: RunbookDocument[] = [];
  for (const { file, runbook } of found.values()) {
    const dead = await linkFindings(runbook, { file, names });
    runbooks.push({ ...runbook, findings: [...runbook.findings, ...dead] });
  }
  const inOrder = runbooks.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(inOrder.map((runbook) => [runbook.name, runbook]));
}

async function filesOf(folder: string): Promise<string[]> {
  const refuse = (message: string) =>
    new RunbookError([{ file: folder, line: 1, message, rule: 'unreadable' }]);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw refuse(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  // A dot begins the names of what editors and systems leave beside a file.
  const files = entries
    .filter((entry) => !entry.isDirectory() && /^[^_.].*\.md$/s.test(entry.name))
    .map(({ name }) => name)
    .toSorted();
  if (files.length > runbooksMax) {
    throw refuse(`holds ${files.length} runbooks, at most ${runbooksMax}`);
  }
  return files.map((name) => join(folder, name));
}
