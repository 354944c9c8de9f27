import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCron } from '@burnbook/domain/slo/cron';
import type { Schedule } from '@burnbook/domain/slo/schedule';
import { HOUR_NS, MINUTE_NS, parseTime } from '@burnbook/domain/time';
import { parseDay } from '@burnbook/domain/timeZone';
import type { Config } from '../../server/config/config.js';
import {
  occurrencesSchema,
  replaySchema,
  sloHistorySchema,
  type Occurrence,
  type SloHistory,
} from '../../server/contract.js';
import { alertsBecome, alertsOf, post } from '../support/alerts.js';
import { failedCalls } from '../support/failedCalls.js';
import { sloConfig, sloNamed, sloOf, staysUp } from '../support/slos.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const ns = (text: string): bigint => parseTime(text) ?? 0n;
const scheduleOf = (cron: string, more: Partial<Schedule> = {}): Schedule => ({
  cron: parseCron(cron),
  timeZone: 'UTC',
  deadlineNs: 2n * HOUR_NS,
  holidays: new Set(),
  ...more,
});

/** Every night at half past two by the clocks of Berlin, which are set back on 25 October 2026. */
const SCHEDULES = new Map([
  ['imported', scheduleOf('0 0 1 * *')],
  [
    'nightly',
    scheduleOf('30 2 * * *', {
      timeZone: 'Europe/Berlin',
      holidays: new Set([parseDay('2026-10-28') ?? 0]),
    }),
  ],
]);
const CONFIG: Config = {
  ...sloConfig(
    sloOf({
      name: 'nightly-on-time',
      indicator: { kind: 'deadline', pipeline: 'nightly', weight: 'rows' },
      policies: [],
      pipelines: ['nightly'],
      target: 0.5,
    }),
  ),
  schedules: SCHEDULES,
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    config: CONFIG,
    nowNs: ns('2026-10-19T12:00:00Z'),
    alertPauseMsMax: 100,
  });
});
afterAll(() => server.close());

interface Told {
  readonly batch: string;
  readonly at: string;
  readonly lastsMin?: number;
  readonly kind?: string;
  readonly run?: string;
  readonly pipeline?: string;
  readonly outcome?: 'succeeded' | 'failed';
  /** Only its beginning is told. */
  readonly begins?: boolean;
  readonly rows?: number;
  /** What it says to be of. */
  readonly nominal?: string;
  /** Of a model call at a nano-dollar each. */
  readonly tokens?: number;
}

/** A run, at the time that it ends, unless that has passed. */
async function run({ batch, at, lastsMin = 30, kind = 'scheduled', ...more }: Told): Promise<void> {
  const { run = `${batch} ${at}`, pipeline = 'nightly', outcome = 'succeeded', rows = 100 } = more;
  const startNs = ns(at);
  const endNs = more.begins ? startNs : startNs + BigInt(lastsMin) * MINUTE_NS;
  if (server.nowNs < endNs) server.nowNs = endNs;
  const trace = new TraceMaker({
    startNs,
    common: { 'pipeline.name': pipeline, 'pipeline.run.id': run, 'pipeline.batch.id': batch },
  });
  const whole = { name: 'run', lastsMs: lastsMin * 60_000, failed: outcome === 'failed' };
  await server.send([
    more.begins
      ? trace.span({
          name: 'run started',
          lastsMs: 0,
          attributes: { 'pipeline.event': 'run_started', 'pipeline.run.kind': kind },
        })
      : trace.span({
          ...whole,
          attributes: {
            ...(more.tokens === undefined ? {} : chat('wren', { input: more.tokens })),
            ...(more.nominal === undefined ? {} : { 'pipeline.nominal_time': more.nominal }),
            'pipeline.run.kind': kind,
            'pipeline.run.outcome': outcome,
            'pipeline.rows.out': rows,
          },
        }),
  ]);
}

const occurrences = async (query = ''): Promise<Occurrence[]> =>
  (await server.get(`/api/occurrences?pipeline=nightly${query}`, occurrencesSchema)).items;
const of = async (day: string): Promise<Occurrence | undefined> =>
  (await occurrences()).find(({ nominal }) => nominal.startsWith(day));
/** Moves the clock and has what is due by then judged. */
const until = async (time: string): Promise<void> => {
  server.nowNs = ns(time);
  await occurrences();
};

test('a schedule is expected from the first run on, and what was due before it was told alerts nobody', async () => {
  await run({ pipeline: 'imported', batch: '2026-08', at: '2026-08-01T00:10:00Z' });
  // Right after its start the server waits for what collectors kept for it.
  await until('2026-10-19T12:05:00Z');
  const { items } = await server.get('/api/occurrences?pipeline=imported', occurrencesSchema);
  expect(items.map(({ nominal, verdict }) => [nominal, verdict])).toEqual([
    ['2026-10-01T00:00:00Z', 'missing'],
    ['2026-09-01T00:00:00Z', 'missing'],
    ['2026-08-01T00:00:00Z', 'on_time'],
  ]);
  expect(await alertsOf(server)).toEqual([]);
});

