import { defineConfig } from 'vitest/config';

/** `npm run test:slow` sets it: long runs (thousands of kills, millions of spans) stay out of `npm test`. */
const slow = process.env['BURNBOOK_TEST_SLOW'] === '1';

/**
 * Tests that need a process of their own: they set globals, listen to what the whole process says, or are about processes
 * and browsers. Everything else shares one, where each file of its own would load the server anew.
 */
const APART = [
  'tests/tidy.test.ts',
  'tests/{chaos,e2e}/**/*.test.ts',
  'tests/collectors/{pack,process,retryLimits}.test.ts',
  'tests/pipelines/{demo,resume}.test.ts',
  'tests/server/emittersAiSdk.test.ts',
];

const excluded = ['**/node_modules/**', '**/dist/**', ...(slow ? [] : ['**/*.slow.test.ts'])];

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    environment: 'node',
    pool: 'forks',
    // Two cores is the smallest machine that the product is measured on.
    maxWorkers: 2,
    testTimeout: slow ? 600_000 : 30_000,
    hookTimeout: 60_000,
    // What is awaited comes soon on an idle machine and late on a busy one; vitest's own limit is a second.
    expect: { poll: { timeout: 15_000 } },
    allowOnly: false,
    projects: [
      // They run in the order of their names: the longest files, which are apart, begin.
      { extends: true, test: { name: 'apart', include: APART, exclude: excluded } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: [...excluded, ...APART],
          isolate: false,
        },
      },
    ],
  },
});
