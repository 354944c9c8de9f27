import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alertNames } from '@burnbook/domain/alertNames';
import { panels } from '@burnbook/domain/panels';
import { questions } from '@burnbook/domain/runbook/questions';
import { lintCommand } from '../../../server/api/lintCommand.js';
import { ConfigError } from '../../../server/config/yamlFile.js';
import { lintFindingSchema } from '../../../server/contract.js';
import { lintPaths } from '../../../server/runbook/lint.js';
import { placeholderNames } from '../../../server/runbook/placeholders.js';
import { exampleBody, exampleRunbook } from './exampleRunbook.js';

const nowMs = Date.parse('2026-11-23T12:00:00Z');
const ownFolder = fileURLToPath(new URL('../../../runbooks', import.meta.url));
/** The example for an alert that there is, with a check in Verify, stamped lately. */
const good = (change: Parameters<typeof exampleRunbook>[0] = {}) =>
  exampleRunbook({
    body: exampleBody.replace(
      '5. Look again.',
      "5. Look again.\n\n   ```check\n   question: config-state\n   expect: '= accepted'\n   ```",
    ),
    ...change,
    frontMatter: { alert: 'RetryStorm', tested: '2026-11-20', ...change.frontMatter },
  });

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burnbook-lint-'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, text: string | Buffer) => writeFile(join(folder, name), text);

/** `file:line: level rule` of what is found, without what is said of alerts that have no runbook here. */
async function found(slos: readonly string[] | null = null): Promise<string[]> {
  const { findings } = await lintPaths([folder], { nowMs, slos: slos && new Set(slos) });
  for (const finding of findings) expect(lintFindingSchema.parse(finding)).toEqual(finding);
  return findings
    .filter(({ rule }) => rule !== 'alert-without-runbook')
    .map(
      ({ file, line, level, rule }) => `${file.slice(folder.length + 1)}:${line}: ${level} ${rule}`,
    );
}

test('a good runbook has no finding', async () => {
  await put('RetryStorm.md', good());
  expect(await found()).toEqual([]);
});

test('what the start refuses is an error with its rule', async () => {
  await put('RetryStorm.md', good({ frontMatter: { severity: 'high' } }));
  await put('Other.md', good({ frontMatter: { alert: 'DiskNearlyFull' } }));
  await put('Third.md', Buffer.concat([Buffer.from(good()), Buffer.from([0xff])]));
  expect(await found()).toEqual([
    'Other.md:1: error file-name',
    'RetryStorm.md:4: error front-matter',
    'Third.md:1: error file-name',
  ]);
});

test('names that nothing defines are errors', async () => {
  const panel = '```panel\n   panel: slo-error-budget\n   params: { slo: gone }\n   ```';
  const check =
    "```check\n   question: alert-state\n   params: { name: NoAlert }\n   expect: '= resolved'\n   ```";
  const body = exampleBody.replace(
    '3. Compare.',
    () => `3. Compare.\n\n   ${panel}\n\n   ${check}`,
  );
  await put(
    'Mine.md',
    good({
      body,
      extra: 'slo: lost',
      frontMatter: { alert: 'Mine', panels: '[batch-cost-history, slo-error-budget]' },
    }),
  );
  const expected = [
    'Mine.md:2: error alert-unknown',
    'Mine.md:11: error slo-unknown',
    'Mine.md:42: error slo-unknown',
    'Mine.md:47: error alert-unknown',
    'Mine.md:57: warning verify-without-check',
  ];
  expect(await found([])).toEqual(expected);
  // Without a configuration folder nobody knows which SLOs there are.
  expect(await found(null)).toEqual(expected.filter((line) => !line.includes('slo-unknown')));
  expect(await found(['lost', 'gone'])).toEqual(
    expected.filter((line) => !line.includes('slo-unknown')),
  );
});

