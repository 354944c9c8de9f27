import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCron } from '@burnbook/domain/slo/cron';
import type { Schedule } from '@burnbook/domain/slo/schedule';
import { HOUR_NS, parseTime } from '@burnbook/domain/time';
import type { Config } from '../../server/config/config.js';
import { occurrencesSchema, replaySchema, type Replay } from '../../server/contract.js';
import { alertsOf, post } from '../support/alerts.js';
import { sloConfig, sloOf, staysUp } from '../support/slos.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { TraceMaker } from '../support/traceMaker.js';

const ns = (text: string): bigint => parseTime(text) ?? 0n;

const NIGHTLY: Schedule = {
  cron: parseCron('0 2 * * *'),
  timeZone: 'UTC',
  deadlineNs: 2n * HOUR_NS,
  holidays: new Set(),
};
const CONFIG: Config = {
  ...sloConfig(
    sloOf({
      name: 'nightly-on-time',
      indicator: { kind: 'deadline', pipeline: 'nightly', weight: 'occurrences' },
      policies: [],
      pipelines: ['nightly'],
      target: 0.9,
    }),
  ),
  pipelines: {
    pipelines: [
      { name: 'nightly', schedule: { cron: '0 2 * * *', timeZone: 'UTC', deadline: '2h' } },
    ],
  },
  schedules: new Map([['nightly', NIGHTLY]]),
};

interface Told {
  readonly from: string;
  readonly to: string;
  readonly outcome?: 'succeeded' | 'failed';
  /** When it arrives; at its end unless said. */
  readonly arrives?: string;
  /** Only its beginning is told. */
  readonly begins?: boolean;
  readonly pipeline?: string;
  readonly rows?: number;
}

let server: TestServer;

/** A run of the day that it begins on; the clock goes on to when its telemetry arrives, unless it is there already. */
async function run({ from, to, outcome = 'succeeded', ...more }: Told): Promise<void> {
  const { pipeline = 'nightly', begins = false, rows = 100 } = more;
  const [startNs, endNs] = [ns(from), ns(to)];
  await until(more.arrives ?? (begins ? from : to));
  const trace = new TraceMaker({
    startNs,
    common: {
      'pipeline.name': pipeline,
      'pipeline.run.id': `${pipeline} ${from}`,
      'pipeline.batch.id': from.slice(0, 10),
      'pipeline.run.kind': 'scheduled',
    },
  });
  const lastsMs = Number((endNs - startNs) / 1_000_000n);
  await server.send([
    begins
      ? trace.span({ name: 'began', lastsMs: 0, attributes: { 'pipeline.event': 'run_started' } })
      : trace.span({
          name: 'run',
          lastsMs,
          failed: outcome === 'failed',
          attributes: { 'pipeline.run.outcome': outcome, 'pipeline.rows.out': rows },
        }),
  ]);
  await judged();
}

const judged = async () =>
  (await server.get('/api/occurrences?limit=500', occurrencesSchema)).items;

/** Has what begins and falls due on the way judged when it does. */
async function until(time: string): Promise<void> {
  for (let day = ns('2026-03-01T00:00:00Z'); day < ns(time); day += 24n * HOUR_NS) {
    for (const atNs of [day + 2n * HOUR_NS, day + 4n * HOUR_NS + 1n]) {
      if (atNs <= server.nowNs || atNs >= ns(time)) continue;
      server.nowNs = atNs;
      await judged();
    }
  }
  if (server.nowNs < ns(time)) server.nowNs = ns(time);
  await judged();
}

const RANGE = { from: '2026-03-01T00:00:00Z', to: '2026-03-10T00:00:00Z' };

async function replay(asked: object): Promise<Replay['runs']> {
  const { status, body } = await post(server, '/api/slos/replay', { ...RANGE, ...asked });
  expect([status, body['detail']]).toEqual([200, undefined]);
  return replaySchema.parse(body).runs;
}

const refused = async (asked: object) => {
  const { status, body } = await post(server, '/api/slos/replay', { ...RANGE, ...asked });
  return [status, body['field'], body['detail']];
};

const told = (run: Replay['runs'][number] | undefined) =>
  run?.fires.map(({ occurrence, pair, from, to, noise, latenessSeconds }) => [
    occurrence?.slice(0, 10) ?? null,
    pair,
    `${from.slice(8, 16)} – ${to?.slice(8, 16) ?? ''}`,
    noise,
    latenessSeconds,
  ]);

