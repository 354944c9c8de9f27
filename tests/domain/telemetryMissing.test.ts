import { expect, test } from 'vitest';
import { telemetryMissing, type CoverageFacts } from '@burnbook/domain/alert/telemetryMissing';

const facts = (more: Partial<CoverageFacts>): CoverageFacts => ({
  slo: 'mail-attempts',
  pipeline: 'mail',
  severity: 'ticket',
  owner: 'ann',
  coverage: 1,
  unseenNs: null,
  sinceNs: 0n,
  ...more,
});

test.each([
  ['covered enough', facts({ coverage: 0.9 }), null],
  ['nothing was due, which is no gap', facts({ coverage: null }), null],
  [
    'covered too little',
    facts({ coverage: 0.899 }),
    'telemetry covers 89.9 % of the time that mail was due to run: below 90 % nobody can say that it is well',
  ],
  [
    'a run that was due and was not seen',
    facts({ coverage: null, unseenNs: 3_600_000_000_000n }),
    'the run of mail that was due at 1970-01-01T01:00:00Z was not seen',
  ],
])('%s', (_what, given, summary) => {
  const found = telemetryMissing([given]);
  expect(found.map((condition) => condition.summary)).toEqual(summary === null ? [] : [summary]);
});

test('it is as severe as what it hides, and names what is missing', () => {
  const [page] = telemetryMissing([facts({ coverage: 0, severity: 'page' })]);
  expect(page).toMatchObject({
    name: 'TelemetryMissing',
    severity: 'page',
    subject: { slo: 'mail-attempts', pipeline: 'mail' },
    owner: 'ann',
    runbook: 'TelemetryMissing',
  });
});
