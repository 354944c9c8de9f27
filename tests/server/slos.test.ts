import { formatTime, HOUR_NS, MINUTE_NS } from '@burnbook/domain/time';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { indicatorIdOf } from '../../server/config/openSlo/indicator.js';
import {
  problemSchema,
  replaySchema,
  sloBurnSchema,
  sloDetailSchema,
  sloHistorySchema,
  slosSchema,
  alertsSchema,
  exclusionWindowSchema,
} from '../../server/contract.js';
import { at } from '../support/budgets.js';
import { attemptsSloYaml } from '../support/sloYaml.js';
import { ratio, sloConfig, sloNamed, sloOf, tries } from '../support/slos.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const NOON = at('2026-06-10T12:00:00Z');

const slow = (value: string, events: 'attempts' | 'modelCalls', limit: number) =>
  ({
    kind: 'threshold',
    events: { events, where: { pipeline: ['mail-*'] } },
    value,
    op: 'lt',
    limit,
  }) as const;

const SLOS = [
  sloOf({ name: 'attempts' }),
  sloOf({ name: 'operations', indicator: ratio('operations') }),
  sloOf({ name: 'all-attempts', indicator: ratio('attempts', {}), pipelines: [] }),
  sloOf({ name: 'fast-attempts', indicator: slow('latency', 'attempts', 250) }),
  sloOf({ name: 'runs', indicator: ratio('runs') }),
  sloOf({ name: 'rows', indicator: ratio('rows') }),
  sloOf({ name: 'calls', indicator: ratio('modelCalls') }),
  sloOf({ name: 'fast-calls', indicator: slow('latency', 'modelCalls', 500) }),
  sloOf({ name: 'short-answers', indicator: slow('outputTokens', 'modelCalls', 100) }),
  sloOf({
    name: 'tagged-calls',
    indicator: ratio('modelCalls', { 'tag.customer': ['acme'], model: ['wr*'] }),
  }),
  sloOf({
    name: 'fresh',
    indicator: {
      kind: 'freshness',
      pipeline: 'mail-etl',
      dataset: null,
      ageMaxNs: 30n * MINUTE_NS,
    },
  }),
  sloOf({
    name: 'by-sql',
    indicator: {
      kind: 'sql',
      sql: `SELECT end_ns AS at, (outcome = 'succeeded')::INT AS good, 1 AS total FROM attempts
            WHERE end_ns >= $from AND end_ns < $to AND step = 'extract'`,
      pipeline: 'mail-etl',
    },
  }),
  sloOf({ name: 'ingest', indicator: ratio('server', { name: ['ingest'] }), pipelines: [] }),
  sloOf({
    name: 'minutes',
    method: 'Timeslices',
    slice: { target: 0.5, lengthNs: MINUTE_NS },
    target: 0.9,
  }),
].map((slo) =>
  slo.name === 'ingest'
    ? withIndicator(slo, {
        kind: 'ratio',
        total: { events: 'server', where: { name: ['ingest'] } },
        good: { events: 'server', where: { name: ['ingest'], outcome: ['acknowledged'] } },
        bad: null,
      })
    : slo,
);

function withIndicator(
  slo: ReturnType<typeof sloOf>,
  indicator: ReturnType<typeof sloOf>['indicator'],
) {
  return { ...slo, indicator, indicatorId: indicatorIdOf(indicator) };
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: sloConfig(...SLOS), nowNs: NOON });
  const run = new TraceMaker({
    startNs: NOON - 20n * MINUTE_NS,
    common: { 'pipeline.name': 'mail-etl', 'pipeline.run.id': 'run-1' },
  });
  const root = run.span({
    name: 'run',
    lastsMs: 300_000,
    attributes: { 'pipeline.run.kind': 'scheduled' },
  });
  const step = run.span({
    name: 'gate',
    parent: root,
    lastsMs: 60_000,
    attributes: {
      'pipeline.step.name': 'gate',
      'pipeline.rows.in': 100,
      'pipeline.rows.failed': 4,
    },
  });
  const calls = [200, 600, 700].map((lastsMs, index) =>
    run.span({
      name: 'chat',
      parent: step,
      atMs: 1_000 * index,
      lastsMs,
      failed: index === 2,
      attributes: chat(
        'wren',
        { output: 99 + index },
        index === 0 ? {} : { 'tag.customer': 'acme' },
      ),
    }),
  );
  await server.send([
    ...tries({ atNs: NOON - 5n * MINUTE_NS, outcomes: ['failed', 'failed', 'succeeded'] }),
    ...tries({ atNs: NOON - 4n * MINUTE_NS, outcomes: ['succeeded'], lastsMs: 250 }),
    ...tries({ atNs: NOON - 4n * MINUTE_NS, outcomes: ['failed'], pipeline: 'other' }),
    root,
    step,
    ...calls,
  ]);
});
afterAll(() => server.close());

