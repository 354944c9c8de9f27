import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../server/config/config.js';
import {
  auditEntrySchema,
  budgetDetailSchema,
  budgetsSchema,
  listOf,
} from '../../server/contract.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const FILE = `# Agreed with finance on 2026-01-07.
budgets:
  # The big one.
  - id: mail-models
    scope: { pipeline: mail-etl } # all models of it
    period: month
    timeZone: Europe/Berlin
    amountUsd: "250.00" # was 200
    thresholds: [50, 80, 100]
    owner: data-platform

  - id: everything
    scope: {}
    period: quarter
    amountUsd: '9000'
`;

let folder = '';
let server: TestServer | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'burnbook-budgets-'));
  await writeFile(path.join(folder, 'budgets.yaml'), FILE);
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function started(writable: boolean): Promise<TestServer> {
  server = await startOn(folder, writable);
  return server;
}

async function startOn(files: string, writable: boolean): Promise<TestServer> {
  const { budgets } = await loadConfig(files);
  return startTestServer({
    config: { ...TEST_CONFIG, ...(budgets ? { budgets } : {}) },
    configFolder: { folder: files, writable },
  });
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function ask(
  here: TestServer,
  method: string,
  { url, body, actor = 'Zoë' }: { url: string; body?: unknown; actor?: string },
): Promise<Answer> {
  const answer = await here.fetch(url, {
    method,
    headers: {
      'burnbook-actor': encodeURIComponent(actor),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const fileText = (): Promise<string> => readFile(path.join(folder, 'budgets.yaml'), 'utf8');

const MAIL = {
  scope: { pipeline: 'mail-etl' },
  period: 'month',
  timeZone: 'Europe/Berlin',
  amountUsd: '300',
  thresholds: [50, 80, 100],
  owner: 'data-platform',
};

const audit = async (here: TestServer, subject: string) =>
  (await here.get(`/api/audit?subject=${encodeURIComponent(subject)}`, listOf(auditEntrySchema)))
    .items;

describe('where the files may be written', () => {
  test('an edit changes what it changes in the file, is in force, and is audited with its person', async () => {
    const here = await started(true);
    const edited = await ask(here, 'PUT', {
      url: '/api/budgets/mail-models',
      body: { budget: MAIL, version: 1, reason: 'agreed on Monday' },
    });
    expect(edited).toEqual({ status: 200, body: { id: 'mail-models', version: 2 } });
    expect(await fileText()).toBe(FILE.replace('"250.00"', '"300"'));
    const budget = await here.get('/api/budgets/mail-models', budgetDetailSchema);
    expect(budget).toMatchObject({ version: 2, amountUsd: '300', writable: true });
    expect(budget.versions.map(({ version, actor, reason }) => [version, actor, reason])).toEqual([
      [2, 'Zoë', 'agreed on Monday'],
      [1, 'configuration files', null],
    ]);
    const [entry, first] = await audit(here, 'budget mail-models');
    expect(entry).toMatchObject({
      actor: 'Zoë',
      action: 'budget.edit',
      before: { amountUsd: '250' },
      after: { amountUsd: '300' },
      reason: 'agreed on Monday',
    });
    expect(first).toMatchObject({ action: 'budget.create', before: null });
    // The watcher of the files finds what is in force already: no second version, no second entry.
    const { budgets } = await loadConfig(folder);
    here.applyConfig({ ...TEST_CONFIG, ...(budgets ? { budgets } : {}) });
    expect((await here.get('/api/budgets/mail-models', budgetDetailSchema)).version).toBe(2);
    expect(await audit(here, 'budget mail-models')).toHaveLength(2);
    expect(await readdir(folder)).toEqual(['budgets.yaml']);
  });

  test('a budget is added and removed; all else of the file stays', async () => {
    const here = await started(true);
    const body = { budget: { ...MAIL, id: 'new', amountUsd: '1.5', period: { rolling: '7d' } } };
    expect(await ask(here, 'POST', { url: '/api/budgets', body })).toEqual({
      status: 201,
      body: { id: 'new', version: 1 },
    });
    expect((await fileText()).startsWith(FILE.trimEnd())).toBe(true);
    expect(await ask(here, 'POST', { url: '/api/budgets', body })).toMatchObject({
      status: 409,
      body: { field: 'budget.id' },
    });
    expect(await ask(here, 'DELETE', { url: '/api/budgets/new?reason=done' })).toEqual({
      status: 200,
      body: { id: 'new', version: 2 },
    });
    expect(await fileText()).toBe(FILE);
    expect((await audit(here, 'budget new')).map(({ action, reason }) => [action, reason])).toEqual(
      [
        ['budget.delete', 'done'],
        ['budget.create', null],
      ],
    );
    expect(await ask(here, 'DELETE', { url: '/api/budgets/new' })).toMatchObject({ status: 404 });
  });

  test('a file that is not there yet is made', async () => {
    await rm(path.join(folder, 'budgets.yaml'));
    const here = await started(true);
    const body = { budget: { id: 'first', period: 'day', amountUsd: '2' } };
    expect((await ask(here, 'POST', { url: '/api/budgets', body })).status).toBe(201);
    const { budgets } = await loadConfig(folder);
    expect(budgets?.budgets).toMatchObject([{ id: 'first', period: 'day', amountUsd: '2' }]);
  });

  test('edits that come at once are all there in the end', async () => {
    const here = await started(true);
    const ids = Array.from({ length: 8 }, (_, index) => `b${index}`);
    const answers = await Promise.all(
      ids.map((id) =>
        ask(here, 'POST', {
          url: '/api/budgets',
          body: { budget: { id, period: 'day', amountUsd: '2' } },
          actor: id,
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 201));
    const { items } = await here.get('/api/budgets', budgetsSchema);
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    for (const id of ids) {
      expect((await audit(here, `budget ${id}`)).map(({ actor }) => actor)).toEqual([id]);
    }
  });

  test('an edit keeps its person also when the files are read again before it is stored', async () => {
    const here = await started(true);
    const edit = ask(here, 'PUT', { url: '/api/budgets/mail-models', body: { budget: MAIL } });
    let done = false;
    const ended = edit.finally(() => (done = true));
    while (!done) {
      await sleep(5);
      const { budgets } = await loadConfig(folder);
      here.applyConfig({ ...TEST_CONFIG, ...(budgets ? { budgets } : {}) });
    }
    // Who read the old file just before may have taken it over once more: two versions more.
    const { status, body } = await ended;
    expect([status, body]).toEqual([200, { id: 'mail-models', version: body['version'] }]);
    expect([2, 4]).toContain(body['version']);
    // Newest first.
    const entries = (await audit(here, 'budget mail-models')).toReversed();
    const isEdited = ({ after }: { after: unknown }): boolean =>
      JSON.stringify(after).includes('300');
    expect(entries.find(isEdited)?.actor).toBe('Zoë');
  });

  test('of two who saw the same version the second is told', async () => {
    const here = await started(true);
    const url = '/api/budgets/mail-models';
    expect((await ask(here, 'PUT', { url, body: { budget: MAIL, version: 1 } })).status).toBe(200);
    const late = await ask(here, 'PUT', {
      url,
      body: { budget: { ...MAIL, amountUsd: '1' }, version: 1 },
    });
    expect(late).toMatchObject({ status: 409, body: { field: 'version', version: 2 } });
    expect(await fileText()).toContain('"300"');
  });

  test('a file that is wrong meanwhile is not written over', async () => {
    const here = await started(true);
    const broken = FILE.replace('period: month', 'period: never');
    await writeFile(path.join(folder, 'budgets.yaml'), broken);
    const answer = await ask(here, 'PUT', {
      url: '/api/budgets/mail-models',
      body: { budget: MAIL },
    });
    expect(answer.status).toBe(409);
    expect(answer.body['detail']).toContain('budgets.yaml:6: budgets.0.period: must be day, week');
    expect(await fileText()).toBe(broken);
  });
});

// They change nothing, so one server takes them all; it has a folder of its own.
describe('a wrong edit', () => {
  let kept = '';
  let here: TestServer;
  beforeAll(async () => {
    kept = await mkdtemp(path.join(tmpdir(), 'burnbook-budgets-'));
    await writeFile(path.join(kept, 'budgets.yaml'), FILE);
    here = await startOn(kept, true);
  });
  afterAll(async () => {
    await here.close();
    await rm(kept, { recursive: true, force: true });
  });

  test.each([
    [{ ...MAIL, amountUsd: 300 }, 'budget.amountUsd'],
    [{ ...MAIL, amountUsd: '0' }, 'budget.amountUsd'],
    [{ ...MAIL, amountUsd: '-1' }, 'budget.amountUsd'],
    [{ ...MAIL, timeZone: 'Mars/Base' }, 'budget.timeZone'],
    [{ ...MAIL, period: 'year' }, 'budget.period'],
    [{ ...MAIL, period: { rolling: '500d' } }, 'budget.period.rolling'],
    [{ ...MAIL, scope: { batch: 'x' } }, 'budget.scope.batch'],
    [{ ...MAIL, thresholds: [0] }, 'budget.thresholds.0'],
    [{ ...MAIL, runbook: 'NoSuchThing' }, 'budget.runbook'],
    [{ ...MAIL, from: '2026-02-01', to: '2026-01-01' }, 'budget.to'],
    [{ ...MAIL, colour: 'red' }, 'budget.colour'],
    [{ ...MAIL, id: 'another' }, 'budget.id'],
  ])('is refused with its field, and the file stays: %j', async (budget, field) => {
    const answer = await ask(here, 'PUT', { url: '/api/budgets/mail-models', body: { budget } });
    expect([answer.status, answer.body['field']]).toEqual([400, field]);
    expect(await readFile(path.join(kept, 'budgets.yaml'), 'utf8')).toBe(FILE);
    expect((await here.get('/api/budgets/mail-models', budgetDetailSchema)).version).toBe(1);
  });
});

describe('where the files may not be written', () => {
  test('an edit answers with the diff that makes it, and changes nothing', async () => {
    const here = await started(false);
    const url = '/api/budgets/mail-models';
    const answer = await ask(here, 'PUT', { url, body: { budget: MAIL } });
    expect(answer).toMatchObject({
      status: 409,
      body: { file: path.join(folder, 'budgets.yaml') },
    });
    expect(answer.body['detail']).toContain('--config-writable');
    expect(answer.body['diff']).toBe(
      [
        '--- a/budgets.yaml',
        '+++ b/budgets.yaml',
        '@@ -5,7 +5,7 @@',
        '     scope: { pipeline: mail-etl } # all models of it',
        '     period: month',
        '     timeZone: Europe/Berlin',
        '-    amountUsd: "250.00" # was 200',
        '+    amountUsd: "300" # was 200',
        '     thresholds: [50, 80, 100]',
        '     owner: data-platform',
        ' ',
        '',
      ].join('\n'),
    );
    expect(await fileText()).toBe(FILE);
    expect(await audit(here, 'budget mail-models')).toHaveLength(1);
    const removal = await ask(here, 'DELETE', { url });
    const patched = spawnSync('git', ['apply', '-'], {
      cwd: folder,
      input: String(removal.body['diff']),
    });
    expect([removal.status, patched.status]).toEqual([409, 0]);
    const { budgets } = await loadConfig(folder);
    expect(budgets?.budgets?.map(({ id }) => id)).toEqual(['everything']);
  });

  test('without a folder there is nothing to change', async () => {
    server = await startTestServer();
    const body = { budget: { id: 'x', period: 'day', amountUsd: '1' } };
    const answer = await ask(server, 'POST', { url: '/api/budgets', body });
    expect(answer).toMatchObject({ status: 409 });
    expect(answer.body['detail']).toContain('--config');
  });
});
