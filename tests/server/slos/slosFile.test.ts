import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pairName } from '@burnbook/domain/slo/windowPairs';
import { DAY_NS, MINUTE_NS } from '@burnbook/domain/time';
import { loadConfig } from '../../../server/config/config.js';
import { faultsOf, ratio, read, slo, threshold } from './sloYaml.js';

const TEMPLATES = fileURLToPath(new URL('../../../docs/slo-templates', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../../../shared/data/openslo', import.meta.url));

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
      window: { kind: 'rolling', durationNs: 30n * DAY_NS },
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

  test('is read with merged members and other line ends, as most readers of YAML do', () => {
    const merged = ratio().replace(
      'where: { outcome: succeeded }',
      'where: { <<: { outcome: failed, pipeline: mail-etl }, outcome: succeeded }',
    );
    const [found] = read(slo({ indicator: merged }).replaceAll('\n', '\r\n'));
    expect(found?.indicator).toMatchObject({
      good: { where: { outcome: ['succeeded'], pipeline: ['mail-etl'] } },
    });
  });

  test.each([
    ['2w', 14 * 1_440],
    ['1h30m', 90],
    ['1w2d3h', 9 * 1_440 + 180],
    ['720h', 720 * 60],
  ])('has a window of %s', (duration, minutes) => {
    const window = `{ duration: ${duration}, isRolling: true }`;
    expect(read(slo({ window }))[0]?.window).toEqual({
      kind: 'rolling',
      durationNs: BigInt(minutes) * 60_000_000_000n,
    });
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
      { kind: 'freshness', pipeline: null, dataset: 'mails', ageMaxNs: MINUTE_NS },
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
    ['{ duration: 4w, isRolling: true }', { kind: 'rolling', durationNs: 28n * DAY_NS }],
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
      lengthNs: MINUTE_NS,
    });
    expect(slices('RatioTimeslices', '[{ target: 0.99, timeSliceWindow: 5 }]')).toEqual({
      target: 1,
      lengthNs: 300_000_000_000n,
    });
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
        `pipelines:\n  - name: mail-etl\n    schedule:\n      cron: "30 2 * * *"\n      timeZone: Europe/Berlin\n      deadline: 2h\n      holidays: days.txt\n      batchNames: previous\n      severity: ticket\n${more}`;
      const put = (name: string, text: string) => writeFile(path.join(folder, name), text);
      await put('pipelines.yaml', pipelines());
      await put('days.txt', '# of 2026\n2026-12-25 # Christmas\n\n2026-12-26\n');
      await put(
        'slos/a.yaml',
        slo({ indicator: threshold('{ deadline: { pipeline: mail-etl } }') }),
      );
      await put('slos/notes.md', 'not read');
      await mkdir(path.join(folder, 'slos/team'));
      await put('slos/team/b.YML', slo({ name: 'of-a-team' }));
      await mkdir(path.join(folder, 'slos/..copies'));
      await put('slos/..copies/a.yaml', slo({}));
      const { slos, schedules } = await loadConfig(folder);
      expect(slos?.slos.map(({ name }) => name)).toEqual(['mail', 'of-a-team']);
      expect(schedules?.get('mail-etl')).toMatchObject({
        timeZone: 'Europe/Berlin',
        deadlineNs: 7_200_000_000_000n,
      });
      expect(schedules?.get('mail-etl')).toMatchObject({ naming: 'previous', severity: 'ticket' });
      expect(schedules?.get('mail-etl')?.holidays.size).toBe(2);

      const target = `  alertPolicies:
    - kind: AlertPolicy
      metadata: { name: p }
      spec:
        notificationTargets:
          - { kind: AlertNotificationTarget, metadata: { name: t }, spec: { target: nobody } }
`;
      await put('slos/c.yaml', slo({ name: 'untold', rest: target }));
      await expect(loadConfig(folder)).rejects.toThrow(
        /slos\/c\.yaml:\d+: .*target: notify\.yaml has no destination nobody$/,
      );
      await rm(path.join(folder, 'slos/c.yaml'));

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
        /pipelines\.yaml:10: pipelines\.1\.schedule\.cron: minute: "61" must be from 0 to 59/,
      );
      await expect(loadConfig(folder)).rejects.toThrow(
        /timeZone: must be an IANA.*\n.*deadline: must be a length.*\n.*holidays/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