const countsOf = async (name: string): Promise<readonly [good: number, total: number]> => {
  const { period } = await sloNamed(server, name);
  return [period.good, period.total];
};

describe('what is counted', () => {
  test('each try, an operation once, a run, rows by their number, and calls by any attribute', async () => {
    expect(await countsOf('attempts')).toEqual([2, 4]);
    expect(await countsOf('operations')).toEqual([2, 2]);
    expect(await countsOf('all-attempts')).toEqual([2, 5]);
    expect(await countsOf('runs')).toEqual([2, 2]);
    expect(await countsOf('rows')).toEqual([96, 100]);
    expect(await countsOf('calls')).toEqual([2, 3]);
    expect(await countsOf('tagged-calls')).toEqual([1, 2]);
  });

  test('values against a limit, which itself is over', async () => {
    expect(await countsOf('fast-attempts')).toEqual([3, 4]);
    expect(await countsOf('fast-calls')).toEqual([1, 3]);
    expect(await countsOf('short-answers')).toEqual([1, 3]);
  });

  test('minutes in which the newest success is young enough, since there was one', async () => {
    const { period } = await sloNamed(server, 'fresh');
    // The run ended a quarter of an hour ago, and 30 min are allowed.
    expect([period.good, period.total]).toEqual([15, 15]);
  });

  test('what checked SQL says', async () => {
    expect((await sloNamed(server, 'by-sql')).verdict).not.toMatch(/^Cannot/);
    expect(await countsOf('by-sql')).toEqual([2, 5]);
  });

  test('slices of time by their share of good', async () => {
    // Of the minute with two failures of three a third was good; the other minute was good.
    expect(await countsOf('minutes')).toEqual([1, 2]);
  });

  test('requests of the server itself, once their minute is stored', async () => {
    server.nowNs += MINUTE_NS;
    expect(await countsOf('ingest')).toEqual([1, 1]);
    server.nowNs -= MINUTE_NS;
  });
});

