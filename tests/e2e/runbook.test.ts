import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { DESKTOP, openPage, PHONE } from './support/openPage.js';
import { startRunbookServer, type RunbookServer } from './support/runbookServer.js';

const started = await launchBrowser();
if (started.browser === null) console.warn(`\nBROWSER TESTS SKIPPED: ${started.reason}\n`);

describe.skipIf(started.browser === null)('a runbook', () => {
  let at: RunbookServer;
  beforeAll(async () => {
    at = await startRunbookServer();
  });
  afterAll(async () => {
    await started.browser?.close();
    await at.close();
  });
  const open = (path: string, options: BrowserContextOptions = DESKTOP): Promise<Page> =>
    openPage(started.browser, at.server.url + path, options);

  test('is followed by two people until its Verify has passed, also by one who loses the network', async () => {
    const phone = await open('/incidents?tz=UTC', PHONE);
    await runbookLink(phone).tap();
    await phone.getByText('Not recorded: ticks stay in this browser.').waitFor();
    expect(Object.fromEntries(new URL(phone.url()).searchParams)).toMatchObject({
      pipeline: 'mail',
      incident: at.incident,
      step: '1',
    });
    await phone.getByRole('button', { name: 'Start, and record who does what' }).tap();
    await name(phone, 'Ann');
    await phone.getByText('in the hands of Ann').waitFor();
    await phone.getByRole('button', { name: 'Done', exact: true }).tap();
    await phone.getByRole('button', { name: /^Next step: 2\./ }).waitFor();
    await phone.getByText(/^Done by Ann/).waitFor();

    // Whoever comes second is led to where the first one is.
    const desk = await open('/?tz=UTC');
    const link = runbookLink(desk);
    await expect.poll(() => link.getAttribute('href')).toContain('step=2');
    await link.click();
    await desk.getByText(/^Done by Ann/).waitFor();
    await desk.getByRole('checkbox', { name: 'Step 2 done' }).check();
    await name(desk, 'Bob');
    await phone.getByText(/^Done by Bob/).waitFor();

    await phone.context().setOffline(true);
    await phone.getByRole('button', { name: 'Done', exact: true }).tap();
    await phone.getByText('waiting to be sent', { exact: false }).first().waitFor();
    await phone.getByRole('button', { name: /^Next step: 4\./ }).waitFor();
    await phone.getByText(/^No connection: 1 waiting/).waitFor();
    await phone.context().setOffline(false);
    expect(await desk.getByRole('checkbox', { name: 'Step 3 done' }).isChecked()).toBe(false);
    await expect
      .poll(() => desk.getByRole('checkbox', { name: 'Step 3 done' }).isChecked(), WAIT)
      .toBe(true);

    const verify = desk.locator('.verify');
    await verify.getByText('Fails').waitFor();
    at.verify('passes');
    await verify.getByText('Verified').waitFor();
    await desk.getByRole('button', { name: 'Finish' }).click();
    const finishing = desk.getByRole('dialog', { name: 'Finish' });
    await finishing.getByLabel('Why').fill('the provider is back');
    await finishing.getByRole('button', { name: 'Finish' }).click();
    await phone.getByText(/by Bob after .*: the provider is back/).waitFor();
  });

  test('draws its first view of 30 steps with at most 150 kB of script, and the panel of the step that is read', async () => {
    const page = await open(`/runbooks/RetryStorm?tz=UTC&pipeline=mail&incident=${at.incident}`);
    const panels = page.getByRole('complementary', { name: 'Live panels' });
    await panels.getByRole('img', { name: /^Spend by model/ }).waitFor();
    expect(await page.locator('input.tick').count()).toBe(30);
    const loaded = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name).pathname)
        .filter((path) => /^\/assets\/.*\.js$/.test(path)),
    );
    expect(loaded.length).toBeGreaterThan(4);
    const bytes = loaded.reduce((sum, path) => sum + gzipBytes(path), 0);
    expect(bytes).toBeLessThanOrEqual(150_000);

    await page.keyboard.press('n');
    await page.keyboard.press('x');
    await page.getByRole('button', { name: /^Next step: 2\./ }).waitFor();
    await page.getByRole('checkbox', { name: 'Step 4 done' }).scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'Live', exact: true }).click();
    expect(new URL(page.url()).searchParams.get('window')).toBe('live');
    await page.locator('#step-4').evaluate((step) => step.scrollIntoView());
    await panels.getByRole('heading', { name: 'Burn rate' }).waitFor();
    await page.keyboard.press('p');
    expect(await panels.evaluate((panel) => panel.contains(document.activeElement))).toBe(true);
    const check = page.locator('figure.check-slot').first();
    await check.getByText('expected < 1.2').waitFor();
    await check.getByText(/^(Passes|Fails|Cannot tell)$/).waitFor();
  });
});

const runbookLink = (page: Page) =>
  page.locator('a[href^="/runbooks/RetryStorm"]', { hasText: 'Open runbook' }).first();

const WAIT = { timeout: 10_000 };

/** Answers the question that is asked once in a browser. */
async function name(page: Page, who: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your name').fill(who);
  await dialog.getByLabel('Your name').press('Enter');
}

const gzipBytes = (path: string): number =>
  gzipSync(readFileSync(new URL(`../../dist/web${path}`, import.meta.url)), { level: 9 }).length;