const verdictsOf = (run: Replay['runs'][number] | undefined) =>
  run?.expected?.occurrences.map(({ nominal, verdict }) => [nominal.slice(0, 10), verdict]);

const definition = (said: {
  readonly pipeline?: string;
  readonly target?: number;
  readonly weight?: string;
  readonly name?: string;
}) => `
apiVersion: openslo/v1
kind: SLO
metadata: { name: ${said.name ?? 'proposed'} }
spec:
  service: nightly
  budgetingMethod: Occurrences
  timeWindow: [{ duration: 28d, isRolling: true }]
  indicator:
    metadata: { name: in-time }
    spec:
      thresholdMetric:
        metricSource:
          type: burnbook
          spec: { deadline: { pipeline: ${said.pipeline ?? 'nightly'}, weight: ${said.weight ?? 'occurrences'} } }
  objectives: [{ target: ${said.target ?? 0.9} }]
`;

beforeAll(async () => {
  server = await startTestServer({ config: CONFIG, nowNs: ns('2026-03-01T00:00:00Z') });
  await staysUp(server, { fromNs: server.nowNs, toNs: ns('2026-03-10T00:00:00Z') });
  server.nowNs = ns('2026-03-01T00:05:00Z');
  await judged();
  await run({ from: '2026-03-01T02:01:00Z', to: '2026-03-01T02:31:00Z' });
  // A failure, made good in time.
  await run({ from: '2026-03-02T02:01:00Z', to: '2026-03-02T02:31:00Z', outcome: 'failed' });
  await run({ from: '2026-03-02T02:40:00Z', to: '2026-03-02T03:10:00Z' });
  // Nothing until long after the deadline.
  await run({ from: '2026-03-03T05:00:00Z', to: '2026-03-03T05:30:00Z' });
  // In time, and heard of too late.
  await run({
    from: '2026-03-04T02:01:00Z',
    to: '2026-03-04T02:31:00Z',
    arrives: '2026-03-04T06:00:00Z',
  });
  // Failed early, and heard of too late.
  await run({
    from: '2026-03-05T02:01:00Z',
    to: '2026-03-05T02:31:00Z',
    outcome: 'failed',
    arrives: '2026-03-05T05:00:00Z',
  });
  // Seen to begin, and never again.
  await run({ from: '2026-03-06T02:01:00Z', to: '2026-03-06T02:31:00Z', begins: true });
  // Under way at the deadline.
  await run({ from: '2026-03-07T03:59:30Z', to: '2026-03-07T04:30:00Z', begins: true });
  await run({ from: '2026-03-07T03:59:30Z', to: '2026-03-07T04:30:00Z' });
  await run({ from: '2026-03-08T02:01:00Z', to: '2026-03-08T02:31:00Z' });
  await until('2026-03-10T00:00:00Z');
});
afterAll(() => server.close());

test('each expected occurrence is told as it was known at every moment, as it was when it happened', async () => {
  const [standing] = await replay({ slo: 'nightly-on-time' });
  expect(told(standing)).toEqual([
    ['2026-03-02', 'BatchFailed', '02T02:31 – 02T03:10', true, null],
    ['2026-03-03', 'BatchLateOrMissing', '03T04:00 – 03T05:30', false, 0],
    ['2026-03-04', 'BatchLateOrMissing', '04T04:00 – 04T06:00', true, null],
    ['2026-03-05', 'BatchLateOrMissing', '05T04:00 – 05T05:00', false, 89 * 60],
    ['2026-03-05', 'BatchFailed', '05T05:00 – ', false, 149 * 60],
    ['2026-03-06', 'TelemetryMissing', '06T04:00 – ', false, null],
    ['2026-03-07', 'BatchLateOrMissing', '07T04:00 – 07T04:30', false, 0],
    ['2026-03-09', 'BatchLateOrMissing', '09T04:00 – ', false, 0],
    // Four of the last eight.
    [null, 'ErrorBudgetBurn', '09T04:00 – ', false, 6 * 86_400],
  ]);
  // Of six, the mean of the two in the middle.
  expect(standing).toMatchObject({ what: 'standing', pages: 8, tickets: 1, noise: 2 });
  expect(standing?.medianLatenessSeconds).toBe((0 + 89 * 60) / 2);
  // It failed at 02:31, and nobody was told for an hour and a half.
  expect(standing?.misses).toMatchObject([
    {
      occurrence: '2026-03-05T02:00:00Z',
      from: '2026-03-05T02:31:00Z',
      to: '2026-03-05T04:00:00.000000001Z',
    },
  ]);
  const live = (await judged()).toReversed().map(({ nominal, verdict, knownThen }) => ({
    nominal,
    verdict,
    knownThen,
  }));
  expect(live).toHaveLength(9);
  const found = standing?.expected?.occurrences.map(({ nominal, verdict, known }) => {
    const first = known.find((each) => each.verdict !== 'pending');
    return { nominal, verdict, knownThen: first && { verdict: first.verdict, at: first.at } };
  });
  expect(found).toEqual(live);
  // And the alerts that it tells are those that were raised.
  const raised = (await alertsOf(server, 'state=all&limit=200&pipeline=nightly'))
    .filter(({ source, name }) => source === 'occurrence' || name === 'ErrorBudgetBurn')
    .map(({ name, subject, severity }) => `${severity} ${name} ${subject['occurrence'] ?? null}`);
  const replayed = standing?.fires.map(
    ({ pair, occurrence, severity }) => `${severity} ${pair} ${occurrence}`,
  );
  expect(replayed?.toSorted()).toEqual(raised.toSorted());
});

