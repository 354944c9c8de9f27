import { test } from 'vitest';
import { staysText } from './support/hostileText.js';

test('hostile pieces put together in any way stay text, for long', async () => {
  await staysText({ numRuns: 3_000 });
});
