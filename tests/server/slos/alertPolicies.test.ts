import { NEVER_AWAY } from '@burnbook/domain/slo/away';
import { describe, expect, test } from 'vitest';
import { readSlos } from '../../../server/config/slosFile.js';
import { replaySlo } from '../../../server/slo/sloReplay.js';
import { MinuteSeries, steady } from '../../domain/slo/support/minuteSeries.js';
import { context, faultsOf, POLICY, read, slo } from './sloYaml.js';

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

  test('sends to destinations that there are', () => {
    const files = [
      { file: 'a.yaml', text: slo({ rest: '  alertPolicies: [fast]\n' }) },
      { file: 'b.yaml', text: POLICY },
    ];
    const known = { ...context, destinations: ['on-call'] };
    expect(readSlos(files, known).slos[0]?.policies[0]?.destinations).toEqual(['on-call']);
    expect(() => readSlos(files, { ...context, destinations: ['mail', 'chat'] })).toThrow(
      'b.yaml:19: spec.target: notify.yaml has no destination on-call; there are mail, chat',
    );
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
      'lte would alert while little burns: write gt or gte',
    ],
    [
      '{ kind: average, op: gt, threshold: 10, lookbackWindow: 1h }',
      '"average" is not supported: burnrate',
    ],
  ])('refuses the condition %s', (said, message) => {
    expect(faultsOf(condition(said))).toEqual([expect.stringContaining(message)]);
    expect(faultsOf(condition(said))[0]).toMatch(/^a\.yaml:32: spec\.condition\./);
  });

  test.each([
    ['gt', false],
    ['gte', true],
  ])(
    'with op %s means what it says: a replay of exactly the factor fires: %s',
    async (op, fires) => {
      const [own] = read(condition(`{ op: ${op}, threshold: 10, lookbackWindow: 1h }`));
      if (!own) throw new Error('there is no SLO');
      expect(own.targetPpb).toBe(999_000_000);
      const minutes = Array.from({ length: 180 }, () => ({ total: 1_000, bad: 10 }));
      const series = new MinuteSeries(0n, minutes);
      const input = {
        sums: series,
        coverage: series,
        expected: steady(1_000, 0n),
        away: NEVER_AWAY,
      };
      const told = await replaySlo(own, input, {
        fromNs: series.atMinute(90),
        toNs: series.atMinute(180),
        signal: new AbortController().signal,
      });
      expect(told.fires.map(({ pair }) => pair)).toEqual(fires ? ['page 1h/5m'] : []);
    },
  );

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
