/** What is wrong with runbooks: each file by itself, and all of them together. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { alertNames } from '@burnbook/domain/alertNames';
import type { LintFinding } from '../contract.js';
import { claimedNames } from './claimedNames.js';
import { linkFindings } from './lintLinks.js';
import { nameFindings } from './lintNames.js';
import { readRunbookFile } from './readRunbookFile.js';
import { lintFinding } from './rules.js';
import type { RunbookDocument } from './runbookDocument.js';
import { isTemplate, runbookFiles } from './runbookFiles.js';
import { RunbookError } from './runbookProblem.js';
import { stampFindings } from './stamps.js';

export interface LintOptions {
  /** Milliseconds since 1970, UTC: what stamps are old by. */
  nowMs: number;
  /** Names of the SLOs that are defined; null: not known, so that nothing is said of them. */
  slos: ReadonlySet<string> | null;
}

export interface LintResult {
  /** Paths of the files that were read. */
  files: string[];
  /** By file, then by line. */
  findings: LintFinding[];
}

interface LintedFile {
  file: string;
  /** Null: it is refused, and `refused` says why. */
  document: RunbookDocument | null;
  refused: LintFinding[];
}

const FILES_MAX = 2_000;

/** Each path is a folder, with the folders in it, or a file. One that is not there is a finding. */
export async function lintPaths(
  paths: readonly string[],
  options: LintOptions,
): Promise<LintResult> {
  const files: string[] = [];
  const folders: string[] = [];
  const findings: LintFinding[] = [];
  for (const path of paths) {
    const { found, isFolder, fault } = await filesAt(path);
    if (isFolder) folders.push(path);
    files.push(...found.filter((file) => !files.includes(file)));
    if (fault !== null) findings.push(fault);
  }
  if (files.length > FILES_MAX) {
    const message = `there are ${files.length} files: only the first ${FILES_MAX} are read`;
    const more = files[FILES_MAX] ?? '';
    findings.push({
      ...lintFinding(more, { line: 1, rule: 'unreadable', message }),
      help: 'Name fewer folders at once.',
    });
    files.length = FILES_MAX;
  }
  const read: LintedFile[] = [];
  for (const file of files) read.push(await readFor(file));
  const names = await namesAround(files);
  for (const { file, document, refused } of read) {
    const own = [...refused];
    if (document) {
      own.push(...document.findings, ...nameFindings(document, options.slos));
      own.push(...(await linkFindings(document, { file, names })));
      if (!isTemplate(file)) own.push(...stampFindings(document, options.nowMs));
    }
    findings.push(...own.toSorted((a, b) => a.line - b.line).map((each) => ({ ...each, file })));
  }
  const loaded = read.flatMap(({ file, document }) =>
    document === null || isTemplate(file) ? [] : [{ file, runbook: document }],
  );
  const { refused: twice, hidden } = claimedNames(loaded);
  const claims = [...twice, ...[...hidden.values()].flat()];
  findings.push(...claims.map((each) => lintFinding(each.file, each)));
  // Several folders are one set.
  const [folder] = folders;
  if (folder !== undefined) findings.push(...missing(folder, read));
  return { files, findings };
}

/** Names of the runbooks and of those in the same folders: what links may lead to. */
async function namesAround(files: readonly string[]): Promise<Set<string>> {
  const names = new Set(files.map((file) => basename(file, '.md')));
  for (const folder of new Set(files.map((file) => dirname(file)))) {
    const beside = await readdir(folder).catch(() => []);
    for (const name of beside) if (name.endsWith('.md')) names.add(basename(name, '.md'));
  }
  return names;
}

async function filesAt(
  path: string,
): Promise<{ found: string[]; isFolder: boolean; fault: LintFinding | null }> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    return { found: isFolder ? await runbookFiles(path) : [path], isFolder, fault: null };
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    const fault = lintFinding(path, { line: 1, rule: 'unreadable', message });
    return {
      found: [],
      isFolder: false,
      fault: { ...fault, help: 'Name a folder of runbooks, or a file.' },
    };
  }
}

async function readFor(file: string): Promise<LintedFile> {
  try {
    return { file, document: await readRunbookFile(file), refused: [] };
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error;
    return { file, document: null, refused: error.problems.map((each) => lintFinding(file, each)) };
  }
}

/** Alerts of which a whole folder has no runbook. */
function missing(folder: string, read: readonly LintedFile[]): LintFinding[] {
  // A file that is refused is there all the same: what is wrong with it is told once.
  const there = new Set(read.map(({ file }) => basename(file, '.md')));
  const lacking = alertNames.filter((name) => !there.has(name));
  const rule = 'alert-without-runbook';
  // A few runbooks of one's own stand beside those of the product; most of them are meant to be all.
  if (lacking.length < alertNames.length / 2) {
    return lacking.map((name) =>
      lintFinding(folder, { line: 1, rule, message: `the alert ${name} has no runbook` }),
    );
  }
  const hasOurs = read.some(
    ({ file, document }) =>
      !isTemplate(file) && document !== null && document.frontMatter.alert !== null,
  );
  if (!hasOurs) return [];
  const some = lacking.slice(0, 3).join(', ');
  const message = `${lacking.length} alerts have no runbook here, such as ${some}: the product's own stand in`;
  return [lintFinding(folder, { line: 1, rule, level: 'warning', message })];
}
