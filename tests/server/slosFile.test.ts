import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Slo } from '@burnbook/domain/slo/slo';
import { pairName } from '@burnbook/domain/slo/windowPairs';
import { loadConfig } from '../../server/config/config.js';
import { readSlos, type SlosContext } from '../../server/config/slosFile.js';
import { ConfigError } from '../../server/config/yamlFile.js';

const TEMPLATES = fileURLToPath(new URL('../../docs/slo-templates', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../../shared/data/openslo', import.meta.url));

const context: SlosContext = {
  pipelines: new Map([['mail-etl', { owner: 'data', scheduled: true }]]),
};

const read = (text: string): readonly Slo[] => readSlos([{ file: 'a.yaml', text }], context).slos;

function faultsOf(text: string, ...more: string[]): string[] {
  const files = [text, ...more].map((said, index) => ({
    file: `${'abc'[index]}.yaml`,
    text: said,
  }));
  try {
    readSlos(files, context);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const SOURCE = 'type: burnbook, spec';
const ratio = (outcome = 'succeeded'): string => `
      ratioMetric:
        counter: true
        good: { metricSource: { ${SOURCE}: { events: attempts, where: { outcome: ${outcome} } } } }
        total: { metricSource: { ${SOURCE}: { events: attempts, where: { pipeline: mail-etl } } } }`;

/** An SLO whose parts a case can replace. */
function slo(parts: {
  name?: string;
  annotations?: string;
  method?: string;
  window?: string;
  indicator?: string;
  objectives?: string;
  rest?: string;
}): string {
  return `apiVersion: openslo/v1
kind: SLO
metadata:
  name: ${parts.name ?? 'mail'}
  annotations: ${parts.annotations ?? '{}'}
spec:
  service: mail-etl
  budgetingMethod: ${parts.method ?? 'Occurrences'}
  timeWindow: [${parts.window ?? '{ duration: 30d, isRolling: true }'}]
  indicator:
    metadata: { name: ok }
    spec:${parts.indicator ?? ratio()}
  objectives: ${parts.objectives ?? '[{ target: 0.999 }]'}
${parts.rest ?? ''}`;
}

const threshold = (spec: string): string => `
      thresholdMetric: { metricSource: { ${SOURCE}: ${spec} } }`;

describe('an objective', () => {
  test('is read with its indicator, its exact target and the standard four pairs', () => {
    const [found] = read(slo({ annotations: '{ burnbook/runbook: RetryStorm, other/key: x }' }));
    expect(found).toMatchObject({
      name: 'mail',
      displayName: 'mail',
      service: 'mail-etl',
      method: 'Occurrences',
      target: 0.999,
      targetPpb: 999_000_000,
      slice: null,
      window: { kind: 'rolling', durationNs: 30n * 86_400_000_000_000n },
      pipelines: ['mail-etl'],
      owner: 'data',
      runbook: 'RetryStorm',
      file: 'a.yaml',
      line: 1,
      indicator: {
        kind: 'ratio',
        total: { events: 'attempts', where: { pipeline: ['mail-etl'] } },
        good: { events: 'attempts', where: { outcome: ['succeeded'] } },
        bad: null,
      },
    });
    const [policy] = found?.policies ?? [];
    expect(policy?.pairs.map((pair) => `${pairName(pair)} ${pair.factor}`)).toEqual([
      'page 1h/5m 14.4',
      'page 6h/30m 6',
      'ticket 1d/2h 3',
      'ticket 3d/6h 1',
    ]);
  });

  test.each([
    ['[{ target: 0.999999999 }]', 999_999_999],
    ['[{ targetPercent: 99.95 }]', 999_500_000],
    ['[{ target: 0.1 }]', 100_000_000],
    ['[{ targetPercent: 99.9999999 }]', 999_999_999],
    ['[{ target: 0.123456789 }]', 123_456_789],
  ])('has the target of %s to the billionth', (objectives, targetPpb) => {
    expect(read(slo({ objectives }))[0]?.targetPpb).toBe(targetPpb);
  });

  test('has the same counts as another with the same indicator, in whatever order it is written', () => {
    const swapped = ratio()
      .replace('{ events: attempts, where: { pipeline', '{ where: { pipeline')
      .replace('mail-etl } } } }', 'mail-etl }, events: attempts } } }');
    const [one] = read(slo({}));
    const [other] = read(
      slo({ name: 'other', indicator: swapped, objectives: '[{ target: 0.9 }]' }),
    );
    const [third] = read(slo({ name: 'third', indicator: ratio('failed') }));
    expect(one?.indicatorId).toMatch(/^[0-9a-f]{16}$/);
    expect(other?.indicatorId).toBe(one?.indicatorId);
    expect(third?.indicatorId).not.toBe(one?.indicatorId);
  });

  test.each([
    [
      'threshold',
      threshold('{ events: modelCalls, where: { model: "gpt-*" }, value: latency }'),
      '[{ op: lt, value: 500, target: 0.99 }]',
      { kind: 'threshold', value: 'latency', op: 'lt', limit: 500 },
    ],
    [
      'freshness',
      threshold('{ freshness: { pipeline: mail-etl } }'),
      '[{ op: lte, value: 7200, target: 0.99 }]',
      { kind: 'freshness', pipeline: 'mail-etl', dataset: null, ageMaxNs: 7_200_000_000_000n },
    ],
    [
      'dataset',
      threshold('{ freshness: { dataset: mails } }'),
      '[{ op: lte, value: 60, target: 0.99 }]',
      { kind: 'freshness', pipeline: null, dataset: 'mails', ageMaxNs: 60_000_000_000n },
    ],
    [
      'deadline',
      threshold('{ deadline: { pipeline: mail-etl, weight: rows } }'),
      '[{ target: 0.99 }]',
      { kind: 'deadline', pipeline: 'mail-etl', weight: 'rows' },
    ],
    [
      'sql',
      threshold('{ sql: "SELECT at, good, total FROM t WHERE at >= $from AND at < $to" }'),
      '[{ target: 0.99 }]',
      { kind: 'sql', pipeline: null },
    ],
  ])('has an indicator of the kind %s', (_, indicator, objectives, expected) => {
    expect(read(slo({ indicator, objectives }))[0]?.indicator).toMatchObject(expected);
  });

  test.each([
    [
      '{ duration: 4w, isRolling: true }',
      { kind: 'rolling', durationNs: 28n * 86_400_000_000_000n },
    ],
    [
      '{ duration: 1M, calendar: { startTime: 2026-01-01 00:00:00, timeZone: Europe/Berlin } }',
      {
        kind: 'calendar',
        unit: 'month',
        count: 1,
        startTime: '2026-01-01 00:00:00',
        timeZone: 'Europe/Berlin',
      },
    ],
    [
      '{ duration: 2w, isRolling: false, calendar: { startTime: 2026-01-05 06:00:00, timeZone: UTC } }',
      { kind: 'calendar', unit: 'week', count: 2 },
    ],
    [
      '{ duration: 1Q, calendar: { startTime: 2026-01-01, timeZone: UTC } }',
      { kind: 'calendar', unit: 'quarter' },
    ],
    [
      '{ duration: 1Y, calendar: { startTime: 2026-01-01, timeZone: UTC } }',
      { kind: 'calendar', unit: 'year' },
    ],
  ])('has the window %s', (window, expected) => {
    expect(read(slo({ window }))[0]?.window).toMatchObject(expected);
  });

  test('of several targets is as many SLOs, told apart by what they are called', () => {
    const objectives = '[{ displayName: Internal objective, target: 0.995 }, { target: 0.99 }]';
    expect(read(slo({ objectives })).map(({ name, displayName }) => [name, displayName])).toEqual([
      ['mail.internal-objective', 'mail: Internal objective'],
      ['mail.2', 'mail'],
    ]);
  });

  test('with slices keeps their length and target', () => {
    const slices = (method: string, objectives: string) =>
      read(slo({ method, objectives }))[0]?.slice;
    expect(
      slices('Timeslices', '[{ target: 0.99, timeSliceTarget: 0.95, timeSliceWindow: 1m }]'),
    ).toEqual({
      target: 0.95,
      lengthNs: 60_000_000_000n,
    });
    expect(slices('RatioTimeslices', '[{ target: 0.99, timeSliceWindow: 5 }]')).toEqual({
      target: 1,
      lengthNs: 300_000_000_000n,
    });
  });
});

const POLICY = `---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: { name: fast }
spec:
  conditions: [{ conditionRef: burns }]
  notificationTargets: [{ targetRef: phone }]
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: { name: burns }
spec:
  severity: page
  condition: { kind: burnrate, op: gt, threshold: 10, lookbackWindow: 2h, alertAfter: 10m }
---
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: { name: phone }
spec: { target: on-call }
`;

describe('a policy', () => {
  test('is found in another file, with its conditions and destinations', () => {
    const { slos, texts } = readSlos(
      [
        { file: 'a.yaml', text: slo({ rest: '  alertPolicies: [{ alertPolicyRef: fast }]\n' }) },
        { file: 'b.yaml', text: POLICY },
      ],
      context,
    );
    expect(slos[0]?.policies).toEqual([
      {
        name: 'fast',
        pairs: [
          { severity: 'page', longNs: 7_200_000_000_000n, shortNs: 600_000_000_000n, factor: 10 },
        ],
        destinations: ['on-call'],
      },
    ]);
    expect(texts.get('mail')).toContain('kind: SLO');
  });

  test('may stand where it is used; without conditions it has the standard pairs', () => {
    const rest = `  alertPolicies:
    - kind: AlertPolicy
      metadata: { name: own }
      spec:
        notificationTargets:
          - { kind: AlertNotificationTarget, metadata: { name: x }, spec: { target: slack } }
`;
    const [policy] = read(slo({ rest }))[0]?.policies ?? [];
    expect(policy).toMatchObject({ name: 'own', destinations: ['slack'] });
    expect(policy?.pairs).toHaveLength(4);
  });

  test('that is empty is none', () => {
    expect(read(slo({ rest: '  alertPolicies:\n' }))[0]?.policies[0]?.name).toBe('standard');
  });

  const condition = (said: string, severity = 'page') =>
    slo({
      rest: `  alertPolicies: [fast]\n${POLICY.replace(/condition: .*/, `condition: ${said}`).replace('severity: page', `severity: ${severity}`)}`,
    });

  test.each([
    [
      '{ op: gt, threshold: 1000, lookbackWindow: 1h }',
      'a burn rate above 1000 can never be: with everything bad it is 1000',
    ],
    ['{ op: gt, threshold: 0.9, lookbackWindow: 1h }', 'is within the target'],
    [
      '{ op: gt, threshold: 10, lookbackWindow: 1h, alertAfter: 1h }',
      'must be shorter than the long one',
    ],
    ['{ op: gt, threshold: 10, lookbackWindow: 31d }', 'longer than the period'],
    ['{ op: gt, threshold: 10, lookbackWindow: 1M }', '1M has no fixed length'],
    ['{ op: gt, threshold: 10, lookbackWindow: 4m }', 'must be at least 5m'],
    [
      '{ op: lte, threshold: 10, lookbackWindow: 1h }',
      'lte would alert while little burns: write gt',
    ],
    [
      '{ kind: average, op: gt, threshold: 10, lookbackWindow: 1h }',
      '"average" is not supported: burnrate',
    ],
  ])('refuses the condition %s', (said, message) => {
    expect(faultsOf(condition(said))).toEqual([expect.stringContaining(message)]);
    expect(faultsOf(condition(said))[0]).toMatch(/^a\.yaml:32: spec\.condition\./);
  });

  test('refuses a severity that it does not know', () => {
    expect(faultsOf(condition('{ op: gt, threshold: 10, lookbackWindow: 1h }', 'sev1'))).toEqual([
      expect.stringContaining('"sev1" is not supported: page or ticket'),
    ]);
  });

  test.each(['alertWhenBreaching', 'alertWhenResolved', 'alertWhenNoData'])(
    'refuses %s: false',
    (key) => {
      const text = slo({
        rest: `  alertPolicies: [fast]\n${POLICY.replace('spec:\n  conditions', `spec:\n  ${key}: false\n  conditions`)}`,
      });
      expect(faultsOf(text)).toEqual([
        expect.stringMatching(new RegExp(`^a\\.yaml:24: spec\\.${key}: false is not`)),
      ]);
    },
  );

  test('refuses two conditions with the same windows', () => {
    const text = slo({ rest: `  alertPolicies: [fast, fast]\n${POLICY}` });
    expect(faultsOf(text)).toEqual([
      expect.stringContaining('two conditions have the windows of page 2h/10m'),
    ]);
  });
});

describe('refused by name, with file and line, is', () => {
  const source = (type: string): string =>
    slo({ indicator: ratio().replace('type: burnbook', `type: ${type}`) });

  test.each<[string, string, string]>([
    [
      'another source',
      source('Prometheus'),
      'a.yaml:15: spec.indicator.spec.ratioMetric.good.metricSource.type: Prometheus is not supported',
    ],
    [
      'a data source',
      slo({ indicator: ratio().replace('{ type', '{ metricSourceRef: x, type') }),
      'metricSourceRef: is not supported',
    ],
    [
      'a raw ratio',
      slo({ indicator: '\n      ratioMetric: { rawType: success, raw: {} }' }),
      'raw: is not supported',
    ],
    [
      'a gauge',
      slo({ indicator: ratio().replace('counter: true', 'counter: false') }),
      'counter: false is not supported',
    ],
    [
      'another API',
      slo({}).replace('openslo/v1', 'openslo/v2alpha1'),
      'a.yaml:1: apiVersion: must be openslo/v1',
    ],
    [
      'another kind',
      slo({}).replace('kind: SLO', 'kind: DataSource'),
      'a.yaml:2: kind: DataSource is not supported',
    ],
    [
      'an unknown key',
      slo({ rest: '  nonsense: 1\n' }),
      'a.yaml:18: spec: Unrecognized key: "nonsense"',
    ],
    [
      'an unknown annotation',
      slo({ annotations: '{ burnbook/color: red }' }),
      'a.yaml:5: metadata.annotations.burnbook/color: there is no such annotation',
    ],
    [
      'an unknown runbook',
      slo({ annotations: '{ burnbook/runbook: Nope }' }),
      'there is no runbook Nope',
    ],
    [
      'a dangling policy',
      slo({ rest: '  alertPolicies: [gone]\n' }),
      'a.yaml:18: spec.alertPolicies.0: there is no AlertPolicy gone',
    ],
    [
      'a dangling indicator',
      slo({}).replace(/ {2}indicator:[\s\S]*?(?= {2}objectives)/, '  indicatorRef: gone\n'),
      'there is no SLI gone',
    ],
    [
      'an unknown event',
      slo({ indicator: ratio().replace('events: attempts', 'events: clicks') }),
      'events: must be one of attempts, operations',
    ],
    [
      'an unknown filter',
      slo({ indicator: ratio().replace('outcome:', 'result:') }),
      'where.result: attempts have no "result"',
    ],
    [
      'an unknown outcome',
      slo({ indicator: ratio('success') }),
      'outcome of attempts is one of succeeded, failed, cancelled, not "success"',
    ],
    [
      'a star within',
      slo({ indicator: ratio().replace('pipeline: mail-etl', 'pipeline: "m*l"') }),
      'a star may only stand at the end',
    ],
    [
      'good and total of two kinds',
      slo({ indicator: ratio().replace('events: attempts', 'events: runs') }),
      'must count what total counts: attempts, not runs',
    ],
    [
      'an unknown number',
      slo({
        indicator: threshold('{ events: rows, value: latency }'),
        objectives: '[{ op: lt, value: 1, target: 0.9 }]',
      }),
      'rows have no number "latency"',
    ],
    [
      'a threshold without a value',
      slo({ indicator: threshold('{ events: runs, value: latency }') }),
      'a thresholdMetric needs op and value',
    ],
    [
      'freshness that grows',
      slo({
        indicator: threshold('{ freshness: { pipeline: x } }'),
        objectives: '[{ op: gt, value: 60, target: 0.9 }]',
      }),
      'op: must be lte',
    ],
    [
      'freshness of two',
      slo({
        indicator: threshold('{ freshness: { pipeline: x, dataset: y } }'),
        objectives: '[{ op: lte, value: 60, target: 0.9 }]',
      }),
      'must name a pipeline or a dataset',
    ],
    [
      'a deadline without a schedule',
      slo({ indicator: threshold('{ deadline: { pipeline: other } }') }),
      'the pipeline other has no schedule in pipelines.yaml',
    ],
    [
      'a deadline in slices',
      slo({
        method: 'RatioTimeslices',
        indicator: threshold('{ deadline: { pipeline: mail-etl } }'),
        objectives: '[{ target: 0.9, timeSliceWindow: 1m }]',
      }),
      'an SLO of a deadline counts Occurrences',
    ],
    [
      'SQL that writes',
      slo({ indicator: threshold('{ sql: "DELETE FROM spans" }') }),
      'sql: must be a SELECT',
    ],
    [
      'a target of all',
      slo({ objectives: '[{ target: 1 }]' }),
      'a.yaml:17: spec.objectives.0.target: must be at least 0.1 and under 1',
    ],
    [
      'a percentage as a share',
      slo({ objectives: '[{ target: 99.9 }]' }),
      'must be at least 0.1 and under 1',
    ],
    [
      'a target of ten decimals',
      slo({ objectives: '[{ target: 0.9999999995 }]' }),
      'at most nine decimals',
    ],
    [
      'two targets in one',
      slo({ objectives: '[{ target: 0.9, targetPercent: 90 }]' }),
      'must have a target or a targetPercent',
    ],
    [
      'a slice without slices',
      slo({ objectives: '[{ target: 0.9, timeSliceWindow: 1m }]' }),
      'timeSliceWindow: is for Timeslices',
    ],
    [
      'slices without a length',
      slo({ method: 'Timeslices', objectives: '[{ target: 0.9, timeSliceTarget: 0.9 }]' }),
      'Timeslices needs a timeSliceWindow',
    ],
    [
      'slices without a target',
      slo({ method: 'Timeslices', objectives: '[{ target: 0.9, timeSliceWindow: 1m }]' }),
      'Timeslices needs a timeSliceTarget',
    ],
    [
      'slices longer than a window',
      slo({ method: 'RatioTimeslices', objectives: '[{ target: 0.9, timeSliceWindow: 10m }]' }),
      'is longer than the short window of page 1h/5m: at most 5m',
    ],
    [
      'slices that do not fill a day',
      slo({ method: 'RatioTimeslices', objectives: '[{ target: 0.9, timeSliceWindow: 7m }]' }),
      'must divide a day',
    ],
    ['no window', slo({ window: '' }), 'must be one window'],
    [
      'a window of both kinds',
      slo({
        window:
          '{ duration: 1M, isRolling: true, calendar: { startTime: 2026-01-01, timeZone: UTC } }',
      }),
      'a window is rolling or has a calendar',
    ],
    [
      'a window of neither kind',
      slo({ window: '{ duration: 1M }' }),
      'say isRolling: true, or a calendar',
    ],
    [
      'a rolling month',
      slo({ window: '{ duration: 1M, isRolling: true }' }),
      '1M has no fixed length: say it in days',
    ],
    [
      'a calendar of hours',
      slo({ window: '{ duration: 12h, calendar: { startTime: 2026-01-01, timeZone: UTC } }' }),
      '"12h" is not supported for a calendar',
    ],
    [
      'an unknown zone',
      slo({ window: '{ duration: 1M, calendar: { startTime: 2026-01-01, timeZone: Mars/Base } }' }),
      'calendar.timeZone: timeZone must be an IANA time zone',
    ],
    [
      'an impossible start',
      slo({ window: '{ duration: 1M, calendar: { startTime: 2026-02-30, timeZone: UTC } }' }),
      'calendar.startTime: startTime must be a time',
    ],
    [
      'windows of an SLO of occurrences',
      slo({
        indicator: threshold('{ deadline: { pipeline: mail-etl } }'),
        rest: `  alertPolicies: [fast]\n${POLICY}`,
      }),
      'leave conditions out',
    ],
    [
      'a name twice',
      `${slo({})}---\n${slo({})}`,
      'a.yaml:22: metadata.name: SLO mail stands at a.yaml:4 too',
    ],
    [
      'a key twice',
      slo({}).replace('  service: mail-etl', '  service: mail-etl\n  service: x'),
      'Map keys must be unique',
    ],
  ])('%s', (_, text, message) => {
    const faults = faultsOf(text);
    expect(faults).toEqual([expect.stringContaining(message)]);
    expect(faults[0]).toMatch(/^a\.yaml:\d+: /);
  });

  test('every fault of every file at once', () => {
    expect(
      faultsOf(
        slo({ name: '-x', objectives: '[{ target: 2 }]' }),
        slo({ objectives: '[{ target: 3 }]' }),
        'a: [',
      ).map((line) => line.split(': ', 2).join(': ')),
    ).toEqual([
      'a.yaml:4: metadata.name',
      expect.stringMatching(/^c\.yaml:1: /),
      'b.yaml:17: spec.objectives.0.target',
    ]);
  });

  test('what refers to a wrong object is not at fault itself', () => {
    const wrong = POLICY.replace('severity: page', 'severity: 7');
    expect(faultsOf(slo({ rest: '  alertPolicies: [fast]\n' }), wrong)).toEqual([
      expect.stringMatching(/^b\.yaml:13: spec\.severity: /),
    ]);
  });
});

describe('SQL of an indicator', () => {
  const faults = (sql: string) =>
    faultsOf(slo({ indicator: threshold(`{ sql: ${JSON.stringify(sql)} }`) }));
  const ok = 'SELECT at, good, total FROM checks WHERE at >= $from AND at < $to';

  test('may use texts, names in quotes and remarks', () => {
    expect(faults(`${ok} AND note = 'insert; $x' /* drop */ AND "set" = 1 -- copy`)).toEqual([]);
    expect(faults(`WITH a AS (${ok}) SELECT * FROM a`)).toEqual([]);
  });

  test.each([
    [`${ok}; SELECT 1`, 'one statement'],
    [`${ok} AND x = $y`, 'has no parameter $y'],
    ['SELECT 1, 2, 3 WHERE $from < 1', 'must ask for its stretch of time by $to'],
    [`${ok} AND note = 'open`, 'is not closed'],
    [`WITH a AS (INSERT INTO b VALUES (1)) ${ok}`, 'insert is not allowed'],
    [`${ok} UNION SELECT * FROM read_csv('x')`, 'read_csv is not allowed'],
    [`${ok} UNION SELECT * FROM '/etc/passwd'`, 'no file'],
    [`${ok} UNION SELECT getenv('HOME'), 1, 1`, 'getenv is not allowed'],
  ])('refuses %s', (sql, message) => {
    expect(faults(sql)[0]?.toLowerCase()).toContain(message.toLowerCase());
  });
});

describe('the templates', () => {
  for (const name of readdirSync(TEMPLATES).filter((file) => file.endsWith('.yaml'))) {
    test(`load as they are: ${name}`, () => {
      const text = readFileSync(path.join(TEMPLATES, name), 'utf8');
      expect(faultsOf(text)).toEqual([]);
      expect(read(text)).toHaveLength(1);
      // What stands in remarks loads as well.
      expect(
        faultsOf(
          text.replaceAll(
            /^( *)# (?=alertPolicies| {2}|---|apiVersion|kind|metadata|spec)/gm,
            '$1',
          ),
        ),
      ).toEqual([]);
    });
  }
});

describe('the examples of OpenSLO', () => {
  const files = existsSync(EXAMPLES)
    ? readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' }).filter((file) =>
        file.endsWith('.yaml'),
      )
    : [];

  test('are at hand, or it is said that they are not', () => {
    if (files.length === 0)
      process.stdout.write(`OpenSLO's examples are not at ${EXAMPLES}: not read\n`);
    expect([0, 4]).toContain(files.length);
  });

  for (const name of files) {
    test(`are read: ${name} names its source alone as unsupported`, () => {
      const text = readFileSync(path.join(EXAMPLES, name), 'utf8');
      const faults = faultsOf(text);
      expect(faults.length).toBeGreaterThan(0);
      for (const fault of faults) {
        expect(fault).toMatch(
          /^a\.yaml:\d+: .*metricSource\.type: Any is not supported: metricSource\.type must be burnbook$/,
        );
      }
      const spec = text.includes('thresholdMetric')
        ? '{ events: runs, value: latency }'
        : '{ events: runs }';
      const own = text
        .replaceAll(/type: Any.*/g, 'type: burnbook')
        .replaceAll(/spec: # Fields necessary.*\n\s*query: Any.*/g, `spec: ${spec}`);
      expect(faultsOf(own)).toEqual([]);
      expect(read(own).length).toBe(name.includes('budgeting-method/timeslices') ? 2 : 1);
    });
  }
});

describe('the folder', () => {
  test('is read with pipelines.yaml: schedules, holidays in a file, and the faults of all files', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'burnbook-slos-'));
    try {
      await mkdir(path.join(folder, 'slos'));
      const pipelines = (more = ''): string =>
        `pipelines:\n  - name: mail-etl\n    schedule:\n      cron: "30 2 * * *"\n      timeZone: Europe/Berlin\n      deadline: 2h\n      holidays: days.txt\n${more}`;
      const put = (name: string, text: string) => writeFile(path.join(folder, name), text);
      await put('pipelines.yaml', pipelines());
      await put('days.txt', '# of 2026\n2026-12-25 # Christmas\n\n2026-12-26\n');
      await put(
        'slos/a.yaml',
        slo({ indicator: threshold('{ deadline: { pipeline: mail-etl } }') }),
      );
      await put('slos/notes.md', 'not read');
      const { slos, schedules } = await loadConfig(folder);
      expect(slos?.slos.map(({ name }) => name)).toEqual(['mail']);
      expect(schedules?.get('mail-etl')).toMatchObject({
        timeZone: 'Europe/Berlin',
        deadlineNs: 7_200_000_000_000n,
      });
      expect(schedules?.get('mail-etl')?.holidays.size).toBe(2);

      await put('days.txt', '2026-12-32\n');
      await put('slos/b.yaml', 'kind: SLO\n');
      await expect(loadConfig(folder)).rejects.toThrow(
        /days\.txt:1: must be a day such as 2026-12-25\n.*slos\/b\.yaml:1: apiVersion: must be openslo\/v1/,
      );
      await put(
        'pipelines.yaml',
        pipelines(
          '  - { name: b, schedule: { cron: "61 * * * *", timeZone: X, deadline: 40d, holidays: [soon] } }\n',
        ),
      );
      await expect(loadConfig(folder)).rejects.toThrow(
        /pipelines\.yaml:8: pipelines\.1\.schedule\.cron: minute: "61" must be from 0 to 59/,
      );
      await expect(loadConfig(folder)).rejects.toThrow(
        /timeZone: must be an IANA.*\n.*deadline: must be a length.*\n.*holidays/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
