import { fileURLToPath } from 'node:url';
import type { AlertName } from '@burnbook/domain/alertNames';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { alertsSchema } from '../../server/contract.js';
import { startBuiltServer, type BuiltServer } from '../e2e/support/builtServer.js';
import { injectFault, type InjectedFault } from '../support/injectedFault.js';

/** Those that the browser's game days do not make. The last ones end or pause the store. */
const FAULTS: readonly (readonly [alert: AlertName, says: RegExp])[] = [
  ['RetryStorm', /^game-day-retries-\d+ needed 120 attempts for 40 operations/],
  ['ProviderOutage', /^anthropic failed \d+ of \d+ attempts/],
  ['ProviderRateLimited', /^mistral refused for their rate \d+ of \d+ attempts/],
  ['UnpricedUsage', /have no price/],
  ['CostBudgetBurningFast', /^game-day-spend-\d+/],
  ['BatchCostAboveNormal', /^game-day-cost-\d+ dear \d+ costs/],
  ['QuarantineGrowing', /^game-day-quarantine-\d+/],
  ['CollectorDropping', /^the collector of game-day-drops-\d+|game-day-drops-\d+/],
  ['ErrorBudgetExhausted', /^Game day attempts succeed: the error budget is overspent/],
  ['DiskNearlyFull', /are free where the database is/],
  ['NotifierNotDelivering', /^Game day messages delivered: (\d+) of \1 bad/],
  ['StoreRestarted', /^the store's process died/],
  ['IngestRefusing', /^Game day telemetry taken: \d+ of \d+ bad/],
  ['AckLatencyHigh', /^Game day acknowledged soon: \d+ of \d+ bad/],
];
/** A deadline four minutes ahead, and minutes in which data gets old: they rise while the others are made. */
const SLOW_FAULTS: readonly (readonly [alert: AlertName, says: RegExp])[] = [
  ['TelemetryMissing', /^game-day-silent-\d+: the run of .* was seen and its end was not/],
  ['FreshnessBreach', /^Game day data fresh: /],
];
const WAIT_MS = 300_000;

describe('a fault raises its alert', () => {
  let server: BuiltServer;
  let slow: readonly InjectedFault[] = [];
  beforeAll(async () => {
    server = await startBuiltServer({
      configFrom: fileURLToPath(new URL('../../pipelines/demo/config', import.meta.url)),
      flags: ['--demo'],
    });
    slow = await Promise.all(
      SLOW_FAULTS.map(([name]) => injectFault(name, { url: server.origin, config: server.config })),
    );
  });
  afterAll(async () => {
    await Promise.all(slow.map((fault) => fault.end()));
    await server.stop();
  });

  const becomesFiring = (name: string, says: RegExp): Promise<void> =>
    expect
      .poll(
        async () => {
          const answer = await fetch(`${server.origin}/api/alerts?state=firing&name=${name}`);
          // The store may be away for a moment: it is what some of them break.
          if (!answer.ok) return [];
          return alertsSchema.parse(await answer.json()).items.map(({ summary }) => summary);
        },
        { timeout: WAIT_MS, interval: 500 },
      )
      .toContainEqual(expect.stringMatching(says));

  test.each(FAULTS)('%s', async (name, says) => {
    const fault = await injectFault(name, { url: server.origin, config: server.config });
    onTestFinished(() => fault.end());
    await becomesFiring(name, says);
    expect(await fault.revert()).not.toBe('');
  });

  test.each(SLOW_FAULTS)('%s', becomesFiring);
});
