import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { alertsSchema, executionsSchema, runbookSchema } from '../../server/contract.js';
import { launchBrowser } from '../support/browser.js';
import { injectFault } from '../support/injectedFault.js';
import { startBuiltServer, type BuiltServer } from './support/builtServer.js';
import { openPage, PHONE } from './support/openPage.js';

/** What raises each is in pipelines/demo/faults; the sentence is the alert's own. The first sends telemetry: without any, the first page says how to. */
const FAULTS: readonly (readonly [alert: string, says: RegExp])[] = [
  ['RetryWasteHigh', /^game-day-waste-\d+ lost \$0\.\d+ of \$0\.\d+ to retries in 24 h/],
  ['ErrorBudgetBurn', /^Game day attempts succeed: 8 of 16 bad in 1h/],
  ['RowQualityLow', /^Game day rows valid: 300 of 1500 bad in 1h/],
  ['ModelLatencyHigh', /^Game day model latency: 20 of 20 bad in 1h/],
  ['CostBudgetExhausted', /^game-day-spend-\d+ has spent \$0\.00\d+ of \$0\.005: 100 % reached/],
  ['BatchFailed', /^game-day-failed-\d+: the run of .* failed/],
  ['BatchLateOrMissing', /^game-day-late-\d+: the data of .* was due .* and has not landed/],
  ['ConfigRejected', /^configuration rejected, the former one stays in force/],
  ['HeartbeatMissed', /^the heartbeat game-day-\d+ was due by .* and last came: never/],
  ['BackupFailed', /^the backup of .* failed: ENOTDIR/],
];
const VERIFY = 'Verify';
/** An SLO is judged within seconds; a batch is due within a minute; each look at Verify is ten seconds after the other. */
const WAIT_MS = 180_000;

const started = await launchBrowser();
if (started.browser === null) console.warn(`\nBROWSER TESTS SKIPPED: ${started.reason}\n`);

describe.skipIf(started.browser === null)('on a phone, a game day', () => {
  let server: BuiltServer;

  beforeAll(async () => {
    server = await startBuiltServer({
      configFrom: fileURLToPath(new URL('../../pipelines/demo/config', import.meta.url)),
      flags: ['--demo'],
    });
  });
  afterAll(async () => {
    await started.browser?.close();
    await server.stop();
  });

  const read = async (path: string): Promise<unknown> => (await fetch(server.origin + path)).json();
  const firing = async (name: string) =>
    alertsSchema.parse(await read(`/api/alerts?state=firing&name=${name}`)).items;

  test.each(FAULTS)(
    'of %s: its alert, its runbook in two taps, its steps, and Verify turns once it is over',
    async (name, says) => {
      const fault = await injectFault(name, { url: server.origin, config: server.config });
      onTestFinished(() => fault.end());
      const isOurs = ({ summary }: { summary: string }): boolean => says.test(summary);
      await expect
        .poll(async () => (await firing(name)).some(isOurs), { timeout: WAIT_MS, interval: 500 })
        .toBe(true);

      const page = await openPage(started.browser, `${server.origin}/?tz=UTC`, PHONE);
      page.setDefaultTimeout(WAIT_MS);
      await page.evaluate(() => localStorage.setItem('burnbook.actor', 'Ann'));
      await page.reload();
      await openRunbook(page, says);
      expect(new URL(page.url()).pathname).toBe(`/runbooks/${name}`);

      const { steps } = runbookSchema.parse(await read(`/api/runbooks/${name}`));
      await page.getByRole('button', { name: 'Start, and record who does what' }).tap();
      await page.getByText('Recorded', { exact: true }).waitFor();
      const before = steps.findIndex(({ section }) => section === VERIFY);
      for (let step = 0; step < before; step++) await tickNext(page, step + 1);

      await fault.revert();
      const inVerify = steps.filter(({ section }) => section === VERIFY).length;
      for (let step = 0; step < inVerify; step++) await tickNext(page, before + step + 1);
      await page.getByText('All checks passed twice since the last step.').waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(
        true,
      );

      const { items } = executionsSchema.parse(await read(`/api/executions?runbook=${name}`));
      expect(items[0]).toMatchObject({ state: 'open', holder: 'Ann', verify: { state: 'passed' } });
    },
  );

  /** From the first page: the newest needs may be behind one tap, the runbook is behind the next. */
  async function openRunbook(page: Page, says: RegExp): Promise<void> {
    await page.getByRole('heading', { name: 'Needs you' }).waitFor();
    const more = page.getByRole('button', { name: /^\d+ more$/ });
    const row = page.locator('li.need').filter({ has: page.getByRole('link', { name: says }) });
    await row.or(more).first().waitFor();
    if ((await row.count()) === 0) await more.tap();
    await row.first().getByRole('link', { name: 'Open runbook' }).tap();
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
});

async function tickNext(page: Page, step: number): Promise<void> {
  const next = page.getByRole('region', { name: 'Next step' });
  await next.getByText(`Next step: ${step}.`).waitFor();
  await next.getByRole('button', { name: 'Done', exact: true }).tap();
}
