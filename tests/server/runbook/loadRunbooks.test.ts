import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alertNames } from '@burnbook/domain/alertNames';
import { loadRunbooks } from '../../../server/runbook/loadRunbooks.js';
import { renderRunbook, runbookHead } from '../../../server/runbook/renderRunbook.js';
import { exampleRunbook } from './exampleRunbook.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burnbook-runbooks-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('the product’s own runbooks load, one for each alert', async () => {
  const own = await loadRunbooks(fileURLToPath(new URL('../../../runbooks', import.meta.url)));
  expect([...own.keys()]).toEqual([...alertNames].sort());
  for (const runbook of own.values()) {
    const { html, panels } = renderRunbook(runbook, {});
    expect(html).toContain('id="step-1"');
    expect(new Set(panels.map(({ panel }) => panel))).toEqual(new Set(runbook.frontMatter.panels));
  }
});

test('the template passes every check but its name', async () => {
  const template = new URL('../../../runbooks/_template.md', import.meta.url);
  const { readFile } = await import('node:fs/promises');
  await writeFile(join(folder, 'NameOfTheAlert.md'), await readFile(template, 'utf8'));
  expect((await loadRunbooks(folder)).size).toBe(1);
});

test('a folder is loaded in the order of names, without the template and other files', async () => {
  for (const alert of ['Bee', 'Ant']) {
    await writeFile(join(folder, `${alert}.md`), exampleRunbook({ frontMatter: { alert } }));
  }
  await writeFile(join(folder, '_template.md'), 'anything');
  await writeFile(join(folder, 'notes.txt'), 'anything');
  const runbooks = await loadRunbooks(folder);
  expect([...runbooks.values()].map((runbook) => runbookHead(runbook).name)).toEqual([
    'Ant',
    'Bee',
  ]);
});

test('the faults of all files are reported together', async () => {
  await writeFile(join(folder, 'Ant.md'), 'no front matter');
  await writeFile(
    join(folder, 'Bee.md'),
    exampleRunbook({ frontMatter: { alert: 'Bee', severity: 'high' } }),
  );
  await expect(loadRunbooks(folder)).rejects.toMatchObject({
    name: 'RunbookError',
    problems: [
      { file: join(folder, 'Ant.md'), line: 1 },
      { file: join(folder, 'Bee.md'), line: 4 },
    ],
  });
});

test('a folder that is not there is reported', async () => {
  const missing = join(folder, 'missing');
  await expect(loadRunbooks(missing)).rejects.toThrow(`${missing}:1: cannot be read: ENOENT`);
});

test('a file that is not UTF-8 is reported', async () => {
  await writeFile(join(folder, 'Ant.md'), Buffer.from([0x2d, 0xff, 0xfe]));
  await expect(loadRunbooks(folder)).rejects.toThrow('Ant.md:1: is not UTF-8 text');
});

test('a file that is far too big is reported, not read', async () => {
  const file = join(folder, 'Ant.md');
  await writeFile(file, exampleRunbook());
  await truncate(file, 300_000);
  await expect(loadRunbooks(folder)).rejects.toThrow('Ant.md:1: is 300000 bytes, at most 262144');
});
