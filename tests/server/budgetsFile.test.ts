import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { canonicalDefinition } from '@burnbook/domain/budgetDefinition';
import { loadConfig } from '../../server/config/config.js';
import { writeStarterConfig } from '../../server/config/starter.js';
import { budgetsSchema } from '../../server/contract.js';
import { runProgram, spawnServer } from '../support/spawnServer.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'burnbook-budgets-file-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const write = (text: string): Promise<void> => writeFile(path.join(folder, 'budgets.yaml'), text);

const EXAMPLE = `budgets:
  - id: mail-models
    scope: { pipeline: mail-etl }
    period: month
    timeZone: Europe/Berlin
    amountUsd: "250.00"
    hardLimit: false
    thresholds: [50, 80, 100]
    forecastOver: 100
    unpriced: deny
    owner: data-platform
    runbook: CostBudgetBurningFast
`;

test('the example is taken as it stands, and defaults are what it says', async () => {
  await write(EXAMPLE);
  const [full] = (await loadConfig(folder)).budgets?.budgets ?? [];
  expect(full).toMatchObject({
    id: 'mail-models',
    amountUsd: '250.00',
    fiscalYearStart: 1,
    from: null,
  });
  await write('budgets: [{ id: mail-models, period: month, amountUsd: "250" }]');
  const [bare] = (await loadConfig(folder)).budgets?.budgets ?? [];
  if (!full || !bare) throw new Error('no budget');
  const { scope, timeZone, owner, runbook } = full;
  expect(canonicalDefinition({ ...bare, scope, timeZone, owner, runbook })).toBe(
    canonicalDefinition(full),
  );
});

