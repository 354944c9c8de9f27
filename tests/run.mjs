/**
 * `npm test`: build, type check, lint, format check, unused code check, then every test.
 *
 *   node tests/run.mjs          all but tests/**\/*.slow.test.ts
 *   node tests/run.mjs --slow   those too
 *
 * Each stage counts as one check. The last line is `N passed, N failed, N skipped`; the exit code is 1 when anything
 * failed. A failed stage does not stop the others; only the tests need a whole build. The checks run beside the tests,
 * with a lower priority: they take what the tests leave while they wait.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name, path) => join(root, 'node_modules', name, path);
const tsc = bin('typescript', 'bin/tsc');

const build = { name: 'build', command: ['build.mjs'] };
const checks = [
  { name: 'types of tests', command: [tsc, '-p', 'tests'] },
  { name: 'types of web', command: [tsc, '-p', 'web'], when: 'web/tsconfig.json' },
  { name: 'lint', command: [bin('oxlint', 'bin/oxlint'), '--type-aware', '--deny-warnings'] },
  {
    name: 'format',
    command: [
      bin('prettier', 'bin/prettier.cjs'),
      '--check',
      '--log-level',
      'warn',
      '--cache',
      '.',
    ],
  },
  { name: 'unused code', command: [bin('knip', 'bin/knip.js')] },
];
const BACKGROUND_PRIORITY = 10;

const options = process.argv.slice(2);
const unknownOption = options.find((option) => option !== '--slow');
if (unknownOption !== undefined) {
  console.error(`tests/run.mjs: unknown option ${unknownOption}; known: --slow`);
  process.exit(1);
}
console.log(`node ${process.version}`);
const counts = { passed: 0, failed: 0, skipped: 0 };
const failedStages = [];

const built = await stage(build);
const checking = inTurn(
  checks.filter(({ when }) => when === undefined || existsSync(join(root, when))),
);
if (built) await testStage({ slow: options.includes('--slow') });
else console.log('tests: not run, the build failed');
await checking;
if (failedStages.length > 0) console.log(`failed: ${failedStages.join(', ')}`);
process.exitCode = counts.failed > 0 ? 1 : 0;
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);

/** Runs one stage and counts it as one check; its output is shown only when it failed. */
async function stage({ name, command }, priority = 0) {
  const { code, output, seconds } = await run(command, { show: false, priority });
  if (code !== 0) process.stdout.write(output);
  report({ name, ok: code === 0, seconds });
  return code === 0;
}

async function inTurn(stages) {
  for (const each of stages) await stage(each, BACKGROUND_PRIORITY);
}

/** Counts vitest's own tests, not the stage. */
async function testStage({ slow }) {
  const folder = mkdtempSync(join(tmpdir(), 'burnbook-tests-'));
  const tallyFile = join(folder, 'tally.json');
  const { code, seconds } = await run(
    [bin('vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=./tests/tally.mjs'],
    {
      show: true,
      env: { BURNBOOK_TEST_TALLY: tallyFile, ...(slow ? { BURNBOOK_TEST_SLOW: '1' } : {}) },
    },
  );
  const tally = existsSync(tallyFile)
    ? JSON.parse(readFileSync(tallyFile, 'utf8'))
    : { passed: 0, failed: 1, skipped: [] };
  rmSync(folder, { recursive: true });
  for (const { name, reason } of tally.skipped) console.log(`SKIPPED ${name}: ${reason}`);
  counts.passed += tally.passed;
  counts.skipped += tally.skipped.length;
  // vitest can fail without a failed test, for example when it finds none.
  const failed = code !== 0 && tally.failed === 0 ? 1 : tally.failed;
  counts.failed += failed;
  if (failed > 0) failedStages.push('tests');
  console.log(`${failed === 0 ? 'ok    ' : 'FAILED'} tests ${seconds} s`);
}

function report({ name, ok, seconds }) {
  if (ok) counts.passed += 1;
  else {
    counts.failed += 1;
    failedStages.push(name);
  }
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} ${seconds} s`);
}

function run(command, { show, env = {}, priority = 0 }) {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    // Without a process id it did not start: told by its error.
    if (priority !== 0 && child.pid !== undefined) setPriority(child.pid, priority);
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      resolve({ code, output: Buffer.concat(chunks), seconds });
    });
  });
}
