import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FactSet } from '@burnbook/domain/factSet';
import { ACCEPTED_KEYS, PROMOTED_CODES, PROMOTED_KEYS, type Fact } from '@burnbook/domain/semconv';

const facts = Object.keys(ACCEPTED_KEYS) as Fact[];

describe('a fact set', () => {
  test('keeps the value of the key that ranks first, in whatever order keys come', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...facts).chain((fact) =>
          fc.record({
            fact: fc.constant(fact),
            keys: fc.shuffledSubarray([...ACCEPTED_KEYS[fact]] as string[], { minLength: 1 }),
          }),
        ),
        ({ fact, keys }) => {
          const set = new FactSet();
          for (const key of keys) {
            for (const code of PROMOTED_CODES.get(key) ?? []) set.add(code, `of ${key}`);
          }
          const first = (ACCEPTED_KEYS[fact] as readonly string[]).find((key) =>
            keys.includes(key),
          );
          expect(set.text(fact)).toBe(`of ${first}`);
        },
      ),
    );
  });

  test('forgets everything when it is cleared', () => {
    const set = new FactSet();
    for (const [code] of PROMOTED_KEYS.entries()) set.add(code, 'x');
    expect(set.size).toBe(facts.length);
    set.clear();
    expect(set.size).toBe(0);
    expect(facts.filter((fact) => set.has(fact))).toEqual([]);
  });

  test.each([
    ['', null, null],
    ['12', 12, 12],
    [12, 12, 12],
    ['1.5', 1.5, null],
    [-1, -1, null],
    ['twelve', null, null],
    [Number.NaN, null, null],
    [Number.POSITIVE_INFINITY, null, null],
    [2 ** 53, 2 ** 53, null],
    [10 ** 12, 10 ** 12, 10 ** 12],
    [10 ** 12 + 1, 10 ** 12 + 1, null],
  ])('reads %j as the number %s and the count %s', (value, number, count) => {
    const set = new FactSet();
    for (const code of PROMOTED_CODES.get('pipeline.rows.in') ?? []) set.add(code, value);
    expect(set.number('rowsIn')).toBe(number);
    expect(set.count('rowsIn')).toBe(count);
  });

  test('tells which key won, and its value as it came', () => {
    const set = new FactSet();
    expect([set.key('inputTokens'), set.value('inputTokens')]).toEqual([null, null]);
    for (const code of PROMOTED_CODES.get('llm.usage.prompt_tokens') ?? []) set.add(code, 'many');
    expect([set.key('inputTokens'), set.value('inputTokens')]).toEqual([
      'llm.usage.prompt_tokens',
      'many',
    ]);
  });

  test('lets a requested model serve both as the model and as the requested one', () => {
    const set = new FactSet();
    const add = (key: string, value: string) => {
      for (const code of PROMOTED_CODES.get(key) ?? []) set.add(code, value);
    };
    add('gen_ai.request.model', 'gpt-4o-mini');
    expect(set.text('model')).toBe('gpt-4o-mini');
    add('gen_ai.response.model', 'gpt-4o-mini-2024-07-18');
    expect(set.text('model')).toBe('gpt-4o-mini-2024-07-18');
    expect(set.text('requestModel')).toBe('gpt-4o-mini');
  });
});
