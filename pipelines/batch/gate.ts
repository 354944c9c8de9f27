import { createHash } from 'node:crypto';
import type { ParsedMail } from './parse.js';

export type RejectReason = 'malformed' | 'empty' | 'duplicate';

/** A row that goes no further, and why. It names the row but repeats none of its text. */
export interface RejectedMail {
  id: string;
  reason: RejectReason;
  detail: string;
}

export interface GateResult {
  passed: ParsedMail[];
  quarantined: RejectedMail[];
}

/** With fewer valid rows, as a share of all, something is wrong with the source. */
const validShareMin = 0.9;
/** Fewer words than this in subject and body together say nothing. */
const wordsMin = 3;

/**
 * The quality gate: every row passes or is quarantined, none is lost. Of duplicates (the same
 * message id, or the same words from the same domain, in one partition) the first passes.
 */
export function gateMails(mails: readonly ParsedMail[]): GateResult {
  const passed: ParsedMail[] = [];
  const quarantined: RejectedMail[] = [];
  const firstById = new Map<string, string>();
  const firstByContent = new Map<string, string>();
  for (const mail of mails) {
    const content = contentHash(mail);
    const twin =
      (mail.messageId === null ? undefined : firstById.get(mail.messageId)) ??
      firstByContent.get(content);
    const rejected = reject(mail, twin);
    if (rejected) {
      quarantined.push(rejected);
      continue;
    }
    if (mail.messageId !== null) firstById.set(mail.messageId, mail.id);
    firstByContent.set(content, mail.id);
    passed.push(mail);
  }
  return { passed, quarantined };
}

/** Whether enough of the rows are valid. None at all is not enough: nothing shows that the source works. */
export function hasEnoughValid({ passed, quarantined }: GateResult): boolean {
  const rows = passed.length + quarantined.length;
  return rows > 0 && passed.length >= validShareMin * rows;
}

function reject(mail: ParsedMail, twin: string | undefined): RejectedMail | null {
  const { id } = mail;
  if (mail.defects.length > 0) {
    return { id, reason: 'malformed', detail: mail.defects.join(', ') };
  }
  const words = wordsOf(mail).length;
  if (words < wordsMin) return { id, reason: 'empty', detail: `${words} words` };
  if (twin !== undefined) return { id, reason: 'duplicate', detail: `of ${twin}` };
  return null;
}

function contentHash(mail: ParsedMail): string {
  const words = wordsOf(mail).join(' ').toLowerCase();
  return createHash('sha256').update(`${mail.fromDomain}\n${words}`).digest('base64');
}

function wordsOf(mail: ParsedMail): string[] {
  return `${mail.subject} ${mail.text}`.match(/[\p{L}\p{N}]+/gu) ?? [];
}