test('dead links are errors, those that lead somewhere are not', async () => {
  await put('notes.txt', 'x');
  const links = [
    ['#step-2', null],
    ['#step-99', 'there is no step or heading #step-99'],
    ['#section-verify', null],
    ['#verify', null],
    ['#nowhere', 'there is no step or heading #nowhere'],
    ['notes.txt', null],
    ['RetryStorm.md#step-1', null],
    ['Gone.md', 'there is no file Gone.md'],
    ['../%ZZ', 'is not an address'],
    ['/runbooks/StoreRestarted', null],
    ['/runbooks/Gone', 'there is no runbook Gone'],
    ['/batches/{{pipeline}}/{{batch}}', null],
    ['/slos/{{slo}}?window=1h#burn', null],
    ['/nothing', 'is no page of this server'],
    ['https://example.org/x', null],
    ['mailto:a@example.org', null],
  ] as const;
  const text = links.map(([url]) => `[x](${url})`).join(' ');
  await put('RetryStorm.md', good({ body: exampleBody.replace('None yet.', () => text) }));
  const { findings } = await lintPaths([folder], { nowMs, slos: null });
  expect(findings.filter(({ rule }) => rule === 'link-dead').map(({ message }) => message)).toEqual(
    links.flatMap(([url, why]) => (why === null ? [] : [`link ${JSON.stringify(url)}: ${why}`])),
  );
});

test.each([
  [{ reviewed: '2026-05-27', tested: '2026-08-25' }, []],
  [{ reviewed: '2026-05-26', tested: '2026-08-24' }, ['stamp-reviewed', 'stamp-tested']],
  [{ reviewed: 'null', tested: 'null' }, ['stamp-reviewed', 'stamp-tested']],
  [{ tested: '2026-11-24' }, []],
  [{ tested: '2027-11-24' }, ['stamp-tested']],
] as const)('stamps %j are warnings when they are old: %j', async (stamps, rules) => {
  await put('RetryStorm.md', good({ frontMatter: stamps }));
  expect((await found()).map((line) => line.split(' ').at(-1))).toEqual(rules);
});

test('two runbooks for one alert are an error, and a template is none', async () => {
  await mkdir(join(folder, 'more'));
  await put('RetryStorm.md', good());
  await put('more/RetryStorm.md', good());
  await put('_mine.md', good({ frontMatter: { alert: 'NameOfTheAlert', tested: 'null' } }));
  expect(await found()).toEqual(['more/RetryStorm.md:2: error alert-twice']);
});

test('alerts without a runbook are errors where most have one, else one warning', async () => {
  await put('RetryStorm.md', good());
  const some = await lintPaths([folder], { nowMs, slos: null });
  expect(some.findings).toMatchObject([{ rule: 'alert-without-runbook', level: 'warning' }]);
  for (const alert of alertNames.slice(2))
    await put(`${alert}.md`, good({ frontMatter: { alert } }));
  const most = await lintPaths([folder], { nowMs, slos: null });
  expect(most.findings).toMatchObject(
    alertNames.slice(0, 2).map((name) => ({
      file: folder,
      rule: 'alert-without-runbook',
      level: 'error',
      message: `the alert ${name} has no runbook`,
    })),
  );
});

test('a folder from elsewhere is told in one finding a file what it lacks, its dead links beside', async () => {
  await mkdir(join(folder, 'content'));
  await put(
    'content/lag.md',
    '---\ntitle: Lag\nweight: 20\n---\n\n# Lag\n\nSee [that](gone.md).\n',
  );
  await put('README.md', '# Read me\n');
  const { files, findings } = await lintPaths([folder], { nowMs, slos: null });
  expect(files).toEqual([join(folder, 'README.md'), join(folder, 'content/lag.md')]);
  expect(findings.map(({ level, rule }) => `${level} ${rule}`)).toEqual([
    'warning document',
    'warning document',
    'warning link-dead',
  ]);
  expect(findings[1]?.message).toContain('without alert or kind: procedure (it has title, weight)');
  expect(findings[1]?.message).toContain('lacks the sections Trigger, Impact, First action');
});

test('the product’s own runbooks have no error', async () => {
  const { findings } = await lintPaths([ownFolder], { nowMs, slos: null });
  expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
});

