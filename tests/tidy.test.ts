import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { alertNames } from '@burnbook/domain/alertNames';
import {
  ambientReads,
  forbiddenConstructs,
  longFiles,
  runbookMismatches,
} from './tidy/houseRules.js';
import { importCycles, importViolations } from './tidy/importTable.js';
import { importsOf, readSourceFiles, type SourceFile } from './tidy/sourceFile.js';

const files = readSourceFiles(fileURLToPath(new URL('..', import.meta.url)));

describe('the repository', () => {
  test('is read, not an empty list', () => {
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['domain/money.ts', 'server/contract.ts', 'tests/tidy.test.ts']),
    );
  });

  test('imports only what the import table allows', () => {
    expect(importViolations(files)).toEqual([]);
  });

  test('has no import cycle, types included', () => {
    expect(importCycles(files)).toEqual([]);
  });

  test('has no file over 400 lines', () => {
    expect(longFiles(files)).toEqual([]);
  });

  test('reads the environment and the signals in server/main.ts alone', () => {
    expect(ambientReads(files)).toEqual([]);
  });

  test('holds no forbidden construct', () => {
    expect(forbiddenConstructs(files)).toEqual([]);
  });

  test('has exactly one runbook for each alert', () => {
    const runbooks = files
      .filter(
        ({ path, text }) =>
          /^runbooks\/[^_][^/]*\.md$/.test(path) &&
          // What no alert opens says so.
          !/^kind: *(?:procedure|document) *$/m.test(text),
      )
      .map(({ path, text }) => ({ path, alert: /^alert: *(\S+) *$/m.exec(text)?.[1] ?? null }));
    expect(runbookMismatches(alertNames, runbooks)).toEqual([]);
  });
});

