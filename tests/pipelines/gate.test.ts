import { describe, expect, it } from 'vitest';
import { gateMails, hasEnoughValid } from '../../pipelines/batch/gate.js';
import type { ParsedMail } from '../../pipelines/batch/parse.js';

function mail(id: string, changes: Partial<ParsedMail> = {}): ParsedMail {
  return {
    id,
    messageId: `<${id}>`,
    fromDomain: 'x.org',
    subject: `Subject ${id}`,
    sentAt: '2002-08-22T00:00:00.000Z',
    text: `some words for ${id}`,
    defects: [],
    ...changes,
  };
}

describe('gateMails', () => {
  it('passes or quarantines every row, and says why', () => {
    const { passed, quarantined } = gateMails([
      mail('a'),
      mail('b', { defects: ['no sender', 'no readable date'] }),
      mail('c', { subject: '', text: '-- \n!!! ok' }),
      mail('d', { messageId: '<a>' }),
      mail('e'),
    ]);
    expect(passed.map(({ id }) => id)).toEqual(['a', 'e']);
    expect(quarantined).toEqual([
      { id: 'b', reason: 'malformed', detail: 'no sender, no readable date' },
      { id: 'c', reason: 'empty', detail: '1 words' },
      { id: 'd', reason: 'duplicate', detail: 'of a' },
    ]);
  });

  it('sees through case, blanks and punctuation when it looks for duplicates', () => {
    const { quarantined } = gateMails([
      mail('a', { messageId: null, subject: 'Great offer', text: 'Buy it now!' }),
      mail('b', { messageId: null, subject: 'GREAT offer', text: 'Buy\n it, now' }),
      mail('c', {
        messageId: null,
        subject: 'Great offer',
        text: 'Buy it now!',
        fromDomain: 'y.org',
      }),
    ]);
    expect(quarantined.map(({ id, detail }) => [id, detail])).toEqual([['b', 'of a']]);
  });

  it('does not take the place of a good row with a quarantined one', () => {
    const { passed } = gateMails([
      mail('a', { defects: ['no sender'] }),
      mail('b', { messageId: '<a>' }),
    ]);
    expect(passed.map(({ id }) => id)).toEqual(['b']);
  });

  it('counts words of any script', () => {
    expect(gateMails([mail('a', { subject: 'привет', text: '日本 中文' })]).passed).toHaveLength(1);
  });
});

describe('hasEnoughValid', () => {
  const gated = (valid: number, malformed: number) =>
    gateMails([
      ...Array.from({ length: valid }, (_, index) => mail(`good ${index}`)),
      ...Array.from({ length: malformed }, (_, index) => mail(`bad ${index}`, { defects: ['x'] })),
    ]);

  it.each([
    [9, 1, true],
    [44, 6, false],
    [1, 0, true],
    [0, 0, false],
  ])('of %i valid rows and %i others says %s', (valid, malformed, expected) => {
    expect(hasEnoughValid(gated(valid, malformed))).toBe(expected);
  });
});
