import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkMail, countTokens } from '../../pipelines/batch/chunk.js';
import type { MaskedMail } from '../../pipelines/batch/mask.js';

function mail(text: string, subject = 'Subject'): MaskedMail {
  return { id: 'a', fromDomain: null, sentAt: null, subject, text, masked: {} };
}

describe('chunkMail', () => {
  it('makes one chunk of a short mail, subject first', () => {
    expect(chunkMail(mail('Hello there.'))).toEqual([
      {
        mailId: 'a',
        index: 0,
        text: 'Subject\n\nHello there.',
        tokens: countTokens('Subject\n\nHello there.'),
      },
    ]);
  });

  it('cuts at paragraphs, then at sentences', () => {
    const paragraphs = 'One two three four.\n\nFive six seven eight. Nine ten eleven twelve.';
    expect(chunkMail(mail(paragraphs), { tokensMax: 8 }).map(({ text }) => text)).toEqual([
      'Subject\n\nOne two three four.',
      'Five six seven eight.',
      'Nine ten eleven twelve.',
    ]);
  });

  it('leaves out what is beyond the last chunk', () => {
    expect(chunkMail(mail('word '.repeat(5000)), { tokensMax: 50, chunksMax: 3 })).toHaveLength(3);
  });

  it('takes special tokens for plain text', () => {
    expect(chunkMail(mail('<|endoftext|>'))[0]?.text).toContain('<|endoftext|>');
  });

  it('never makes a chunk that is empty or too long, and loses no word', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'grapheme' }),
            fc.constantFrom('\n\n', '. ', 'word ', '😀'.repeat(40)),
          ),
        ),
        (parts) => {
          const text = parts.join('');
          const chunks = chunkMail(mail(text), { tokensMax: 16, chunksMax: 1000 });
          for (const chunk of chunks) {
            expect(chunk.tokens).toBeLessThanOrEqual(16);
            expect(chunk.tokens).toBeGreaterThan(0);
          }
          expect(
            chunks
              .map((chunk) => chunk.text)
              .join('')
              .replace(/\s/gu, ''),
          ).toBe(`Subject${text}`.replace(/\s/gu, ''));
        },
      ),
    );
  });

  it('refuses a limit that one character may exceed', () => {
    expect(() => chunkMail(mail('x'), { tokensMax: 3 })).toThrow(
      'tokensMax must be at least 4, got 3',
    );
  });
});