test('the manual lists every question, panel and placeholder', async () => {
  const manual = await readFile(join(ownFolder, '..', 'docs', 'runbooks.md'), 'utf8');
  for (const name of [...Object.keys(questions), ...Object.keys(panels)]) {
    expect(manual).toContain(`| \`${name}\` `);
  }
  for (const name of placeholderNames) expect(manual).toContain(`{{${name}}}`);
});

test('what is not there is a finding, and the rest is read', async () => {
  await put('RetryStorm.md', good());
  const gone = join(folder, 'gone');
  const { files, findings } = await lintPaths([gone, join(folder, 'RetryStorm.md')], {
    nowMs,
    slos: null,
  });
  expect(files).toEqual([join(folder, 'RetryStorm.md')]);
  expect(findings).toMatchObject([{ file: gone, line: 1, level: 'error', rule: 'unreadable' }]);
});

test('a file by itself is read with what stands beside it, and nothing is said of other alerts', async () => {
  const body = exampleBody.replace('None yet.', '[a](Beside.md) [b](/runbooks/Beside)');
  await put('RetryStorm.md', good({ body: good({ body }).split('---\n').at(-1) ?? '' }));
  await put('Beside.md', 'not Markdown of ours');
  const { files, findings } = await lintPaths([join(folder, 'RetryStorm.md')], {
    nowMs,
    slos: null,
  });
  expect(files).toHaveLength(1);
  expect(findings.map(({ rule }) => rule)).toEqual(['verify-without-check']);
});

test('faults of head and text are told at once', async () => {
  const body = exampleBody.replace('## Impact', '## Harm').replace('```run\n', '```sh\n');
  await put('RetryStorm.md', good({ body, frontMatter: { severity: 'high', owner: null } }));
  expect(await found()).toEqual([
    'RetryStorm.md:2: error front-matter',
    'RetryStorm.md:4: error front-matter',
    'RetryStorm.md:16: error section-unknown',
    'RetryStorm.md:20: error first-action-without-command',
    'RetryStorm.md:59: error section-missing',
  ]);
});

test('an alert of another product is a document with an error, no refusal', async () => {
  await put(
    'Pods.md',
    '---\nalert: KubePodCrashLooping\nseverity: warning\n---\n# Pods\n\nLook.\n',
  );
  const { findings } = await lintPaths([folder], { nowMs, slos: null });
  expect(findings).toMatchObject([
    { line: 1, level: 'warning', rule: 'document' },
    {
      line: 2,
      level: 'error',
      rule: 'alert-unknown',
      message: 'no alert of Burnbook is called "KubePodCrashLooping": shown as a document',
    },
  ]);
});

test('pictures are told as left out, and as dead where there is none', async () => {
  await put('there.png', '');
  const body = exampleBody.replace('None yet.', '![a](there.png) ![b](gone.png)');
  await put('RetryStorm.md', good({ body: good({ body }).split('---\n').at(-1) ?? '' }));
  await put('other.md', '# T\n\n![a](there.png) ![b](gone.png) ![c](https://example.org/c.png)\n');
  expect(await found()).toEqual([
    'RetryStorm.md:20: warning html-dropped',
    'RetryStorm.md:20: warning html-dropped',
    'RetryStorm.md:20: error link-dead',
    'RetryStorm.md:46: warning verify-without-check',
    'other.md:1: warning document',
    'other.md:3: warning link-dead',
  ]);
});

test('an alias in the head is named', async () => {
  await put('RetryStorm.md', good({ frontMatter: { title: '&t Text', owner: '*t' } }));
  const { findings } = await lintPaths([folder], { nowMs, slos: null });
  expect(findings).toMatchObject([
    {
      line: 5,
      rule: 'front-matter',
      message: 'front matter: write t out, aliases are not followed',
    },
  ]);
});

