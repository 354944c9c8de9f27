import { test } from 'vitest';

/** For a test of the slow run that shares its file, and the server in it, with others: null where it is not to be there. */
export const slowTest = process.env['BURNBOOK_TEST_SLOW'] === '1' ? test : null;