describe('how an SLO is told', () => {
  test('the list is sorted by what is empty first, in pages and as CSV', async () => {
    const { items } = await server.get('/api/slos', slosSchema);
    const empty = items.map(({ emptyAt }) => emptyAt ?? '9');
    expect(empty).toEqual(empty.toSorted());
    const first = await server.get('/api/slos?limit=2', slosSchema);
    expect(first.items).toEqual(items.slice(0, 2));
    const rest = await server.get(`/api/slos?cursor=${first.nextCursor}`, slosSchema);
    expect(rest.items).toEqual(items.slice(2));
    const csv = await server.fetch('/api/slos', { headers: { accept: 'text/csv' } });
    expect(csv.status).toBe(200);
    expect((await csv.text()).split('\r\n')).toHaveLength(items.length + 2);
  });

  test('what bad events have more often than good ones comes with the counts and the spans', async () => {
    const detail = await server.get('/api/slos/all-attempts', sloDetailSchema);
    expect(detail.differs).toContainEqual({
      attribute: 'errorClass',
      value: 'server',
      bad: 3,
      badTotal: 3,
      good: 0,
      goodTotal: 2,
      ratio: null,
    });
    expect(detail.differs).toContainEqual(
      expect.objectContaining({ attribute: 'pipeline', value: 'other', bad: 1, good: 0 }),
    );
    expect(detail.badEvents).toHaveLength(3);
    expect(detail.badEvents[0]).toMatchObject({ pipeline: 'other', step: 'extract' });
    expect(detail.badEvents[0]?.evidence?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(detail.versions).toMatchObject([{ version: 1, actor: 'configuration files' }]);
    expect(detail.definition).toEqual({
      yaml: '# all-attempts\n',
      file: 'slos/mail.yaml',
      line: 1,
      schedule: null,
    });
    expect(detail.other).toMatchObject({ windowKind: 'calendar', period: { good: 2, total: 5 } });
    for (const { name } of SLOS) await server.get(`/api/slos/${name}`, sloDetailSchema);
  });

  test('the burn over a month has at most 500 points, which sum up to all that there was', async () => {
    const burn = await server.get('/api/slos/attempts/burn?from=-30d', sloBurnSchema);
    expect(burn.points.length).toBeLessThanOrEqual(500);
    expect(burn.points.reduce((sum, { total }) => sum + total, 0)).toBe(4);
    const { budgetLeft } = await sloNamed(server, 'attempts');
    expect(burn.points.at(-1)?.budgetLeft).toBeCloseTo(budgetLeft ?? 0, 6);
    // Before the first event there is no pace; then each event spends what the target allows of it.
    const paced = burn.points.filter(({ pace }) => pace !== null);
    const young = burn.points.filter(({ total }) => total > 0);
    expect(paced[0]?.at).toBe(young[0]?.at);
    expect(paced.at(-1)?.pace).toBeGreaterThan(burn.points.at(-1)?.budgetLeft ?? 1);
    expect(burn.pairs).toHaveLength(4);
    expect(burn.annotations).toMatchObject([{ kind: 'version' }]);
  });

  test('what is asked wrongly is refused by its name', async () => {
    const wrong = async (path: string, init?: RequestInit) => {
      const answer = await server.fetch(path, init);
      return [answer.status, problemSchema.parse(await answer.json()).field];
    };
    const replay = (body: object) =>
      wrong('/api/slos/replay', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ from: '-1d', to: 'now', ...body }),
      });
    expect(await wrong('/api/slos/nothing')).toEqual([404, 'name']);
    expect(await wrong('/api/slos/nothing/burn')).toEqual([404, 'name']);
    expect(await wrong('/api/slos?limit=0')).toEqual([400, 'limit']);
    expect(await wrong('/api/slos/attempts?from=soon')).toEqual([400, 'from']);
    expect(await wrong('/api/slos/attempts/burn?from=now&to=-1d')).toEqual([400, 'from']);
    expect(await wrong('/api/slos/attempts/history?cursor=x')).toEqual([400, 'cursor']);
    expect(await replay({})).toEqual([400, 'yaml']);
    expect(await replay({ slo: 'nothing' })).toEqual([400, 'slo']);
    expect(await replay({ yaml: 'kind: SLO' })).toEqual([400, 'yaml']);
    expect(await replay({ slo: 'attempts', from: 'now', to: '-1d' })).toEqual([400, 'from']);
  });
});