test('on time is what lands by the deadline, whatever backfills do', async () => {
  await run({ batch: '2026-10-20', at: '2026-10-20T00:31:00Z' });
  await run({ batch: '2026-10-12', at: '2026-10-20T02:00:00Z', kind: 'backfill' });
  expect(await occurrences()).toMatchObject([
    {
      nominal: '2026-10-20T00:30:00Z',
      due: '2026-10-20T02:30:00Z',
      verdict: 'on_time',
      batch: '2026-10-20',
      knownThen: { verdict: 'on_time' },
      landedAt: '2026-10-20T01:01:00Z',
      weight: 100,
    },
  ]);
  expect(await alertsOf(server)).toEqual([]);
});

test('missing at the deadline alerts, and landing later is late and ends the alert', async () => {
  await until('2026-10-21T02:30:00Z');
  expect(await of('2026-10-21')).toMatchObject({ verdict: 'pending', cause: 'not due yet' });
  await until('2026-10-21T02:30:01Z');
  expect(await of('2026-10-21')).toMatchObject({ verdict: 'missing', weight: 100 });
  const subject = { pipeline: 'nightly', occurrence: '2026-10-21T00:30:00Z' };
  await alertsBecome(server, 'state=firing', [
    {
      name: 'BatchLateOrMissing',
      source: 'occurrence',
      severity: 'page',
      subject,
      stakeUsd: null,
      figures: { stake: 'no run was seen' },
    },
  ]);
  await run({ batch: '2026-10-21', at: '2026-10-21T05:00:00Z' });
  expect(await of('2026-10-21')).toMatchObject({
    verdict: 'late',
    knownThen: { verdict: 'missing', at: '2026-10-21T02:30:01Z' },
    decidedAt: '2026-10-21T05:30:00Z',
  });
  await alertsBecome(server, 'state=firing', []);
});

test('a failure alerts at once, is held while it is retried, and is made good by a retry in time', async () => {
  await run({ batch: '2026-10-22', at: '2026-10-22T00:31:00Z', outcome: 'failed', tokens: 7 });
  expect(await of('2026-10-22')).toMatchObject({ verdict: 'failed' });
  const failed = [
    {
      name: 'BatchFailed',
      subject: { batch: '2026-10-22' },
      stakeUsd: '0.000000007',
      figures: { stake: 'batch so far' },
    },
  ];
  await alertsBecome(server, 'state=firing', failed);
  await run({ batch: '2026-10-22', at: '2026-10-22T01:10:00Z', begins: true, run: 'again' });
  expect(await of('2026-10-22')).toMatchObject({ verdict: 'pending', cause: 'still running' });
  expect(await alertsOf(server, 'state=firing')).toMatchObject(failed);
  await run({ batch: '2026-10-22', at: '2026-10-22T01:10:00Z', run: 'again' });
  expect(await of('2026-10-22')).toMatchObject({
    verdict: 'on_time',
    cause: 'landed after a failure',
    knownThen: { verdict: 'failed' },
  });
  await alertsBecome(server, 'state=firing', []);
});

test('a run that went silent is unknown, and known again when its telemetry arrives late', async () => {
  await run({ batch: '2026-10-23', at: '2026-10-23T00:31:00Z', begins: true, run: 'lost' });
  await until('2026-10-23T03:00:00Z');
  expect(await of('2026-10-23')).toMatchObject({ verdict: 'unknown', cause: 'telemetry ended' });
  await alertsBecome(server, 'state=firing', [
    { name: 'TelemetryMissing', subject: { occurrence: '2026-10-23T00:30:00Z' } },
  ]);
  const { period } = await sloNamed(server, 'nightly-on-time');
  expect(period).toMatchObject({ good: 200, total: 300, coverage: 0.75 });
  await run({ batch: '2026-10-23', at: '2026-10-23T00:31:00Z', run: 'lost' });
  expect(await of('2026-10-23')).toMatchObject({
    verdict: 'on_time',
    knownThen: { verdict: 'unknown' },
  });
  await alertsBecome(server, 'state=firing', []);
});

