import type { ParsedMail } from './parse.js';

export type PiiKind = 'email' | 'url_query' | 'ip' | 'iban' | 'card' | 'ssn' | 'phone';

export interface MaskedText {
  text: string;
  /** How many of each kind were replaced. */
  masked: Partial<Record<PiiKind, number>>;
}

export interface MaskedMail {
  id: string;
  fromDomain: string | null;
  sentAt: string | null;
  subject: string;
  text: string;
  /** Replacements in subject and text. */
  masked: Partial<Record<PiiKind, number>>;
}

/** Only masked text leaves this machine: every model call comes after this step. */
export function maskMail(mail: ParsedMail): MaskedMail {
  const subject = maskText(mail.subject);
  const body = maskText(mail.text);
  const masked = { ...subject.masked };
  for (const kind of kindsOf(body.masked)) {
    masked[kind] = (masked[kind] ?? 0) + (body.masked[kind] ?? 0);
  }
  const { id, fromDomain, sentAt } = mail;
  return { id, fromDomain, sentAt, subject: subject.text, text: body.text, masked };
}

/**
 * Replaces addresses, numbers and secrets in links by their kind, as `[email]`. It finds what has a
 * shape; names of people have none and stay.
 */
export function maskText(text: string): MaskedText {
  const masked: MaskedText['masked'] = {};
  let rest = text;
  for (const { kind, pattern, accept } of rules) {
    rest = rest.replace(pattern, (match: string) => {
      if (accept && !accept(match)) return match;
      masked[kind] = (masked[kind] ?? 0) + 1;
      return `[${kind}]`;
    });
  }
  return { text: rest, masked };
}

interface Rule {
  kind: PiiKind;
  /** Global, every quantifier bounded: a hostile mail costs linear time. */
  pattern: RegExp;
  /** A second look at what the pattern matched. */
  accept?: (match: string) => boolean;
}

/** In this order: a link's query may hold an address, a card number looks like a phone number. */
const rules: Rule[] = [
  {
    kind: 'email',
    pattern: /(?<![\w.+-])[\w.+-]{1,64}(?:@|%40)(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b/gi,
  },
  { kind: 'url_query', pattern: /(?<=\bhttps?:\/\/[^\s?#"<>]{1,512})[?#][^\s"<>]{1,2048}/gi },
  {
    kind: 'ip',
    pattern: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)/g,
    accept: (match) => match.split('.').every((part) => Number(part) <= 255),
  },
  {
    kind: 'iban',
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
    accept: isIban,
  },
  { kind: 'card', pattern: /(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])/g, accept: passesLuhn },
  { kind: 'ssn', pattern: /(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])/g },
  {
    kind: 'phone',
    pattern:
      /(?<![\w.$-])\+\d{9,15}\b|(?<![\w.$-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?|\d{1,4}[ .-])\d{2,4}(?:[ .-]\d{2,5}){1,4}(?![\w-])/g,
    accept: isPhone,
  },
];

/** Luhn's check digit, ISO/IEC 7812. */
function passesLuhn(match: string): boolean {
  const digits = [...match.replace(/\D/g, '')].reverse().map(Number);
  const sum = digits.reduce((total, digit, place) => {
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** The remainder by 97 is 1, ISO 13616. */
function isIban(match: string): boolean {
  const compact = match.replaceAll(' ', '');
  const digits = [...compact.slice(4), ...compact.slice(0, 4)]
    .map((character) => parseInt(character, 36).toString())
    .join('');
  return BigInt(digits) % 97n === 1n;
}

/** 9 to 15 digits (E.164 allows 15); a date or a time has fewer. */
function isPhone(match: string): boolean {
  const digits = match.replace(/\D/g, '').length;
  return digits >= 9 && digits <= 15 && !/\d{4}[.-]\d{2}[.-]\d{2}/.test(match);
}

function kindsOf(masked: MaskedText['masked']): PiiKind[] {
  return Object.keys(masked) as PiiKind[];
}
