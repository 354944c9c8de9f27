import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { alertNames, type AlertName } from '@burnbook/domain/alertNames';
import { loadRunbooks } from '../../../server/runbook/loadRunbooks.js';
import type { PlaceholderName } from '../../../server/runbook/placeholders.js';
import { renderRunbook } from '../../../server/runbook/renderRunbook.js';

/** What each alert says of its place at the least, beside its id. */
const subjects: Record<AlertName, readonly PlaceholderName[]> = {
  AckLatencyHigh: ['slo'],
  BackupFailed: [],
  BatchCostAboveNormal: ['pipeline', 'batch'],
  BatchFailed: ['pipeline', 'batch'],
  BatchLateOrMissing: ['pipeline'],
  CollectorDropping: ['pipeline'],
  ConfigRejected: [],
  CostBudgetBurningFast: ['budget'],
  CostBudgetExhausted: ['budget'],
  DiskNearlyFull: [],
  ErrorBudgetBurn: ['slo'],
  ErrorBudgetExhausted: ['slo'],
  FreshnessBreach: ['slo'],
  HeartbeatMissed: ['heartbeat'],
  IngestRefusing: ['slo'],
  ModelLatencyHigh: ['slo'],
  NotifierNotDelivering: ['slo'],
  ProviderOutage: ['provider'],
  ProviderRateLimited: ['provider'],
  QuarantineGrowing: ['pipeline'],
  RetryStorm: ['pipeline'],
  RetryWasteHigh: ['pipeline'],
  RowQualityLow: ['slo'],
  StoreRestarted: [],
  // Of an SLO, or of a pipeline.
  TelemetryMissing: [],
  UnpricedUsage: [],
};

const runbooks = await loadRunbooks(fileURLToPath(new URL('../../../runbooks', import.meta.url)));

test.each(alertNames)('Verify of %s can tell by what its alert says alone', (name) => {
  const document = runbooks.get(name);
  if (!document) throw new Error(`there is no runbook ${name}`);
  const values = Object.fromEntries(subjects[name].map((each) => [each, 'x']));
  const verify = renderRunbook(document, { alert: 'x', ...values }).checks.filter(
    ({ section }) => section === 'Verify',
  );
  expect(verify).not.toEqual([]);
  expect(verify.flatMap(({ open }) => open)).toEqual([]);
});

test.each([...runbooks.values()].filter(({ kind }) => kind !== 'document'))(
  '$name shows what its commands print, and a panel or a check in Diagnose',
  (document) => {
    const { html, checks, panels, steps } = renderRunbook(document, {});
    expect(html).toContain('<div class="output">');
    const diagnose = steps
      .filter(({ section }) => section === 'Diagnose')
      .map(({ number }) => number);
    const seen = [...checks, ...panels].filter(
      ({ step }) => step !== null && diagnose.includes(step),
    );
    expect(seen).not.toEqual([]);
  },
);
