import { expect, test } from 'vitest';
import { telemetryMissing, type CoverageFacts } from '@burnbook/domain/alert/telemetryMissing';
import { HOUR_NS } from '@burnbook/domain/time';

const NOW = 7_200_000_000_000n;
const facts = (more: Partial<CoverageFacts>): CoverageFacts => ({
  pipeline: 'mail',
  severity: 'ticket',
  owner: 'ann',
  slos: ['mail-attempts', 'mail-rows'],
  due: 60,
  covered: 60,
  ...more,
});

test.each([
  ['covered enough', facts({ covered: 54 }), null],
  ['nothing was open, which is no gap', facts({ due: 0, covered: 0 }), null],
  ['a short run that is late to tell of its end', facts({ due: 7, covered: 3 }), null],
  ['covered too little', facts({ covered: 53.5 }), '89.2 %'],
  ['a run of which nothing more came', facts({ due: 8, covered: 3 }), '37.5 %'],
])('%s', (_what, given, share) => {
  const found = telemetryMissing([given], NOW);
  expect(found.map(({ summary }) => summary)).toEqual(
    share === null
      ? []
      : [
          `telemetry covers ${share} of the last hour in which mail ran: below 90 % nobody can say that it is well`,
        ],
  );
});

test('it is as severe as what it hides, and names it', () => {
  const [page] = telemetryMissing([facts({ covered: 0, severity: 'page' })], NOW);
  expect(page).toMatchObject({
    name: 'TelemetryMissing',
    severity: 'page',
    subject: { pipeline: 'mail' },
    owner: 'ann',
    runbook: 'TelemetryMissing',
    sinceNs: NOW - HOUR_NS,
    details: { figures: { slos: 'mail-attempts, mail-rows' } },
  });
});
