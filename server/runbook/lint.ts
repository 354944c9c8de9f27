/** What is wrong with a folder of runbooks: each file by itself, and all of them together. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { alertNames } from '@burnbook/domain/alertNames';
import type { LintFinding } from '../contract.js';
import { linkFindings } from './lintLinks.js';
import { nameFindings } from './lintNames.js';
import { readRunbookFile } from './readRunbookFile.js';
import { lintFinding } from './rules.js';
import type { RunbookDocument } from './runbookDocument.js';
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
const DEPTH_MAX = 8;

/** @throws RunbookError where the folder cannot be read. */
export async function lintFolder(folder: string, options: LintOptions): Promise<LintResult> {
  const files = await markdownFiles(folder, 0);
  const read: LintedFile[] = [];
  for (const file of files.slice(0, FILES_MAX)) read.push(await readFor(file));
  const names = new Set(read.map(({ file }) => basename(file, '.md')));
  const findings: LintFinding[] = [];
  for (const { file, document, refused } of read) {
    const own = [...refused];
    if (document) {
      own.push(...document.findings, ...nameFindings(document, options.slos));
      own.push(...(await linkFindings(document, { file, names })));
      if (!isTemplate(file)) own.push(...stampFindings(document, options.nowMs));
    }
    findings.push(...own.toSorted((a, b) => a.line - b.line).map((each) => ({ ...each, file })));
  }
  return { files, findings: [...findings, ...setFindings(folder, read)] };
}

async function readFor(file: string): Promise<LintedFile> {
  try {
    return { file, document: await readRunbookFile(file), refused: [] };
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error;
    return { file, document: null, refused: error.problems.map((each) => lintFinding(file, each)) };
  }
}

/** Alerts with two runbooks or none. */
function setFindings(folder: string, read: readonly LintedFile[]): LintFinding[] {
  const found: LintFinding[] = [];
  const known = new Map<string, string>();
  for (const { file, document } of read) {
    const alert = document?.frontMatter.alert ?? null;
    if (alert === null || isTemplate(file)) continue;
    const first = known.get(alert);
    if (first === undefined) known.set(alert, file);
    else {
      const message = `${alert} has a runbook already: ${first}`;
      const line = document?.fieldLines.get('alert') ?? 1;
      found.push(lintFinding(file, { line, rule: 'alert-twice', message }));
    }
  }
  // A file that is refused is there all the same: what is wrong with it is told once.
  const there = new Set(read.map(({ file }) => basename(file, '.md')));
  const missing = alertNames.filter((name) => !there.has(name));
  // A few runbooks of one's own stand beside those of the product; most of them are meant to be all.
  const isWholeSet = missing.length < alertNames.length / 2;
  if (isWholeSet) {
    for (const name of missing) {
      const message = `the alert ${name} has no runbook`;
      found.push(lintFinding(folder, { line: 1, rule: 'alert-without-runbook', message }));
    }
  } else if (known.size > 0) {
    const message = `${missing.length} alerts have no runbook here, such as ${missing.slice(0, 3).join(', ')}: the product's own stand in`;
    const rule = 'alert-without-runbook';
    found.push(lintFinding(folder, { line: 1, rule, level: 'warning', message }));
  }
  return found;
}

/** A file whose name starts with `_` is to be copied, not opened by an alert. */
function isTemplate(file: string): boolean {
  return basename(file).startsWith('_');
}

/** In the order of paths; hidden folders and installed packages are left out. */
async function markdownFiles(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new RunbookError([{ file: folder, line: 1, message, rule: 'unreadable' }]);
  });
  const found: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < DEPTH_MAX)
      found.push(...(await markdownFiles(path, depth + 1)));
    else if (!entry.isDirectory() && entry.name.endsWith('.md')) found.push(path);
  }
  return found;
}
