import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alertNames } from '@burnbook/domain/alertNames';
import type { LintFinding } from '../../../server/contract.js';
import { lintPaths } from '../../../server/runbook/lint.js';
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
  const ofAlerts = [...own.values()].filter(({ kind }) => kind === 'alert');
  expect(ofAlerts.map(({ name }) => name)).toEqual([...alertNames].sort());
  for (const runbook of ofAlerts) {
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

test('a link that leads nowhere is told and refuses nothing', async () => {
  await writeFile(join(folder, 'notes.md'), 'See [there](there.md) and [Ant](/runbooks/Ant).\n');
  await writeFile(join(folder, 'Ant.md'), exampleRunbook({ frontMatter: { alert: 'Ant' } }));
  const dead = (await loadRunbooks(folder)).get('notes')?.findings ?? [];
  expect(dead.filter(({ rule }) => rule === 'link-dead')).toMatchObject([
    { file: 'notes.md', line: 1, message: 'link "there.md": there is no file there.md' },
  ]);
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
  await writeFile(join(folder, 'Ant.md'), '---\nalert: Ant\ntested: null\n---\n');
  await writeFile(
    join(folder, 'Bee.md'),
    exampleRunbook({ frontMatter: { alert: 'Bee', severity: 'high' } }),
  );
  await expect(loadRunbooks(folder)).rejects.toMatchObject({
    name: 'RunbookError',
    problems: expect.arrayContaining([
      expect.objectContaining({ file: join(folder, 'Ant.md'), line: 2, rule: 'front-matter' }),
      expect.objectContaining({ file: join(folder, 'Bee.md'), line: 4, rule: 'front-matter' }),
    ]),
  });
});

test('what editors leave beside a file, folders and alerts of other products stop no start', async () => {
  await symlink(join(folder, 'nowhere'), join(folder, '.#Ant.md'));
  await mkdir(join(folder, 'old.md'));
  await writeFile(join(folder, '._Ant.md'), Buffer.from([0, 5, 22, 7]));
  await writeFile(join(folder, 'Pods.md'), '---\nalert: KubePodCrashLooping\n---\n# Pods\n');
  const runbooks = await loadRunbooks(folder);
  expect([...runbooks.values()].map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'Pods document',
  ]);
});

test('a folder that is not there is reported', async () => {
  const missing = join(folder, 'missing');
  await expect(loadRunbooks(missing)).rejects.toThrow(`${missing}:1: cannot be read: ENOENT`);
});

test('a runbook that is not UTF-8 is reported, a document from elsewhere shown as far as it can be', async () => {
  const text = Buffer.concat([Buffer.from('Café '), Buffer.from([0xff, 0xfe])]);
  await writeFile(join(folder, 'Ant.md'), text);
  const [finding] = (await loadRunbooks(folder)).get('Ant')?.findings ?? [];
  expect(finding).toMatchObject({ file: 'Ant.md', line: 1, level: 'warning', rule: 'unreadable' });
  const ours = exampleRunbook({ frontMatter: { alert: 'Ant' } });
  await writeFile(join(folder, 'Ant.md'), Buffer.concat([Buffer.from(ours), text]));
  await expect(loadRunbooks(folder)).rejects.toThrow('Ant.md:1: is not UTF-8 text');
});

test('a runbook of one’s own takes the place of the product’s of that name', async () => {
  const [product, own] = [join(folder, 'product'), join(folder, 'own')];
  await mkdir(product);
  await mkdir(own);
  for (const name of ['Ant', 'Bee']) {
    await writeFile(join(product, `${name}.md`), exampleRunbook({ frontMatter: { alert: name } }));
  }
  await writeFile(
    join(own, 'Ant.md'),
    exampleRunbook({ frontMatter: { alert: 'Ant', title: 'Ours' } }),
  );
  const runbooks = await loadRunbooks(product, own);
  expect([...runbooks.values()].map(({ frontMatter }) => frontMatter.title)).toEqual([
    'Ours',
    'An example went wrong',
  ]);
});

test('what is served is what is linted: folders in the folder too, a document that another hides named', async () => {
  await mkdir(join(folder, 'team/.git'), { recursive: true });
  await mkdir(join(folder, 'node_modules'));
  const [ours, ant] = [
    join(folder, 'team/Ant.md'),
    exampleRunbook({ frontMatter: { alert: 'Ant' } }),
  ];
  await writeFile(ours, ant);
  for (const name of ['README', 'team/README', 'Ant', 'team/.git/x', 'node_modules/x', 'team/_x']) {
    await writeFile(join(folder, `${name}.md`), `# ${name}\n`);
  }
  const served = await loadRunbooks(folder);
  const kinds = [...served.values()].map(({ name, kind }) => `${name} ${kind}`);
  expect(kinds).toEqual(['Ant alert', 'README document']);
  const { files, findings } = await lintPaths([folder], { nowMs: 0, slos: null });
  const names = files.filter((file) => !file.endsWith('_x.md')).map((file) => basename(file));
  expect(names).toEqual(['Ant.md', 'README.md', 'Ant.md', 'README.md']);
  const told = (all: readonly LintFinding[] = []) =>
    all.flatMap(({ rule, message }) => (rule === 'name-twice' ? message : []));
  const [antDocument, readme] = ['Ant.md', 'team/README.md'].map((name) => join(folder, name));
  expect(told(findings)).toEqual([
    `${antDocument} is not shown: ${ours} has the same name`,
    `${readme} is not shown: ${join(folder, 'README.md')} has the same name`,
  ]);
  expect([...served.values()].flatMap((each) => told(each.findings))).toEqual(told(findings));
  await writeFile(join(folder, 'Ant.md'), ant);
  await expect(loadRunbooks(folder)).rejects.toThrow(
    `${ours}:2: Ant has a runbook already: ${antDocument}`,
  );
});

test('a file that is far too big is reported, not read', async () => {
  const file = join(folder, 'Ant.md');
  await writeFile(file, exampleRunbook());
  await truncate(file, 300_000);
  await expect(loadRunbooks(folder)).rejects.toThrow('Ant.md:1: is 300000 bytes, at most 262144');
});