test('random bytes and random Markdown are findings, never a crash', async () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      '---\n',
      '+++\n',
      'alert: RetryStorm\n',
      'kind: procedure\n',
      'title: [\n',
      '## Verify\n',
      '1. x\n',
      '```check\n',
      '```\n',
      '[a](%)',
      '[b]: <\0>\n',
      '{{x}}',
      '\uFEFF',
      'panels: {a: *b}\n',
      '&a\n',
    ),
  );
  const file = fc.oneof(
    fc.array(piece, { maxLength: 25 }).map((pieces) => Buffer.from(pieces.join(''))),
    fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
    fc.array(piece, { maxLength: 6 }).map((pieces) => Buffer.from(good() + pieces.join(''))),
  );
  await fc.assert(
    fc.asyncProperty(file, async (bytes) => {
      await put('RetryStorm.md', bytes);
      const { files, findings } = await lintPaths([folder], { nowMs, slos: new Set() });
      expect(files).toHaveLength(1);
      for (const finding of findings) expect(lintFindingSchema.parse(finding)).toEqual(finding);
    }),
    { numRuns: 150 },
  );
});

describe('the command', () => {
  const lint = async (change: Partial<Parameters<typeof lintCommand>[0]> = {}) => {
    const lines: string[] = [];
    const passes = await lintCommand({
      paths: [folder],
      configFolder: join(folder, 'config'),
      isConfigAsked: false,
      json: false,
      strict: false,
      nowMs,
      write: (line) => lines.push(line),
      ...change,
    });
    return { passes, text: lines.join('\n') };
  };

  test('prints file, line, level, rule, message and what to do', async () => {
    await put('RetryStorm.md', good({ body: exampleBody }));
    const { passes, text } = await lint();
    expect(passes).toBe(true);
    expect(text).toContain(
      `${join(folder, 'RetryStorm.md')}:45: warning verify-without-check: section "Verify" has no \`\`\`check: ` +
        'only a person can say that it is over\n    Add a ```check fence',
    );
    expect(text).toMatch(/\n1 file, 0 errors, 2 warnings$/);
  });

  test('fails on errors; on warnings when it is asked to', async () => {
    await put('RetryStorm.md', good({ body: exampleBody }));
    expect((await lint({ strict: true })).passes).toBe(false);
    await put('RetryStorm.md', '---\nalert: RetryStorm\n---\n');
    expect((await lint()).passes).toBe(false);
  });

  test('prints JSON', async () => {
    await put('RetryStorm.md', good({ frontMatter: { owner: '""' } }));
    const { passes, text } = await lint({ json: true });
    expect(passes).toBe(false);
    expect(JSON.parse(text)).toMatchObject({
      files: 1,
      errors: 1,
      findings: [{ line: 5, rule: 'front-matter', message: 'owner: must not be empty' }],
    });
  });

  test('reads the SLOs of the configuration folder', async () => {
    await put('RetryStorm.md', good({ extra: 'slo: mail-attempts' }));
    expect((await lint()).passes).toBe(true);
    await mkdir(join(folder, 'config', 'slos'), { recursive: true });
    expect((await lint()).text).toContain('no file defines the SLO mail-attempts');
    const slo = {
      apiVersion: 'openslo/v1',
      kind: 'SLO',
      metadata: { name: 'mail-attempts' },
      spec: {
        service: 'mail',
        budgetingMethod: 'Occurrences',
        timeWindow: [{ duration: '28d', isRolling: true }],
        indicator: {
          metadata: { name: 'ok' },
          spec: {
            ratioMetric: {
              counter: true,
              good: {
                metricSource: {
                  type: 'burnbook',
                  spec: { events: 'attempts', where: { outcome: 'succeeded' } },
                },
              },
              total: {
                metricSource: { type: 'burnbook', spec: { events: 'attempts', where: {} } },
              },
            },
          },
        },
        objectives: [{ target: 0.99 }],
      },
    };
    await put('config/slos/mail.yaml', JSON.stringify(slo));
    expect((await lint()).passes).toBe(true);
    await expect(lint({ configFolder: join(folder, 'none'), isConfigAsked: true })).rejects.toThrow(
      ConfigError,
    );
  });
});
