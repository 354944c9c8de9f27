import { isWithinTokenLimit, countTokens as countPlain } from 'gpt-tokenizer/encoding/cl100k_base';
import type { MaskedMail } from './mask.js';

export interface Chunk {
  mailId: string;
  /** From 0 within the mail. */
  index: number;
  text: string;
  /** In the embedding model's own vocabulary, cl100k_base. */
  tokens: number;
}

export interface ChunkOptions {
  /** At least 4, the most that one character can take. */
  tokensMax?: number;
  /** What is beyond is left out: a mailing-list digest would cost as much as fifty mails. */
  chunksMax?: number;
}

/**
 * Cuts a mail into chunks of whole paragraphs where they fit, else of whole sentences, else of
 * words. The subject leads the first chunk.
 */
export function chunkMail(
  mail: MaskedMail,
  { tokensMax = 128, chunksMax = 4 }: ChunkOptions = {},
): Chunk[] {
  if (!(tokensMax >= 4)) throw new RangeError(`tokensMax must be at least 4, got ${tokensMax}`);
  const texts: string[] = [];
  let open = '';
  for (const unit of unitsWithin(breakLongRuns(textOf(mail)), tokensMax)) {
    if (fits(open + unit, tokensMax)) {
      open += unit;
      continue;
    }
    texts.push(open);
    open = unit;
    if (texts.length >= chunksMax) break;
  }
  if (texts.length < chunksMax) texts.push(open);
  return texts
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text, index) => ({ mailId: mail.id, index, text, tokens: countTokens(text) }));
}

/** Tokens of a text in cl100k_base; words such as `<|endoftext|>` in a mail are plain text. */
export function countTokens(text: string): number {
  return countPlain(text, plainText);
}

const plainText = { disallowedSpecial: new Set<string>() };

/** Each unit keeps the blanks behind it, so that units join to the text they came from. */
const cuts = [/(?<=\n\n)/, /(?<=[.!?]\s|\n)/, /(?<=\s)/];

/** The largest units (paragraphs, sentences, words, parts of a long word) that fit, in order. */
function* unitsWithin(text: string, tokensMax: number, level = 0): Generator<string> {
  if (fits(text, tokensMax)) {
    yield text;
    return;
  }
  const cut = cuts[level];
  // A character takes 4 tokens at most, one for each byte.
  const parts = cut ? text.split(cut) : slices(text, Math.floor(tokensMax / 4));
  for (const part of parts) yield* unitsWithin(part, tokensMax, level + 1);
}

function fits(text: string, tokensMax: number): boolean {
  return isWithinTokenLimit(text.trim(), tokensMax, plainText) !== false;
}

/** Of `length` whole characters each. */
function slices(text: string, length: number): string[] {
  const characters = [...text];
  return Array.from({ length: Math.ceil(characters.length / length) }, (_, index) =>
    characters.slice(index * length, (index + 1) * length).join(''),
  );
}

/** It bounds the tokenizer, which takes 0.9 s for one word of 32,768 characters. */
function breakLongRuns(text: string): string {
  return text.replace(/\S{256}(?=\S)/gu, '$& ');
}

function textOf(mail: MaskedMail): string {
  return `${mail.subject}\n\n${mail.text}`.trim();
}
