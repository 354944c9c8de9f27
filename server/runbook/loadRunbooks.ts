import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readRunbookFile } from './readRunbookFile.js';
import type { RunbookDocument } from './runbookDocument.js';
import { RunbookError, type RunbookProblem } from './runbookProblem.js';

/** Runbooks by name, in the order of names. */
export type Runbooks = ReadonlyMap<string, RunbookDocument>;

const runbooksMax = 500;

/**
 * Reads every `*.md` of the folders; names that start with `_` (the template) are left out. A later folder's runbook
 * takes the place of an earlier one's of the same name.
 *
 * @throws RunbookError with every fault of every file, so that one start shows them all.
 */
export async function loadRunbooks(...folders: readonly string[]): Promise<Runbooks> {
  const problems: RunbookProblem[] = [];
  const runbooks = new Map<string, RunbookDocument>();
  for (const folder of folders) {
    for (const file of await filesOf(folder)) {
      try {
        const runbook = await readRunbookFile(file);
        runbooks.set(runbook.name, runbook);
      } catch (error) {
        if (!(error instanceof RunbookError)) throw error;
        problems.push(...error.problems);
      }
    }
  }
  if (problems.length > 0) throw new RunbookError(problems);
  return new Map([...runbooks].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function filesOf(folder: string): Promise<string[]> {
  const refuse = (message: string) =>
    new RunbookError([{ file: folder, line: 1, message, rule: 'unreadable' }]);
  const names = await readdir(folder).catch((error: unknown) => {
    throw refuse(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const files = names.filter((name) => name.endsWith('.md') && !name.startsWith('_')).toSorted();
  if (files.length > runbooksMax) {
    throw refuse(`holds ${files.length} runbooks, at most ${runbooksMax}`);
  }
  return files.map((name) => join(folder, name));
}
