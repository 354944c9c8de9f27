import { readFile, stat } from 'node:fs/promises';
import { parseRunbook } from './parseRunbook.js';
import { lintFinding } from './rules.js';
import type { RunbookDocument } from './runbookDocument.js';
import { RunbookError } from './runbookProblem.js';

/** Text that a person reads under pressure is far shorter; a bigger file is a mistake. */
const fileBytesMax = 256 * 1024;

/** @throws RunbookError with every fault of the file. */
export async function readRunbookFile(file: string): Promise<RunbookDocument> {
  const { text, isUtf8 } = decode(await readBounded(file));
  const document = parseRunbook(file, text);
  if (isUtf8) return document;
  if (document.kind !== 'document') throw unreadable(file, 'is not UTF-8 text');
  const message = 'is not UTF-8 text: what cannot be read is shown as �';
  const finding = lintFinding(`${document.name}.md`, {
    line: 1,
    rule: 'unreadable',
    level: 'warning',
    message,
  });
  return { ...document, findings: [finding, ...document.findings] };
}

async function readBounded(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > fileBytesMax) throw unreadable(file, `is ${size} bytes, at most ${fileBytesMax}`);
    return await readFile(file);
  } catch (error) {
    if (error instanceof RunbookError) throw error;
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  }
}

function decode(bytes: Buffer): { text: string; isUtf8: boolean } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isUtf8: true };
  } catch {
    return { text: new TextDecoder('utf-8').decode(bytes), isUtf8: false };
  }
}

function unreadable(file: string, message: string): RunbookError {
  return new RunbookError([{ file, line: 1, message, rule: 'unreadable' }]);
}