describe('when it burns', () => {
  test('bad events are told with all that SLOs see, within seconds and while nobody asks', async () => {
    const bad = Array.from({ length: 30 }, (_, index) =>
      tries({ atNs: NOON - 2n * MINUTE_NS + BigInt(index), outcomes: ['failed'] }),
    ).flat();
    await server.send(bad);
    await expect
      .poll(
        async () => {
          const { items } = await server.get('/api/alerts?state=firing', alertsSchema);
          return items.map(({ name, subject }) => [name, subject['slo'], subject['pair']]);
        },
        { timeout: 10_000 },
      )
      .toContainEqual(['ErrorBudgetBurn', 'attempts', 'page 1h/5m']);
    expect(await sloNamed(server, 'attempts')).toMatchObject({ state: 'critical' });
  });

  test('a replay of the proposed policy tells when it would have fired, and how late', async () => {
    const answer = await server.fetch('/api/slos/replay', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ yaml: PROPOSED, from: '-2h', to: 'now' }),
    });
    const { runs, series } = replaySchema.parse(await answer.json());
    expect(runs).toHaveLength(1);
    expect(runs[0]?.fires).toContainEqual(
      expect.objectContaining({ severity: 'page', pair: 'page 1h/5m', latenessSeconds: 240 }),
    );
    expect(series.reduce((sum, { total }) => sum + total, 0)).toBe(34);
    const standing = await server.fetch('/api/slos/replay', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ slo: 'attempts', from: '-2h', to: 'now' }),
    });
    expect(replaySchema.parse(await standing.json()).runs[0]).toMatchObject({ what: 'standing' });
  });

  test('late data changes what is known now, and not what was shown then', async () => {
    server.nowNs = NOON + 2n * HOUR_NS;
    const before = await sloNamed(server, 'attempts');
    server.nowNs += HOUR_NS;
    await server.send(tries({ atNs: NOON - 30n * MINUTE_NS, outcomes: ['succeeded'] }));
    expect((await sloNamed(server, 'attempts')).period.total).toBe(before.period.total + 1);
    const { items } = await server.get('/api/slos/attempts/history', sloHistorySchema);
    const shown = items.find(({ knownThen }) => knownThen.total === before.period.total);
    expect(shown).toMatchObject({
      knownThen: { good: before.period.good, budgetLeft: before.budgetLeft },
      correctedNow: { good: before.period.good + 1, total: before.period.total + 1 },
      causes: ['late'],
    });
    expect(items[0]).toMatchObject({ causes: [] });
  });

  test('excluded time is taken out of the count, told with and without, and put back', async () => {
    const before = await sloNamed(server, 'attempts');
    const answer = await server.fetch('/api/exclusions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'burnbook-actor': 'Ada' },
      body: JSON.stringify({
        scope: { pipeline: 'mail-etl' },
        from: formatTime(NOON - 3n * MINUTE_NS),
        to: formatTime(NOON),
        reason: 'maintenance of the source',
      }),
    });
    const { id } = exclusionWindowSchema.parse(await answer.json());
    const without = await sloNamed(server, 'attempts');
    expect(without).toMatchObject({
      excludedSeconds: 180,
      budgetLeftWithoutExclusions: before.budgetLeft,
    });
    expect(without.period.total).toBe(before.period.total - 30);
    expect(without.budgetLeft).toBeGreaterThan(before.budgetLeft ?? Infinity);
    const { items } = await server.get('/api/slos/attempts/history', sloHistorySchema);
    const told = items.find(({ knownThen }) => knownThen.total === before.period.total);
    expect(told?.causes).toContain('exclusion');
    expect(told?.correctedNow.total).toBe(before.period.total - 30);
    await server.fetch(`/api/exclusions/${id}`, { method: 'DELETE' });
    expect(await sloNamed(server, 'attempts')).toMatchObject({
      excludedSeconds: 0,
      budgetLeftWithoutExclusions: null,
      budgetLeft: before.budgetLeft,
    });
  });

  test('an edited SLO is a new version with a history of its own beside the old one', async () => {
    const edited = sloOf({ name: 'attempts', target: 0.5 });
    server.applyConfig(sloConfig(edited, ...SLOS.slice(1)));
    expect(await sloNamed(server, 'attempts')).toMatchObject({ version: 2, target: 0.5 });
    const { versions } = await server.get('/api/slos/attempts', sloDetailSchema);
    expect(versions.map(({ version }) => version)).toEqual([2, 1]);
    server.nowNs += HOUR_NS;
    await sloNamed(server, 'attempts');
    const { items } = await server.get('/api/slos/attempts/history', sloHistorySchema);
    expect(new Set(items.map(({ version }) => version))).toEqual(new Set([1, 2]));
    server.applyConfig(sloConfig(...SLOS));
    expect(await sloNamed(server, 'attempts')).toMatchObject({ version: 3, target: 0.99 });
  });

  test('counts and alerts that stand survive a restart', async () => {
    const before = await server.get('/api/slos', slosSchema);
    await server.restart();
    const after = await server.get('/api/slos', slosSchema);
    const ours = ({ items }: typeof before) =>
      items
        .filter(({ name }) => name !== 'ingest')
        .map(({ name, period, state }) => [name, period.good, period.total, state]);
    expect(ours(after)).toEqual(ours(before));
  });
});

const PROPOSED = attemptsSloYaml({
  name: 'proposed',
  service: 'mail-etl',
  pipeline: 'mail-etl',
});
