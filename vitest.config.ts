import { defineConfig } from 'vitest/config';

/** `npm run test:slow` sets it: long runs (thousands of kills, millions of spans) stay out of `npm test`. */
const slow = process.env['BURNBOOK_TEST_SLOW'] === '1';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**', ...(slow ? [] : ['**/*.slow.test.ts'])],
    environment: 'node',
    pool: 'forks',
    // Two cores is the smallest machine that the product is measured on.
    maxWorkers: 2,
    testTimeout: slow ? 600_000 : 30_000,
    hookTimeout: 60_000,
    allowOnly: false,
  },
});