describe('the rules themselves', () => {
  const file = (path: string, text = ''): SourceFile => ({ path, text });
  const importing = (path: string, specifier: string) =>
    file(path, `import { x } from '${specifier}';\n`);

  test('find every form of import', () => {
    const text = [
      "import a from './a.js';",
      'import {',
      '  b,',
      '  type B,',
      "} from './b.js';",
      "import type { C } from './c.js';",
      "export * from './d.js';",
      "export type { E } from './e.js';",
      "import './f.js';",
      "const g = await import('./g.js');",
      "type H = typeof import('./h.js');",
      "import { money } from '@burnbook/domain/money';",
      "import { z } from 'zod';",
    ].join('\n');
    const found = importsOf(file('server/store/x.ts', text), () => true);
    expect(found.map(({ target, typeOnly }) => `${target}${typeOnly ? ' type' : ''}`)).toEqual([
      ...['a', 'b'].map((name) => `server/store/${name}.ts`),
      'server/store/c.ts type',
      'server/store/d.ts',
      'server/store/e.ts type',
      'server/store/f.ts',
      'domain/money.ts',
      'null',
      'server/store/g.ts',
      'server/store/h.ts type',
    ]);
  });

  test.each([
    ['domain/money.ts', '../server/contract.js', 'server/contract.ts'],
    ['collectors/run.ts', '../server/contract.js', 'server/contract.ts'],
    ['server/otlp/decode.ts', '../store/store.js', 'server/store/store.ts'],
    ['server/store/store.ts', '../ingest/rows.js', 'server/ingest/rows.ts'],
    ['server/cost/bill.ts', '../api/app.js', 'server/api/app.ts'],
    ['server/ingest/rows.ts', '../cost/bill.js', 'server/cost/bill.ts'],
    ['server/api/app.ts', '../main.js', 'server/main.ts'],
    ['web/main.tsx', '../server/api/app.js', 'server/api/app.ts'],
    ['web/main.tsx', '../server/contract.js', 'server/contract.ts'],
    ['pipelines/batch/dag.ts', '@burnbook/domain/money', 'domain/money.ts'],
  ])('refuse that %s imports %s', (path, specifier, target) => {
    expect(importViolations([importing(path, specifier), file(target)])).toHaveLength(1);
  });

  test.each([
    ['server/cost/bill.ts', '@duckdb/node-api'],
    ['server/api/app.ts', '@duckdb/node-bindings'],
    ['server/main.ts', 'hono'],
    ['server/store/store.ts', 'hono/cors'],
    ['server/runbook/load.ts', '@hono/node-server'],
    ['server/main.ts', '@hono/node-server'],
  ])('refuse that %s imports the package %s', (path, specifier) => {
    expect(importViolations([importing(path, specifier)])).toHaveLength(1);
  });

  test('allow what the table allows', () => {
    const allowed = [
      file('web/main.tsx', "import type { Bill } from '../server/contract.js';\n"),
      importing('server/api/app.ts', 'hono'),
      importing('server/server.ts', '@hono/node-server'),
      importing('server/store/store.ts', '@duckdb/node-api'),
      importing('server/runbook/load.ts', '../contract.js'),
      importing('pipelines/batch/dag.ts', '@burnbook/collectors'),
      file('server/contract.ts'),
      file('collectors/index.ts'),
    ];
    expect(importViolations(allowed)).toEqual([]);
  });

  test('refuse a folder that the table does not know', () => {
    expect(importViolations([file('utils/misc.ts')])).toHaveLength(1);
  });

  test('find a cycle made of types alone', () => {
    const cycle = [
      file('domain/a.ts', "import type { B } from './b.js';\n"),
      file('domain/b.ts', "import type { C } from './c.js';\n"),
      file('domain/c.ts', "import type { A } from './a.js';\n"),
    ];
    expect(importCycles(cycle)).toEqual(['domain/a.ts → domain/b.ts → domain/c.ts → domain/a.ts']);
  });

  test('find a file of 401 lines and allow one of 400', () => {
    const lines = (count: number) => 'x\n'.repeat(count);
    const found = longFiles([file('a.ts', lines(400)), file('b.sql', lines(401))]);
    expect(found).toEqual(['b.sql: 401 lines, at most 400']);
  });

  test.each([
    ['server/cost/bill.ts', "const key = process.env['KEY'];"],
    ['server/cost/bill.ts', 'const { env } = process;'],
    ['server/api/app.ts', "process.on('SIGTERM', stop);"],
    ['server/store/child.ts', "process.once('uncaughtException', stop);"],
    ['server/ingest/queue.ts', "process.once('SIGINT', stop);"],
    ['server/api/app.ts', 'process.exit(1);'],
  ])('find the ambient read in %s: %s', (path, text) => {
    expect(ambientReads([file(path, text)])).toHaveLength(1);
  });

  test('let the store’s child talk to its parent and main read everything', () => {
    const allowed = [
      file('server/store/child.ts', "process.on('disconnect', () => process.exit(0));"),
      file('server/main.ts', "process.on('SIGTERM', () => process.exit(process.env['X']));"),
    ];
    expect(ambientReads(allowed)).toEqual([]);
  });

  test.each([
    '// TODO later',
    '/* FIXME */',
    '// @ts-ignore',
    '// @ts-expect-error',
    "test.only('x', run);",
    "describe.skip('x', run);",
    '// oxlint-disable-next-line no-new',
    '/* eslint-disable */',
  ])('find the forbidden construct %s', (text) => {
    expect(forbiddenConstructs([file('server/a.ts', text)])).toHaveLength(1);
  });

  test('allow a disabled rule with its reason', () => {
    const text = '// oxlint-disable-next-line no-new -- the constructor registers itself';
    expect(forbiddenConstructs([file('server/a.ts', text)])).toEqual([]);
  });

  test('find an alert without a runbook, a runbook without an alert, and two for one', () => {
    const found = runbookMismatches(
      ['A', 'B'],
      [
        { path: 'runbooks/A.md', alert: 'A' },
        { path: 'runbooks/A2.md', alert: 'A' },
        { path: 'runbooks/C.md', alert: 'C' },
        { path: 'runbooks/D.md', alert: null },
      ],
    );
    expect(found).toEqual([
      'B: has no runbook',
      'runbooks/A2.md: should be runbooks/A.md',
      'runbooks/C.md: no alert is called C',
      'runbooks/D.md: names no alert in its front matter',
      'A: has more than one runbook',
    ]);
  });
});
