import { createHash } from 'node:crypto';

/**
 * V8 takes the length of a string beyond 16,383 characters for its hash, so that a Map of many long texts of one length
 * is a list: 4,400 resources of 60 kB took 107 s.
 */
const HASHED_LENGTH_MAX = 16_383;

/** What stands for a text as the key of a Map: the text itself, or a digest of a long one (behind U+0000). */
export function mapKey(text: string): string {
  if (text.length <= HASHED_LENGTH_MAX) return text;
  return `\0${createHash('sha256').update(text).digest('base64')}`;
}