test('the starter file holds the same example, commented out', async () => {
  await writeStarterConfig(folder);
  expect((await loadConfig(folder)).budgets).toEqual({});
  const starter = path.join(folder, 'budgets.yaml');
  const text = await readFile(starter, 'utf8');
  const [, ...lines] = text.split('\n');
  await write(
    lines.map((line) => line.replace(/^# ?/, '').replace(/^( *)# (\w+:)/, '$1$2')).join('\n'),
  );
  const [budget] = (await loadConfig(folder)).budgets?.budgets ?? [];
  expect(budget).toMatchObject({ id: 'mail-models', fiscalYearStart: 4, to: '2026-12-31' });
});

test('a budget may say that its amount is in US dollars, which changes nothing of it', async () => {
  await write('budgets: [{ id: a, period: day, amountUsd: "1", currency: USD }]');
  const [said] = (await loadConfig(folder)).budgets?.budgets ?? [];
  expect(said).toMatchObject({ id: 'a', amountUsd: '1' });
  expect(said).not.toHaveProperty('currency');
});

test.each([
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "1"\n    currency: EUR',
    ['5: budgets.0.currency: budgets are in US dollars: write the amount in USD'],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "1"\n  - id: b\n    period: day\n    amountUsd: "1"\n  - id: a\n    period: week\n    amountUsd: "2"',
    ['2: budgets.0.id: a stands here twice', '8: budgets.2.id: a stands here twice'],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "1"\n    from: 2026-02-01\n    to: 2026-01-31',
    ['6: budgets.0.to: ends on 2026-01-31, before its start on 2026-02-01'],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "1"\n    from: 2026-02-30',
    ['5: budgets.0.from: write a day as 2026-01-31'],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: 250.00',
    [
      '4: budgets.0.amountUsd: write the amount as a quoted decimal number of US dollars, such as "250.00"',
    ],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "0"',
    ['4: budgets.0.amountUsd: not an amount of US dollars with at most 9 decimal places, above 0'],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "EUR 5"',
    ['4: budgets.0.amountUsd: not an amount'],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "99999999999"',
    ['4: budgets.0.amountUsd: must be at most'],
  ],
  [
    'budgets:\n  - id: a\n    period: year\n    amountUsd: "1"',
    ['3: budgets.0.period: must be day, week, month, quarter'],
  ],
  [
    'budgets:\n  - id: a\n    period: { rolling: 30m }\n    amountUsd: "1"',
    ['3: budgets.0.period.rolling: must be day, week'],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    timeZone: Europe/Bonn\n    amountUsd: "1"',
    ['4: budgets.0.timeZone: must be an IANA time zone'],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "1"\n    runbook: BudgetBurn',
    ['5: budgets.0.runbook: must be a runbook: AckLatencyHigh, '],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "1"\n    thresholds: [50, 0, 1001]',
    [
      '5: budgets.0.thresholds.1: must be from 1 to 1000 percent',
      '5: budgets.0.thresholds.2: must be from 1 to 1000 percent',
    ],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "1"\n    forecastOver: 0',
    ['5: budgets.0.forecastOver: must be from 1'],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "1"\n    unpriced: maybe',
    ['5: budgets.0.unpriced: must be deny or allow'],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "1"\n    scope: { batch: x, pipeline: "a*b" }',
    [
      '5: budgets.0.scope.batch: there is no scope "batch"; there are pipeline',
      '5: budgets.0.scope.pipeline: a star may only stand at the end',
    ],
  ],
  [
    'budgets:\n  - id: "a b"\n    period: day\n    amountUsd: "1"',
    ['2: budgets.0.id: must be letters'],
  ],
  [
    'budgets:\n  - id: a\n    period: quarter\n    fiscalYearStart: 13\n    amountUsd: "1"',
    ['4: budgets.0.fiscalYearStart: must be a month'],
  ],
  [
    'budgets:\n  - id: a\n    period: day\n    amountUsd: "1"\n    colour: red',
    ['5: budgets.0: Unrecognized key: "colour"'],
  ],
  ['budgets:\n  - id: a\n   period: day', ['budgets.yaml:3:']],
])('a fault is told with the file and the line: %j', async (text, messages) => {
  await write(text);
  const refusal = await loadConfig(folder).then(
    () => 'taken',
    (error: unknown) => (error as Error).message,
  );
  const lines = refusal.split('\n');
  for (const message of messages) {
    expect(
      lines.some((line) => line.startsWith(folder) && line.includes(message)),
      refusal,
    ).toBe(true);
  }
});

test('a start with a wrong file says so and does not run; a wrong reload changes nothing', async () => {
  const args = ['--data', path.join(folder, 'data'), '--config', folder];
  await write(EXAMPLE.replace('period: month', 'period: moon'));
  const failed = await runProgram({ args: ['serve', '--port', '0', ...args] });
  expect(failed.code).toBe(1);
  expect(failed.output).toContain('budgets.yaml:4: budgets.0.period');
  await write(EXAMPLE);
  const server = await spawnServer({ args });
  try {
    const amounts = async () => {
      const answer = await fetch(`${server.url}/api/budgets`);
      return budgetsSchema.parse(await answer.json()).items.map(({ amountUsd }) => amountUsd);
    };
    expect(await amounts()).toEqual(['250']);
    await write(
      `${EXAMPLE.replace('250.00', '400')}  - id: mail-models\n    period: day\n    amountUsd: "1"\n`,
    );
    while (!server.output().includes('configuration rejected')) await sleep(20);
    expect(server.output()).toContain(
      'budgets.yaml:2: budgets.0.id: mail-models stands here twice',
    );
    expect(server.output()).toContain(
      'budgets.yaml:13: budgets.1.id: mail-models stands here twice',
    );
    expect(await amounts()).toEqual(['250']);
    await write(EXAMPLE.replace('250.00', '400'));
    await expect.poll(amounts, { timeout: 10_000 }).toEqual(['400']);
  } finally {
    await server.stop();
  }
});

test('only a folder can be made writable', async () => {
  const { code, output } = await runProgram({
    args: ['serve', '--port', '0', '--data', path.join(folder, 'data'), '--config-writable'],
  });
  expect([code, output.includes('--config-writable needs --config <dir>')]).toEqual([1, true]);
});
