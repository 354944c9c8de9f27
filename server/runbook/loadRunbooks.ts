import { claimedNames, type ReadRunbook } from './claimedNames.js';
import { linkFindings } from './lintLinks.js';
import { readRunbookFile } from './readRunbookFile.js';
import type { RunbookDocument } from './runbookDocument.js';
import { isTemplate, runbookFiles } from './runbookFiles.js';
import { lintFinding } from './rules.js';
import { RunbookError, type RunbookProblem } from './runbookProblem.js';

/** Runbooks by name, in the order of names. */
export type Runbooks = ReadonlyMap<string, RunbookDocument>;

/** Of a folder: more than the public collections hold. */
const runbooksMax = 2_000;

/**
 * Reads every `*.md` of the folders and of the folders in them; names that start with `_` (the template) or `.` are left
 * out. A later folder's runbook takes the place of an earlier one's of the same name; in one folder a second runbook of a
 * name is refused, a second document is a finding. Links that lead nowhere are findings, and refuse nothing.
 *
 * @throws RunbookError with every fault of every file, so that one start shows them all.
 */
export async function loadRunbooks(...folders: readonly string[]): Promise<Runbooks> {
  const problems: RunbookProblem[] = [];
  const found = new Map<string, ReadRunbook>();
  for (const folder of folders) {
    const read: ReadRunbook[] = [];
    for (const file of await filesOf(folder)) {
      try {
        read.push({ file, runbook: await readRunbookFile(file) });
      } catch (error) {
        if (!(error instanceof RunbookError)) throw error;
        problems.push(...error.problems);
      }
    }
    const { byName, refused, hidden } = claimedNames(read);
    problems.push(...refused);
    for (const [name, { file, runbook }] of byName) {
      const beside = (hidden.get(name) ?? []).map((each) => lintFinding(`${name}.md`, each));
      found.set(name, {
        file,
        runbook: { ...runbook, findings: [...runbook.findings, ...beside] },
      });
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
  const all = await runbookFiles(folder).catch((error: unknown) => {
    throw refuse(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const files = all.filter((file) => !isTemplate(file));
  if (files.length > runbooksMax) {
    throw refuse(`holds ${files.length} runbooks, at most ${runbooksMax}`);
  }
  return files;
}