test('a proposed schedule is expected of the whole past, with its own deadline, zone and holidays', async () => {
  const slo = 'nightly-on-time';
  const inFourHours = { cron: '0 2 * * *', timeZone: 'UTC', deadline: '4h' };
  const [proposed, standing] = await replay({ slo, schedule: inFourHours });
  expect([proposed?.what, standing?.what]).toEqual(['proposed', 'standing']);
  expect(proposed?.expected?.verdicts).toEqual({ on_time: 6, failed: 1, unknown: 1, missing: 1 });
  expect(standing?.expected?.verdicts).toEqual({
    on_time: 4,
    late: 2,
    failed: 1,
    unknown: 1,
    missing: 1,
  });
  expect(told(proposed)).toEqual([
    ['2026-03-02', 'BatchFailed', '02T02:31 – 02T03:10', true, null],
    ['2026-03-05', 'BatchFailed', '05T05:00 – ', false, 149 * 60],
    ['2026-03-06', 'TelemetryMissing', '06T06:00 – ', false, null],
    ['2026-03-09', 'BatchLateOrMissing', '09T06:00 – ', false, 0],
    [null, 'ErrorBudgetBurn', '09T06:00 – ', false, (4 * 24 + 3) * 3_600 + 29 * 60],
  ]);
  // By the clocks of Berlin the same hour is 03:00; as YAML, without two of the days, and for nobody's sleep.
  const [berlin] = await replay({
    slo,
    schedule: `cron: "0 3 * * *"
timeZone: Europe/Berlin
deadline: 2h
severity: ticket
holidays: [2026-03-03, 2026-03-09]
`,
  });
  expect(berlin?.expected?.verdicts).toMatchObject({ excluded: 2, late: 1 });
  expect(berlin).toMatchObject({ pages: 0, tickets: 6 });
  const fires = berlin?.fires.map(({ occurrence }) => occurrence);
  expect(fires).not.toContain('2026-03-03T02:00:00Z');
});

test('a proposed target and weight change what burns, and what time does not count is left out', async () => {
  const [half, standing] = await replay({
    yaml: definition({ name: 'nightly-on-time', target: 0.5, weight: 'rows' }),
  });
  // Without a name of its own it stands beside its namesake, which allows a fifth of it.
  expect(standing?.budgetLeft).toBeLessThan(half?.budgetLeft ?? -Infinity);
  expect(half?.fires.map(({ pair }) => pair)).not.toContain('ErrorBudgetBurn');
  const { series } = replaySchema.parse(
    (
      await post(server, '/api/slos/replay', {
        ...RANGE,
        yaml: definition({ weight: 'rows' }),
      })
    ).body,
  );
  const sumOf = (key: 'good' | 'total') => series.reduce((sum, point) => sum + point[key], 0);
  expect([sumOf('good'), sumOf('total')]).toEqual([400, 800]);
  const { body } = await post(server, '/api/exclusions', {
    scope: { pipeline: 'nightly' },
    from: '2026-03-03T00:00:00Z',
    to: '2026-03-03T04:00:00Z',
    reason: 'the source moves',
  });
  const [without] = await replay({ slo: 'nightly-on-time' });
  expect(told(without)?.map(([day]) => day)).not.toContain('2026-03-03');
  expect(without?.expected?.verdicts).toMatchObject({ excluded: 1, late: 1 });
  await post(server, `/api/exclusions/${String(body['id'])}`, undefined, 'DELETE');
});

