import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { PartitionSource, RawMail } from './corpus.js';
import { mailDate } from './mailDate.js';

export interface MailFolderOptions {
  /** Rows of a partition beyond this are left out, the last by id. */
  rowsMax?: number;
}

/**
 * Mail of one's own: every file below a folder, each one message (`.eml`, a Maildir), or many (an mbox). By the UTC day
 * of the message's own date, else of the file's last change: a message without a date is a bad row, and bad rows are
 * counted, not lost.
 *
 * @throws Error naming the folder when it cannot be read, and when it holds no message.
 */
export function mailFolder(
  folder: string,
  { rowsMax = 1000 }: MailFolderOptions = {},
): PartitionSource {
  if (!Number.isInteger(rowsMax) || rowsMax < 1) {
    throw new RangeError(`rowsMax must be a positive integer, got ${rowsMax}`);
  }
  const byDay = indexByDay(folder);
  if (byDay.size === 0) throw new Error(`there is no mail in ${folder}`);
  const messagesOf = (partition: string): Message[] =>
    (byDay.get(partition) ?? []).slice(0, rowsMax);
  return {
    partitions: () => [...byDay.keys()].sort(),
    fingerprint: (partition) =>
      messagesOf(partition)
        .map(({ id, fingerprint }) => `${id} ${fingerprint}`)
        .join('\n'),
    read: async (partition) => {
      const mails: RawMail[] = [];
      for (const message of messagesOf(partition)) mails.push(await read(message));
      return mails;
    },
  };
}

interface Message {
  /** The file's path in the folder, and in an mbox `#` with the message's number from 1. */
  id: string;
  file: string;
  /** Bytes of the file, half-open. */
  start: number;
  end: number;
  fingerprint: string;
}

/** The parser refuses what is longer than 8 MiB, and says so: no more than that is ever read of a message. */
const messageBytesMax = 8 * 1024 * 1024 + 1024;
const headBytesMax = 64 * 1024;
const chunkBytes = 1024 * 1024;

function indexByDay(folder: string): Map<string, Message[]> {
  const byDay = new Map<string, Message[]>();
  for (const file of filesOf(folder)) {
    const handle = openSync(file, 'r');
    try {
      const { size, mtimeMs } = fstatSync(handle);
      const bounds = messageBounds(handle, size);
      bounds.forEach(([start, end], index) => {
        const head = bytesOf(handle, start, Math.min(end, start + headBytesMax));
        const day = mailDate(head) ?? new Date(mtimeMs).toISOString().slice(0, 10);
        const name = relative(folder, file).split(sep).join('/');
        const message = {
          id: bounds.length === 1 ? name : `${name}#${index + 1}`,
          file,
          start,
          end,
          fingerprint: `${end - start} ${createHash('md5').update(head).digest('hex')}`,
        };
        const sameDay = byDay.get(day);
        if (sameDay) sameDay.push(message);
        else byDay.set(day, [message]);
      });
    } finally {
      closeSync(handle);
    }
  }
  return byDay;
}

/** In order, without what is hidden: indexes and locks of mail programs. Links are not followed. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.name.startsWith('.')) return [];
      if (entry.isDirectory()) return filesOf(path);
      return entry.isFile() ? [path] : [];
    });
}

/** One message, or those of an mbox: each begins with a line `From …` at the beginning of the file or after an empty line. */
function messageBounds(handle: number, size: number): [start: number, end: number][] {
  if (!startsAsMbox(handle)) return [[0, size]];
  const starts: number[] = [];
  let before = '\n\n';
  for (let at = 0; at < size; at += chunkBytes) {
    const text = before + bytesOf(handle, at, Math.min(size, at + chunkBytes)).toString('latin1');
    const first = at - before.length;
    // A line is known for a separator by its time: mail may say "From" at the beginning of a paragraph.
    for (const match of text.matchAll(
      /(?<=\n\r?\n)From [^\r\n]{0,200}\d\d:\d\d[^\r\n]{0,60}\r?\n/g,
    )) {
      const start = Math.max(0, first + match.index);
      if (start > (starts.at(-1) ?? -1)) starts.push(start);
    }
    before = text.slice(-overlap);
  }
  if (starts[0] !== 0) starts.unshift(0);
  return starts.map((start, index) => [start, starts[index + 1] ?? size]);
}

/** Longer than the longest separator with the empty line before it. */
const overlap = 512;

const startsAsMbox = (handle: number): boolean =>
  bytesOf(handle, 0, 5).toString('latin1') === 'From ';

function bytesOf(handle: number, start: number, end: number): Buffer {
  const bytes = Buffer.alloc(end - start);
  return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, start));
}

async function read({ id, file, start, end }: Message): Promise<RawMail> {
  const handle = await open(file);
  try {
    const bytes = Buffer.alloc(Math.min(end - start, messageBytesMax));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return { id, raw: bytes.subarray(0, bytesRead).toString('base64') };
  } finally {
    await handle.close();
  }
}
