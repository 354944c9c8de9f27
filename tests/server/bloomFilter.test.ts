import { hash64 } from '@burnbook/domain/hash64';
import { expect, test } from 'vitest';
import { BloomFilter } from '../../server/store/attribution/bloomFilter.js';

test('a filter of known keys knows all of them, and takes hardly any other for known', () => {
  const filter = new BloomFilter(1_024);
  const known = Array.from({ length: 60_000 }, (_, at) => hash64(`known ${at}`));
  for (const key of known) filter.add(key);
  expect(known.filter((key) => !filter.mayHave(key))).toEqual([]);
  const others = Array.from({ length: 60_000 }, (_, at) => hash64(`other ${at}`));
  // Six layers of at most 6 in a million each: two of these are to be expected. With 16 bits a key there were 800.
  expect(others.filter((key) => filter.mayHave(key)).length).toBeLessThan(12);
});
