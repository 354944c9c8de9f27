/**
 * A file of lines that are on disk when `append` resolves, for what cannot wait for the database. In truth two files in
 * turns: while what stands in one is brought over to the database, the other takes what comes.
 *
 * Each line begins with its CRC-32. What stands after the first broken line was never answered: a crash cut it off.
 */
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';

interface JournalFile {
  readonly handle: FileHandle;
  /** Bytes that are on disk. */
  size: number;
}

const NAMES = ['reservations-a.journal', 'reservations-b.journal'] as const;
const CRC_DIGITS = 8;

export class HoldJournal {
  #current: JournalFile;
  #other: JournalFile;
  /** Whether a failed write may have left something after the end of the current file. */
  #isTorn = false;

  private constructor(current: JournalFile, other: JournalFile) {
    this.#current = current;
    this.#other = other;
  }

  /** @returns it with the lines that were in it, in any order; they stay until `clear`. */
  static async open(folder: string): Promise<{ journal: HoldJournal; lines: string[] }> {
    const lines: string[] = [];
    const [a, b] = await Promise.all(NAMES.map((name) => openFile(path.join(folder, name), lines)));
    await syncFolder(folder);
    if (!a || !b) throw new Error('the journal has two files');
    return { journal: new HoldJournal(a, b), lines };
  }

  /** Never call it again before its promise has settled. @throws when they are not on disk; then none of them counts. */
  async append(lines: readonly string[]): Promise<void> {
    const file = this.#current;
    const bytes = Buffer.from(lines.map(withCrc).join(''));
    if (this.#isTorn) await cutAt(file, file.size);
    this.#isTorn = true;
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await file.handle.write(bytes, at, undefined, file.size + at);
      at += bytesWritten;
    }
    await file.handle.datasync();
    file.size += bytes.length;
    this.#isTorn = false;
  }

  /** Lets the other file take what comes; where that one still holds something, nothing changes. Never during `append`. */
  turn(): void {
    if (this.#isTorn || this.#other.size > 0) return;
    [this.#current, this.#other] = [this.#other, this.#current];
  }

  /** Empties the file that takes nothing at the moment. */
  async clearOther(): Promise<void> {
    if (this.#other.size > 0) await cutAt(this.#other, 0);
  }

  /** Empties both. Never during `append`. */
  async clear(): Promise<void> {
    await cutAt(this.#current, 0);
    await cutAt(this.#other, 0);
  }
}

async function openFile(file: string, lines: string[]): Promise<JournalFile> {
  // Neither cut at its opening nor moved to its end by each write.
  const handle = await open(file, 'a').then(async (created) => {
    await created.close();
    return open(file, 'r+');
  });
  const text = await handle.readFile('utf8');
  for (const line of text.split('\n').slice(0, -1)) {
    const content = line.slice(CRC_DIGITS + 1);
    if (withCrc(content) !== `${line}\n`) break;
    lines.push(content);
  }
  return { handle, size: Buffer.byteLength(text) };
}

/** A new file is there after a power failure only if its folder is on disk too. */
async function syncFolder(folder: string): Promise<void> {
  // Not every system can open a folder; those keep its entries by themselves.
  const handle = await open(folder, 'r').catch(() => null);
  if (!handle) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}

async function cutAt(file: JournalFile, size: number): Promise<void> {
  await file.handle.truncate(size);
  await file.handle.datasync();
  file.size = size;
}

const withCrc = (line: string): string =>
  `${crc32(line).toString(16).padStart(CRC_DIGITS, '0')} ${line}\n`;
