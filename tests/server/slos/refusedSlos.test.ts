import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { faultsOf, POLICY, ratio, slo, threshold } from './sloYaml.js';

const inlinePolicy = (condition: string): string => `  alertPolicies:
    - kind: AlertPolicy
      metadata: { name: own }
      spec:
        conditions:
          - kind: AlertCondition
            metadata: { name: burns }
            spec:
              severity: page
              ${condition}
`;

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
      'a.yaml:2: kind: DataSource is not supported: Burnbook reads what it has stored itself',
    ],
    [
      'a kind that every object has',
      slo({}).replace('kind: SLO', 'kind: toString'),
      'kind: toString is not supported',
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
      'a part of a composite',
      slo({ objectives: '\n    - target: 0.9\n      compositeWeight: 2' }),
      'a.yaml:19: spec.objectives.0.compositeWeight: composite SLOs are not supported',
    ],
    [
      'a wrong key deep in an inline policy',
      slo({
        rest: inlinePolicy(
          'condition: { kind: burnrate, op: is, threshold: 2, lookbackWindow: 1h }',
        ),
      }),
      'a.yaml:27: spec.alertPolicies.0.spec.conditions.0.spec.condition.op: must be gt or gte',
    ],
    [
      'a length without a unit in an inline policy',
      slo({ rest: inlinePolicy('condition: { op: gt, threshold: 2, lookbackWindow: 90 }') }),
      'condition.lookbackWindow: must be a length of time with its unit',
    ],
    [
      'more than a reference',
      slo({ rest: '  alertPolicies:\n    - { alertPolicyRef: fast, spec: 1 }\n' }),
      'a.yaml:19: spec.alertPolicies.0: Unrecognized key: "spec"',
    ],
    [
      'a list that is none',
      slo({ rest: '  alertPolicies: { alertPolicyRef: fast }\n' }),
      'spec.alertPolicies: Invalid input: expected array, received object',
    ],
    [
      'a number for a label',
      slo({}).replace('annotations: {}', 'labels: { tier: 1 }'),
      'metadata.labels.tier: Invalid input: expected string or array, received number',
    ],
    [
      'a slice of seconds',
      slo({
        method: 'Timeslices',
        objectives: '[{ target: 0.9, timeSliceTarget: 0.9, timeSliceWindow: 30s }]',
      }),
      '30s: events are counted by whole minutes',
    ],
    [
      'a share of more than all',
      slo({
        method: 'Timeslices',
        objectives: '[{ target: 0.9, timeSliceTarget: 1.5, timeSliceWindow: 1m }]',
      }),
      'timeSliceTarget: must be above 0 and at most 1',
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
      'calendar.timeZone: must be an IANA time zone',
    ],
    [
      'an impossible start',
      slo({ window: '{ duration: 1M, calendar: { startTime: 2026-02-30, timeZone: UTC } }' }),
      'calendar.startTime: must be a time',
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

describe('whatever stands in a file', () => {
  /** Every place of a value, as the keys that lead to it. */
  const placesOf = (value: unknown, path: string[] = []): string[][] =>
    typeof value === 'object' && value !== null
      ? [path, ...Object.entries(value).flatMap(([key, part]) => placesOf(part, [...path, key]))]
      : [path];

  function replaced(value: unknown, [key, ...rest]: readonly string[], part: unknown): unknown {
    if (key === undefined) return part;
    if (Array.isArray(value)) {
      return value.map((each, index) =>
        String(index) === key ? replaced(each, rest, part) : each,
      );
    }
    const members = value as Record<string, unknown>;
    return { ...members, [key]: replaced(members[key], rest, part) };
  }

  const documents = `${slo({ rest: '  alertPolicies: [fast]\n' })}${POLICY}`.split('---\n');
  const objects = documents.map((text) => parse(text) as unknown);
  const places = objects.flatMap((object, index) =>
    placesOf(object).map((path) => ({ index, path })),
  );

  test('is taken or refused with file and line, never in another way', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(-1, 1e300, '', '1h', '*'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), value, ({ index, path }, part) => {
        const texts = objects.map((object, at) =>
          stringify(at === index ? replaced(object, path, part) : object),
        );
        for (const fault of faultsOf(texts.join('---\n'))) expect(fault).toMatch(/^a\.yaml:\d+: /);
      }),
      { numRuns: 60 },
    );
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
