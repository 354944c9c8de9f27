import PostalMime from 'postal-mime';
import type { Email } from 'postal-mime';
import type { RawMail } from './corpus.js';
import { htmlToText } from './htmlToText.js';
import { parseMailTime } from './mailDate.js';

export interface ParsedMail {
  id: string;
  messageId: string | null;
  /** Domain of the sender, lower case. The address itself goes no further than this step. */
  fromDomain: string | null;
  subject: string;
  /** RFC 3339, UTC. */
  sentAt: string | null;
  /** Body as plain text, white space folded, at most `textCharsMax`. */
  text: string;
  /** Why the message is not as it should be, in the order found; empty: it is well-formed. */
  defects: string[];
}

/** Longer bodies are cut: it bounds every later step. The corpus's longest text has 180,000. */
const textCharsMax = 32_768;
/** Attachments count, so this is far above `textCharsMax`. */
const rawBytesMax = 8 * 1024 * 1024;
/** Above this share of undecodable characters a body is noise. */
const undecodableShareMax = 0.05;

/** Raw message to text. Never throws: what is wrong with the message becomes a defect. */
export async function parseMail({ id, raw }: RawMail): Promise<ParsedMail> {
  const bytes = withoutMboxLine(Buffer.from(raw, 'base64'));
  if (bytes.length > rawBytesMax) return unreadable(id, `larger than ${rawBytesMax} bytes`);
  try {
    return toParsedMail(id, await decode(bytes));
  } catch (error) {
    return unreadable(id, error instanceof Error ? error.message : String(error));
  }
}

function toParsedMail(id: string, email: Email): ParsedMail {
  const body = email.text?.trim() ? email.text : htmlToText(email.html ?? '');
  const text = fold(body).slice(0, textCharsMax);
  const sentMs = parseMailTime(email.headers.find(({ key }) => key === 'date')?.value ?? '');
  const defects: string[] = [];
  if (!email.from?.address) defects.push('no sender');
  if (Number.isNaN(sentMs)) defects.push('no readable date');
  const undecodable = text.split('\uFFFD').length - 1;
  if (undecodable > text.length * undecodableShareMax) defects.push('text cannot be decoded');
  return {
    id,
    messageId: email.messageId ?? null,
    fromDomain: email.from?.address?.split('@')[1]?.toLowerCase() ?? null,
    subject: fold(email.subject ?? ''),
    sentAt: Number.isNaN(sentMs) ? null : new Date(sentMs).toISOString(),
    text,
    defects,
  };
}

/**
 * Bytes that are no UTF-8, in a message that names no other charset, are Windows-1252 nearly
 * always: 98 of the corpus's messages.
 */
async function decode(bytes: Buffer): Promise<Email> {
  const email = await PostalMime.parse(bytes);
  const isBroken = `${email.subject}${email.text}${email.html}`.includes('\uFFFD');
  if (!isBroken || namesCharset.test(bytes.toString('latin1'))) return email;
  return PostalMime.parse(Buffer.from(bytes.toString('latin1'), 'utf8'));
}

const namesCharset = /charset\s*=\s*["']?(?!utf-?8|us-ascii)[a-z]/i;

/** The `From sender date` line with which an mbox starts is no header. */
function withoutMboxLine(bytes: Buffer): Buffer {
  if (bytes.subarray(0, 5).toString('latin1') !== 'From ') return bytes;
  return bytes.subarray(bytes.indexOf(0x0a) + 1);
}

function unreadable(id: string, defect: string): ParsedMail {
  return {
    id,
    messageId: null,
    fromDomain: null,
    subject: '',
    sentAt: null,
    text: '',
    defects: [defect],
  };
}

/** One space for a run of blanks, at most one empty line, no control characters. */
function fold(text: string): string {
  return (
    text
      .replace(/\r\n?/g, '\n')
      .replace(/[\u0080-\u009F]/g, (control) => windows1252[control.charCodeAt(0) - 0x80] ?? '')
      // oxlint-disable-next-line no-control-regex -- they are what is removed
      .replace(/[\u0000-\u0008\u000B-\u001F\u007F]/g, '')
      .replace(/[\t \u00A0]+/g, ' ')
      .replace(/ ?\n ?/g, '\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  );
}

/**
 * What Windows-1252 has where Latin-1 has control characters. Mail that claims Latin-1 means these,
 * and Node's own decoder for Windows-1252 leaves them out up to version 22.
 */
const windows1252 = [...'€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ'];
