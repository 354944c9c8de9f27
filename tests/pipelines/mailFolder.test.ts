import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateMails } from '../../pipelines/batch/gate.js';
import { mailFolder } from '../../pipelines/batch/mailFolder.js';
import { parseMail, type ParsedMail } from '../../pipelines/batch/parse.js';
import type { PartitionSource } from '../../pipelines/batch/corpus.js';

const HEAD = [
  'From: Ann <ann@example.org>',
  'Date: Tue, 03 Nov 2026 10:00:00 +0000',
  'MIME-Version: 1.0',
];
const mail = (lines: readonly string[], body: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([...HEAD, ...lines, '', ''].join('\r\n')), Buffer.from(body)]);
const plain = (words: string): Buffer =>
  mail([`Subject: ${words}`, `Message-ID: <${words.replaceAll(' ', '.')}@example.org>`], words);
const SEPARATOR = 'From ann@example.org Tue Nov  3 10:00:00 2026\n';
const mbox = (bodies: readonly string[]): string =>
  bodies.map((body) => `${SEPARATOR}${HEAD.join('\n')}\nSubject: ${body}\n\n${body}\n\n`).join('');

const FILES: Readonly<Record<string, string | Buffer>> = {
  'inbox/new/1.eml': plain('the first plain message'),
  'inbox/new/2.eml': plain('the first plain message'),
  'empty.eml': '',
  'noise.bin': Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 256)),
  'huge.eml': mail(['Subject: far too much of it'], Buffer.alloc(9 * 1024 * 1024, 'x ')),
  'latin.eml': mail(
    [
      'Subject: =?iso-8859-1?Q?gr=FC=DFe_aus_k=F6ln?=',
      'Content-Type: text/plain; charset=iso-8859-1',
    ],
    Buffer.from('schöne grüße aus Köln', 'latin1'),
  ),
  'japanese.eml': mail(
    ['Subject: konnichiwa everyone here', 'Content-Type: text/plain; charset=iso-2022-jp'],
    Buffer.from('1b2442245324733f7d1b2842', 'hex'),
  ),
  'attachment.eml': mail(
    ['Subject: with a file', 'Content-Type: multipart/mixed; boundary=b'],
    [
      '--b\r\nContent-Type: text/plain\r\n\r\nthe text of it\r\n',
      `--b\r\nContent-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n${'QUJD'.repeat(5_000)}\r\n--b--\r\n`,
    ].join(''),
  ),
  'unclosed.eml': mail(
    ['Subject: the boundary never ends', 'Content-Type: multipart/mixed; boundary=b'],
    '--b\r\nContent-Type: text/plain\r\n\r\nsome words of text',
  ),
  'archive.mbox': mbox([
    'one two three',
    'four five six\n\nFrom here on it is still the same message\n\nFrom 10 to 20 it goes on',
    'seven eight nine',
  ]),
  '.hidden/index': 'not mail',
};

let folder = '';
let source: PartitionSource;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burnbook-mail-'));
  for (const [name, content] of Object.entries(FILES)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content);
    await utimes(join(folder, name), new Date('2026-11-02'), new Date('2026-11-02'));
  }
  source = mailFolder(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const parsed = async (partition: string): Promise<ParsedMail[]> =>
  Promise.all((await source.read(partition)).map(parseMail));

describe('a folder of mail', () => {
  it('is partitioned by the day of each message, and what has none by the day of its file', async () => {
    expect(source.partitions()).toEqual(['2026-11-02', '2026-11-03']);
    expect((await source.read('2026-11-02')).map(({ id }) => id)).toEqual([
      'empty.eml',
      'noise.bin',
    ]);
  });

  it('gives every message of an mbox, and takes no paragraph for one', async () => {
    const mails = (await parsed('2026-11-03')).filter(({ id }) => id.startsWith('archive.mbox'));
    expect(mails.map(({ id }) => id)).toEqual([
      'archive.mbox#1',
      'archive.mbox#2',
      'archive.mbox#3',
    ]);
    expect(mails[1]?.text).toContain('From 10 to 20 it goes on');
    expect(mails.map(({ defects }) => defects)).toEqual([[], [], []]);
  });

  it('reads other charsets, attachments and messages cut short', async () => {
    const texts = new Map((await parsed('2026-11-03')).map(({ id, text }) => [id, text]));
    expect(texts.get('latin.eml')).toBe('schöne grüße aus Köln');
    expect(texts.get('japanese.eml')).toBe('びん雀');
    expect(texts.get('attachment.eml')).toBe('the text of it');
    expect(texts.get('unclosed.eml')).toBe('some words of text');
  });

  it('loses no row: what is bad is quarantined with the reason', async () => {
    const days = await Promise.all(source.partitions().map(parsed));
    const results = days.map(gateMails);
    const why = results.flatMap(({ quarantined }) =>
      quarantined.map(({ id, reason }) => `${id} ${reason}`),
    );
    expect(why).toEqual([
      'empty.eml malformed',
      'noise.bin malformed',
      'huge.eml malformed',
      'inbox/new/2.eml duplicate',
    ]);
    const rows = results.flatMap(({ passed, quarantined }) => [...passed, ...quarantined]);
    expect(rows).toHaveLength(days.flat().length);
  });

  it('changes a partition’s fingerprint with its content, and says when there is no mail', async () => {
    const before = source.fingerprint('2026-11-03');
    expect(mailFolder(folder).fingerprint('2026-11-03')).toBe(before);
    await writeFile(join(folder, 'latin.eml'), plain('another message altogether'));
    expect(mailFolder(folder).fingerprint('2026-11-03')).not.toBe(before);
    expect(() => mailFolder(join(folder, '.hidden', 'nothing'))).toThrow('nothing');
    await mkdir(join(folder, '.empty'));
    expect(() => mailFolder(join(folder, '.empty'))).toThrow('there is no mail in');
  });
});