test('excluded time takes an occurrence out and back in; a person ends what stays missing', async () => {
  await until('2026-10-24T02:31:00Z');
  const [alert] = await alertsBecome(server, 'state=firing', [{ name: 'BatchLateOrMissing' }]);
  const window = { from: '2026-10-24T00:00:00Z', to: '2026-10-24T01:00:00Z' };
  const { body } = await post(server, '/api/exclusions', {
    scope: { pipeline: 'nightly' },
    ...window,
    reason: 'the source moves',
  });
  expect(await of('2026-10-24')).toMatchObject({ verdict: 'excluded', cause: 'the source moves' });
  await alertsBecome(server, 'state=firing', []);
  await post(server, `/api/exclusions/${String(body['id'])}`, undefined, 'DELETE');
  expect(await of('2026-10-24')).toMatchObject({ verdict: 'missing' });
  await alertsBecome(server, 'state=firing', [{ id: alert?.id }]);
  await post(server, `/api/alerts/${alert?.id}/close`, { reason: 'the source had nothing' });
  await until('2026-10-24T03:31:00Z');
  expect(await alertsOf(server, 'state=firing')).toEqual([]);
});

test('a day on which clocks are set back has one occurrence, and a holiday none to miss', async () => {
  // 02:30 comes twice that night: at 00:30 and at 01:30 UTC.
  await run({ batch: '2026-10-25', at: '2026-10-25T00:31:00Z' });
  await run({ batch: '2026-10-26', at: '2026-10-26T01:31:00Z' });
  // It begins before its time, and is named after nothing.
  await run({ batch: 'load-7', at: '2026-10-27T00:40:00Z', nominal: '2026-10-27T01:30:00Z' });
  await until('2026-10-28T12:00:00Z');
  const items = await occurrences('&from=2026-10-25T00:00:00Z');
  expect(items.map(({ nominal, verdict, cause }) => [nominal, verdict, cause])).toEqual([
    ['2026-10-28T01:30:00Z', 'excluded', 'holiday'],
    ['2026-10-27T01:30:00Z', 'on_time', 'landed'],
    ['2026-10-26T01:30:00Z', 'on_time', 'landed'],
    ['2026-10-25T00:30:00Z', 'on_time', 'landed'],
  ]);
  expect(await alertsOf(server, 'state=firing')).toEqual([]);
});

test('what is under way tells how likely it misses its deadline', async () => {
  await run({ batch: '2026-10-29', at: '2026-10-29T01:31:00Z', begins: true, run: 'slow' });
  expect((await of('2026-10-29'))?.missProbability).toMatchObject({
    method: 'since the start',
    value: expect.toSatisfy((value: number) => value < 0.2),
  });
  await server.send(failedCalls('nightly', { runId: 'slow', atNs: server.nowNs }));
  await alertsBecome(server, 'name=ProviderOutage', [{ severity: 'ticket' }]);
  await until('2026-10-29T03:25:00Z');
  await run({ batch: '2026-10-29', at: '2026-10-29T03:25:00Z', begins: true, run: 'too late' });
  expect((await of('2026-10-29'))?.missProbability?.value).toBeGreaterThan(0.5);
  await server.send(failedCalls('nightly', { runId: 'too late', atNs: server.nowNs }));
  await alertsBecome(server, 'name=ProviderOutage', [{ severity: 'page' }]);
  await run({ batch: '2026-10-29', at: '2026-10-29T01:31:00Z', run: 'slow' });
  expect(await of('2026-10-29')).toMatchObject({ verdict: 'on_time', missProbability: null });
});

test('verdicts outlive the store and the server; what fell due while it was away is judged after it is back', async () => {
  const before = await occurrences();
  await server.killStore();
  await expect.poll(occurrences, { timeout: 10_000 }).toEqual(before);
  await server.restart(async () => {
    server.nowNs = ns('2026-10-30T06:00:00Z');
    await Promise.resolve();
  });
  expect(await occurrences('&to=2026-10-30T00:00:00Z')).toEqual(before);
  expect(await of('2026-10-30')).toMatchObject({
    verdict: 'pending',
    cause: 'the server was away',
  });
  await run({ batch: '2026-10-30', at: '2026-10-30T01:31:00Z' });
  expect(await of('2026-10-30')).toMatchObject({
    verdict: 'on_time',
    knownThen: { verdict: 'on_time' },
  });
  await staysUp(server, { fromNs: server.nowNs, toNs: ns('2026-10-31T06:00:00Z') });
  await until('2026-10-31T06:00:00Z');
  expect(await of('2026-10-31')).toMatchObject({ verdict: 'missing' });
});

test('a replay knows when the server was away: it tells what was told, and when that was judged', async () => {
  const range = { from: '2026-10-30T00:00:00Z', to: '2026-10-31T06:00:00Z' };
  const { body } = await post(server, '/api/slos/replay', { slo: 'nightly-on-time', ...range });
  const { runs, away } = replaySchema.parse(body);
  expect(away).toEqual([{ from: range.from, to: '2026-10-30T06:00:00Z' }]);
  const [run] = runs;
  expect(run?.fires.map(({ pair, occurrence }) => [pair, occurrence])).toEqual([
    ['BatchLateOrMissing', '2026-10-31T01:30:00Z'],
  ]);
  expect(run?.expected?.occurrences[0]?.known).toEqual([
    { at: '2026-10-30T01:30:00Z', verdict: 'pending', cause: 'not due yet' },
    { at: '2026-10-30T06:00:00Z', verdict: 'on_time', cause: 'landed' },
  ]);
});