test('a part of the past is replayed with what was known by its end, and judged by what is known now', async () => {
  const [run] = await replay({
    slo: 'nightly-on-time',
    from: '2026-03-04T00:00:00Z',
    to: '2026-03-04T05:00:00Z',
  });
  expect(told(run)).toEqual([['2026-03-04', 'BatchLateOrMissing', '04T04:00 – ', true, null]]);
  expect(run?.expected?.occurrences).toMatchObject([
    {
      nominal: '2026-03-04T02:00:00Z',
      verdict: 'on_time',
      known: [
        { at: '2026-03-04T02:00:00Z', verdict: 'pending' },
        { at: '2026-03-04T04:00:00.000000001Z', verdict: 'missing', cause: 'no run seen' },
      ],
    },
  ]);
});

test('history that was brought over later is told by when it happened; no configuration need know its pipeline', async () => {
  const spans = ['2026-03-01', '2026-03-02', '2026-03-04', '2026-03-05'].map((day, index) => {
    const trace = new TraceMaker({
      startNs: ns(`${day}T02:01:00Z`),
      common: {
        'pipeline.name': 'imported',
        'pipeline.run.id': day,
        'pipeline.batch.id': `load-${index}`,
      },
    });
    // The third takes three hours.
    return trace.span({ name: 'run', lastsMs: index === 2 ? 10_800_000 : 600_000 });
  });
  await server.send(spans);
  const schedule = { cron: '0 2 * * *', timeZone: 'UTC', deadline: '2h' };
  const yaml = definition({ pipeline: 'imported' });
  const [run, ...others] = await replay({ yaml, schedule, to: '2026-03-05T12:00:00Z' });
  expect(others).toEqual([]);
  expect(verdictsOf(run)).toEqual([
    ['2026-03-01', 'on_time'],
    ['2026-03-02', 'on_time'],
    ['2026-03-03', 'missing'],
    ['2026-03-04', 'late'],
    ['2026-03-05', 'on_time'],
  ]);
  expect(told(run)).toEqual([
    ['2026-03-03', 'BatchLateOrMissing', '03T04:00 – ', false, 0],
    ['2026-03-04', 'BatchLateOrMissing', '04T04:00 – 04T05:01', false, 0],
  ]);
  expect(await refused({ yaml })).toEqual([400, 'yaml', expect.stringContaining('no schedule')]);
  expect(await refused({ yaml: definition({ pipeline: 'importd' }), schedule })).toEqual([
    400,
    'yaml',
    'yaml: nothing is stored of a pipeline "importd"',
  ]);
});

test('a schedule of every minute is replayed, and one that expects more than can be told is refused', async () => {
  const everyMinute = { cron: '* * * * *', timeZone: 'UTC', deadline: '1m' };
  const [run] = await replay({ slo: 'nightly-on-time', schedule: everyMinute });
  const { verdicts, occurrences, leftOut } = run?.expected ?? {
    verdicts: {},
    occurrences: [],
    leftOut: 0,
  };
  const all = Object.values(verdicts).reduce((sum, count) => sum + count, 0);
  expect([occurrences.length, leftOut]).toEqual([1_000, all - 1_000]);
  // Since the pipeline has had a schedule.
  expect(all).toBe(9 * 1_440 - 5);
  server.nowNs = ns('2026-05-01T00:00:00Z');
  expect(
    await refused({
      slo: 'nightly-on-time',
      schedule: everyMinute,
      to: '2026-05-01T00:00:00Z',
    }),
  ).toEqual([400, 'from', expect.stringContaining('more than 50000')]);
});

test('what is wrong with a proposed schedule is said with its line', async () => {
  const slo = 'nightly-on-time';
  const good = { cron: '0 2 * * *', timeZone: 'UTC', deadline: '2h' };
  const wrong: [object | string, string][] = [
    [{ ...good, cron: 'soon' }, 'cron'],
    [{ ...good, timeZone: 'Mars/Olympus' }, 'timeZone'],
    ['cron: "0 2 * * *"\ntimeZone: UTC\ndeadline: never\n', 'schedule:3: deadline'],
    [{ ...good, holidays: 'notify.yaml' }, 'holidays'],
    [{ ...good, often: true }, 'often'],
  ];
  for (const [schedule, said] of wrong) {
    expect(await refused({ slo, schedule })).toEqual([
      400,
      'schedule',
      expect.stringContaining(said),
    ]);
  }
});
