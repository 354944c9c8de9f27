import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRunbook } from './parseRunbook.js';
import type { RunbookDocument } from './runbookDocument.js';
import { RunbookError, type RunbookProblem } from './runbookProblem.js';

/** Runbooks by the name of their alert, in the order of names. */
export type Runbooks = ReadonlyMap<string, RunbookDocument>;

/** Text that a person reads under pressure is far shorter; a bigger file is a mistake. */
const fileBytesMax = 256 * 1024;
const runbooksMax = 500;

/**
 * Reads every `*.md` of a folder; names that start with `_` (the template) are left out.
 *
 * @throws RunbookError with every fault of every file, so that one start shows them all.
 */
export async function loadRunbooks(folder: string): Promise<Runbooks> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new RunbookError([
      { file: folder, line: 1, message: `cannot be read: ${messageOf(error)}` },
    ]);
  });
  const files = names
    .filter((name) => name.endsWith('.md') && !name.startsWith('_'))
    .sort()
    .map((name) => join(folder, name));
  if (files.length > runbooksMax) {
    const message = `holds ${files.length} runbooks, at most ${runbooksMax}`;
    throw new RunbookError([{ file: folder, line: 1, message }]);
  }
  const problems: RunbookProblem[] = [];
  const runbooks = new Map<string, RunbookDocument>();
  for (const file of files) {
    try {
      const runbook = parseRunbook(file, await readBounded(file));
      runbooks.set(runbook.frontMatter.alert, runbook);
    } catch (error) {
      if (!(error instanceof RunbookError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new RunbookError(problems);
  return runbooks;
}

async function readBounded(file: string): Promise<string> {
  const refuse = (message: string) => new RunbookError([{ file, line: 1, message }]);
  try {
    const { size } = await stat(file);
    if (size > fileBytesMax) throw refuse(`is ${size} bytes, at most ${fileBytesMax}`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    if (error instanceof RunbookError) throw error;
    throw refuse(error instanceof TypeError ? 'is not UTF-8 text' : messageOf(error));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