test('an edited schedule expects nothing of the past; too many bad occurrences are a ticket', async () => {
  const before = await occurrences();
  const hourly = scheduleOf('0 * * * *', { deadlineNs: HOUR_NS, severity: 'ticket' });
  server.applyConfig({ ...CONFIG, schedules: new Map([['nightly', hourly]]) });
  await until('2026-10-31T06:30:00Z');
  expect(await occurrences()).toEqual(before);
  const slo = await sloNamed(server, 'nightly-on-time');
  // Two were missing, one late, each as heavy as the others.
  expect(slo).toMatchObject({ indicatorKind: 'deadline', state: 'ok' });
  expect(slo.period).toMatchObject({ good: 800, total: 1_100 });
  await until('2026-10-31T15:30:00Z');
  expect(await occurrences('&verdict=missing&from=2026-10-31T03:00:00Z')).toHaveLength(8);
  expect(await sloNamed(server, 'nightly-on-time')).toMatchObject({
    state: 'critical',
    burnRate: 2,
    verdict: expect.stringContaining('last 8 occurrences burn 2 times'),
  });
  const ticket = { name: 'ErrorBudgetBurn', severity: 'ticket' };
  await alertsBecome(server, 'state=firing&name=ErrorBudgetBurn', [ticket]);
  const late = await alertsOf(server, 'state=firing&name=BatchLateOrMissing');
  expect(late.map(({ severity }) => severity)).toEqual(Array.from({ length: 9 }, () => 'ticket'));
});

test('the history of a deadline has each occurrence as it was known then and is known now', async () => {
  const all: SloHistory['items'] = [];
  let cursor = '';
  do {
    const page = await server.get(
      `/api/slos/nightly-on-time/history?from=2026-10-20T00:00:00Z&to=2026-10-29T00:00:00Z&limit=7${cursor}`,
      sloHistorySchema,
    );
    all.push(...page.items);
    cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
  } while (cursor !== '');
  expect(all.map(({ at }) => at)).toEqual(
    all
      .map(({ at }) => at)
      .toSorted()
      .toReversed(),
  );
  const known = all
    .filter(({ kind }) => kind === 'occurrence')
    .map(({ occurrence, knownThen, correctedNow, causes }) => [
      occurrence,
      knownThen.outcome,
      correctedNow.outcome,
      causes,
    ]);
  expect(all).toContainEqual(
    expect.objectContaining({
      kind: 'snapshot',
      knownThen: expect.objectContaining({ good: 200, total: 300 }),
      correctedNow: expect.objectContaining({ good: 300, total: 400 }),
      causes: ['late'],
    }),
  );
  expect(known).toEqual([
    ['2026-10-28T01:30:00Z', 'excluded', 'excluded', []],
    ['2026-10-27T01:30:00Z', 'on_time', 'on_time', []],
    ['2026-10-26T01:30:00Z', 'on_time', 'on_time', []],
    ['2026-10-25T00:30:00Z', 'on_time', 'on_time', []],
    ['2026-10-24T00:30:00Z', 'missing', 'missing', []],
    ['2026-10-23T00:30:00Z', 'unknown', 'on_time', ['landed']],
    ['2026-10-22T00:30:00Z', 'failed', 'on_time', ['landed after a failure']],
    ['2026-10-21T00:30:00Z', 'missing', 'late', ['landed']],
    ['2026-10-20T00:30:00Z', 'on_time', 'on_time', []],
  ]);
});

test('an SLO of a deadline has its detail, its burn and its history, and ends with its schedule', async () => {
  for (const what of ['', '/burn', '/history']) {
    const answer = await server.fetch(`/api/slos/nightly-on-time${what}`);
    expect([what, answer.status]).toEqual([what, 200]);
  }
  const range = { from: '2026-10-20T00:00:00Z', to: '2026-10-30T00:00:00Z' };
  const replay = await post(server, '/api/slos/replay', { slo: 'nightly-on-time', ...range });
  expect(replay).toMatchObject({ status: 200, body: { runs: [{ what: 'standing' }] } });
  server.applyConfig({ ...CONFIG, schedules: new Map() });
  expect(await occurrences()).toEqual([]);
  await alertsBecome(server, 'state=firing&pipeline=nightly', []);
});

test('what is asked wrongly is said', async () => {
  const answer = await server.fetch('/api/occurrences?verdict=perhaps');
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('verdict')]);
});
