import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalTags, inheritTags, tagsOf, TAGS_MAX } from '@burnbook/domain/tags';

const pair = fc.tuple(fc.string({ unit: 'grapheme' }), fc.string());

describe('tags', () => {
  test('are the same text in whatever order they come', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(pair, { selector: ([name]) => name, maxLength: 12 }),
        fc.nat(),
        (all, turn) => {
          const turned = [
            ...all.slice(turn % (all.length || 1)),
            ...all.slice(0, turn % (all.length || 1)),
          ];
          expect(canonicalTags(turned)).toBe(canonicalTags(all));
          expect(Object.fromEntries(tagsOf(canonicalTags(all)))).toEqual(
            Object.fromEntries(
              all.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]),
            ),
          );
        },
      ),
    );
  });

  test('of a span win over those of its parent, name by name', () => {
    const parent = canonicalTags([
      ['customer', 'a'],
      ['release', '1'],
    ]);
    const own = canonicalTags([['customer', 'b']]);
    expect(inheritTags(own, parent)).toBe('{"customer":"b","release":"1"}');
    expect([inheritTags(null, parent), inheritTags(own, null), inheritTags(null, null)]).toEqual([
      parent,
      own,
      null,
    ]);
  });

  test('are bounded in number and length, and never half a character', () => {
    const many = Array.from(
      { length: 40 },
      (_, index) => [`n${String(index).padStart(2, '0')}`, '😀'.repeat(200)] as const,
    );
    const kept = tagsOf(canonicalTags(many));
    expect(kept.map(([name]) => name)).toEqual(many.slice(0, TAGS_MAX).map(([name]) => name));
    expect(kept.every(([, value]) => value.length <= 256 && value.isWellFormed())).toBe(true);
  });
});
