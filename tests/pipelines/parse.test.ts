import { describe, expect, it } from 'vitest';
import { htmlToText } from '../../pipelines/batch/htmlToText.js';
import { mailDate } from '../../pipelines/batch/mailDate.js';
import { parseMail } from '../../pipelines/batch/parse.js';
import type { ParsedMail } from '../../pipelines/batch/parse.js';

const head = 'From: Ann <ann@Example.COM>\r\nDate: Thu, 22 Aug 2002 18:26:25 +0700\r\n';

function parse(raw: string | Buffer): Promise<ParsedMail> {
  const bytes = typeof raw === 'string' ? Buffer.from(raw, 'utf8') : raw;
  return parseMail({ id: 'x/1', raw: bytes.toString('base64') });
}

describe('parseMail', () => {
  it('reads headers and a plain body, and keeps only the domain of the sender', async () => {
    const mail = await parse(
      `${head}Subject: Hi\r\nMessage-ID: <1@x>\r\n\r\nGood  day,\r\n\r\n\r\nBob`,
    );
    expect(mail).toEqual({
      id: 'x/1',
      messageId: '<1@x>',
      fromDomain: 'example.com',
      subject: 'Hi',
      sentAt: '2002-08-22T11:26:25.000Z',
      text: 'Good day,\n\nBob',
      defects: [],
    });
  });

  it('decodes quoted-printable, base64 and encoded words in old charsets', async () => {
    const quoted = await parse(
      `${head}Subject: =?iso-8859-1?Q?caf=E9?=\r\nContent-Type: text/plain; charset=koi8-r\r\n` +
        'Content-Transfer-Encoding: quoted-printable\r\n\r\n=D0=D2=C9=D7=C5=D4',
    );
    expect([quoted.subject, quoted.text]).toEqual(['café', 'привет']);
    const japanese = await parse(
      `${head}Content-Type: text/plain; charset="iso-2022-jp"\r\n` +
        'Content-Transfer-Encoding: base64\r\n\r\nGyRCRnxLXBsoQg==',
    );
    expect(japanese.text).toBe('日本');
  });

  it('reads bytes without a charset that are no UTF-8 as Windows-1252', async () => {
    const mail = await parse(
      Buffer.concat([
        Buffer.from(`${head}\r\nna`),
        Buffer.from([0xef]),
        Buffer.from('ve \x93ok\x94', 'latin1'),
      ]),
    );
    expect(mail.text).toBe('naïve “ok”');
    expect(mail.defects).toEqual([]);
  });

  it('takes the text out of HTML when there is no plain part', async () => {
    const mail = await parse(
      `${head}Content-Type: text/html\r\n\r\n<style>p{}</style><p>Buy&nbsp;now</p><p>&#8364;5 &lt;ok&gt;`,
    );
    expect(mail.text).toBe('Buy now\n\n€5 <ok>');
  });

  it('reads a multipart body whose last boundary is missing', async () => {
    const mail = await parse(
      `${head}Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\nfirst part\r\n--B\r\n` +
        'Content-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\n\r\nR0lG',
    );
    expect(mail.text).toBe('first part');
  });

  it('ignores the mbox line before the headers', async () => {
    const mail = await parse(`From ann@x.org  Thu Aug 22 12:36:23 2002\n${head}\r\nhello`);
    expect([mail.fromDomain, mail.text]).toEqual(['example.com', 'hello']);
  });

  it('names what is missing or unreadable instead of throwing', async () => {
    expect((await parse('no header at all')).defects).toEqual(['no sender', 'no readable date']);
    expect((await parse('')).defects).toEqual(['no sender', 'no readable date']);
    const badDate = await parse('From: a@b.cd\r\nDate: 2002/09/14 Sat 02:29:32 CDT\r\n\r\nx');
    expect(badDate.defects).toEqual(['no readable date']);
    const noise = Buffer.concat([
      Buffer.from(`${head}Content-Type: text/plain; charset=euc-jp\r\n\r\n`),
      Buffer.alloc(200, 0xff),
    ]);
    expect((await parse(noise)).defects).toEqual(['text cannot be decoded']);
    expect((await parse(Buffer.alloc(8 * 1024 * 1024 + 1, 'x'))).defects).toEqual([
      'larger than 8388608 bytes',
    ]);
  });

  it('cuts a long body', async () => {
    expect((await parse(`${head}\r\n${'word '.repeat(20_000)}`)).text).toHaveLength(32_768);
  });
});

describe('htmlToText', () => {
  it('keeps a lone < and drops comments, scripts and what is never closed', () => {
    expect(htmlToText('1 < 2<!-- x > y --><script>if (a<b) {}</script>!')).toBe('1 < 2   !');
    expect(htmlToText('a<script>b')).toBe('a ');
    expect(htmlToText('a<b')).toBe('a');
  });

  it('gets through a megabyte of opening brackets', () => {
    for (const piece of ['<', '<a', '<!--', '<script>', '<a>']) {
      const html = piece.repeat(1_000_000 / piece.length);
      expect(htmlToText(html).length).toBeLessThanOrEqual(html.length);
      expect(htmlToText(`${html}>`).length).toBeLessThanOrEqual(html.length + 1);
    }
  });
});

describe('mailDate', () => {
  it('is the UTC day of the date, whatever its zone and comment', () => {
    expect(mailDate(Buffer.from('Date: Thu, 22 Aug 2002 23:30:00 -0400 (EDT)\n\nx'))).toBe(
      '2002-08-23',
    );
  });

  it('falls back to the newest Received line', () => {
    const raw =
      'Received: from a by b\r\n\twith SMTP id 1; Fri, 30 Aug 2002 10:00:00 +0000\r\n' +
      'Date: Fri, 30 Aug 02 21:48:08 Eastern Daylight Time\r\n\r\nbody';
    expect(mailDate(Buffer.from(raw))).toBe('2002-08-30');
  });

  it('is null without any readable date, and does not look into the body', () => {
    expect(mailDate(Buffer.from('Subject: x\n\nDate: Thu, 22 Aug 2002 23:30:00 +0000'))).toBeNull();
  });
});
