import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { incidentDetailSchema } from '../../server/contract.js';
import { launchBrowser } from '../support/browser.js';
import { Person } from '../support/executions.js';
import { unstick, violationsIn } from './support/axe.js';
import { DESKTOP, openPage, PHONE } from './support/openPage.js';
import { startRunbookServer, type RunbookServer } from './support/runbookServer.js';

const started = await launchBrowser();
if (started.browser === null) console.warn(`\nBROWSER TESTS SKIPPED: ${started.reason}\n`);

describe.skipIf(started.browser === null)('the pages of runbooks', () => {
  let at: RunbookServer;
  let execution = '';
  beforeAll(async () => {
    at = await startRunbookServer();
    const ann = new Person(at.server, 'Ann');
    const begun = await ann.start('RetryStorm', { incident: at.incident });
    execution = begun.id;
    await ann.tick(execution, 1);
  });
  afterAll(async () => {
    await started.browser?.close();
    await at.close();
  });
  const open = (path: string, options: BrowserContextOptions = DESKTOP): Promise<Page> =>
    openPage(started.browser, at.server.url + path, options);
  const runbook = (more: Record<string, string> = {}): string =>
    `/runbooks/RetryStorm?${new URLSearchParams({ tz: 'UTC', range: '-1d', pipeline: 'mail', incident: at.incident, ...more })}`;

  const SCREENS: [string, BrowserContextOptions, boolean][] = [
    ['in light and dark', DESKTOP, true],
    ['on a phone', PHONE, true],
  ];
  test.each(SCREENS)(
    'have no accessibility violation, %s',
    async (_name, options, alsoDark) => {
      const page = await open('/runbooks?tz=UTC', options);
      const paths = [
        '/runbooks?tz=UTC',
        '/resilience?tz=UTC',
        `/incidents/${at.incident}?tz=UTC`,
        runbook(),
        runbook({ execution, open: 'learning' }),
      ];
      for (const path of paths) {
        await page.goto(at.server.url + path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        // What is far from the screen of a phone waits until somebody comes near.
        await expect
          .poll(() => page.locator('.stale, .skeleton:not(.slot .skeleton)').count(), WAIT)
          .toBe(0);
        await unstick(page);
        expect({ path, ...(await violationsIn(page, { alsoDark })) }).toEqual({
          path,
          light: [],
          dark: [],
        });
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(
          true,
        );
      }
    },
    120_000,
  );

  test('print every step, check and command, and no panel', async () => {
    const page = await open(runbook({ execution }));
    await page.getByText(/^Done by Ann/).waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('complementary').count()).toBe(0);
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(await page.getByRole('checkbox').count()).toBe(30);
    expect(await page.getByText('Set a deadline').isVisible()).toBe(true);
    for (const words of ['Live panel:', 'How many attempts does an operation need?'])
      expect(await page.locator('figcaption', { hasText: words }).first().isVisible()).toBe(true);
    expect(await violationsIn(page, { alsoDark: false })).toEqual({ light: [], dark: [] });
  });

  test('are read in whole without JavaScript', async () => {
    const page = await open(runbook(), { ...DESKTOP, javaScriptEnabled: false });
    expect(await page.locator('li.step').count()).toBe(30);
    await page.getByText('How many attempts does an operation need?').waitFor();
  });

  test('are followed with the keyboard alone', async () => {
    const page = await open('/?tz=UTC');
    const link = page.locator('a[href^="/runbooks/RetryStorm"]').first();
    await expect.poll(() => link.getAttribute('href'), WAIT).toContain('step=2');
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByText(/^Done by Ann/).waitFor();
    await page.keyboard.press('?');
    await page.getByText('In a runbook: next step, tick it, panel').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    expect(await page.evaluate(() => document.activeElement?.closest('li')?.id)).toBe('step-2');
    await page.keyboard.press('x');
    await page.getByLabel('Your name').fill('Cem');
    await page.keyboard.press('Enter');
    await page.getByText(/^Done by Cem/).waitFor();
    await page.keyboard.press('n');
    expect(await page.evaluate(() => document.activeElement?.closest('li')?.id)).toBe('step-3');
    await page.keyboard.press('p');
    expect(
      await page.evaluate(() => document.activeElement?.classList.contains('panel-column')),
    ).toBe(true);
    await page.keyboard.press('p');
    expect(await page.evaluate(() => document.activeElement?.closest('li')?.id)).toBe('step-3');
    await page.getByRole('button', { name: 'Skip', exact: true }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Skip step 3' });
    await dialog.getByLabel('Why').fill('one provider only');
    await dialog.getByRole('button', { name: 'Skip step 3' }).press('Enter');
    await page.getByText(/^Skipped by Cem.*one provider only/).waitFor();
  });

  test('keep what was done without a network over a reload, and send it from any page', async () => {
    const page = await open(runbook({ execution }), PHONE);
    await page.getByText('in the hands of Ann').waitFor();
    await page.route('**/api/executions/*/events', (route) => route.abort('internetdisconnected'));
    await page.getByRole('button', { name: 'Take over' }).tap();
    await page.getByLabel('Your name').fill('Dee');
    await page.getByLabel('Your name').press('Enter');
    await page.getByText(/^No connection: 1 waiting/).waitFor();
    await page.reload();
    await page.getByText(/^No connection: 1 waiting/).waitFor();
    await page.unroute('**/api/executions/*/events');
    await page.goto(`${at.server.url}/incidents/${at.incident}?tz=UTC`);
    await page.getByText('in the hands of Dee').waitFor();
    const { timeline } = await at.server.get(`/api/incidents/${at.incident}`, incidentDetailSchema);
    expect(timeline.some(({ actor }) => actor === 'Dee')).toBe(true);
  });

  test('say that Verify fails, and are overridden with a reason', async () => {
    const page = await open(`/incidents/${at.incident}?tz=UTC`);
    await page.getByText('Verify fails', { exact: true }).waitFor();
    await page.getByRole('link', { name: /of 30:/ }).click();
    await page.getByText('It is not over: the incident stays open.').waitFor();
    await page.getByRole('button', { name: 'It is over all the same' }).click();
    const dialog = page.getByRole('dialog', { name: 'It is over all the same' });
    await dialog.getByLabel('Why').fill('the provider said so');
    await dialog.getByLabel('Your name').fill('Eve');
    await dialog.getByRole('button', { name: 'It is over all the same' }).click();
    await page.getByText('Verify overridden').waitFor();
    await page.getByText(/the provider said so/).waitFor();
  });

  test('take what a person saw of an item that no telemetry tells, and show it with name and day', async () => {
    const page = await open('/resilience?tz=UTC', PHONE);
    const item = page
      .getByRole('listitem')
      .filter({ hasText: 'A second model or provider was tried' });
    await item
      .first()
      .getByRole('button', { name: /^Say how it stands: / })
      .tap();
    const dialog = page.getByRole('dialog', { name: 'A second model or provider was tried' });
    await dialog.getByLabel('How it stands').selectOption('notDone');
    await dialog.getByLabel('What you saw').fill('<b>none</b> & nobody');
    await dialog.getByLabel('Your name').fill('Fay');
    await dialog.getByRole('button', { name: 'Say how it stands' }).tap();
    await dialog.waitFor({ state: 'detached' });
    await item.getByText(/^not done, says Fay, today .*: <b>none<\/b> & nobody/).waitFor();
  });

  test('lead from a link that was put together wrong to the runbook that is followed, and say where there is none', async () => {
    const page = await open(runbook({ execution }).replace('RetryStorm', 'BackupFailed'));
    await page.waitForURL((url) => url.pathname === '/runbooks/RetryStorm');
    expect(new URL(page.url()).searchParams.get('execution')).toBe(execution);
    await page.getByText(/in the hands of /).waitFor();
    const gone = await at.server.fetch('/runbooks/Gone');
    expect(gone.status).toBe(404);
    // The page, which says so in its own words, and no problem in JSON.
    expect(gone.headers.get('content-type')).toContain('text/html');
  });

  test('speak Chinese around a text that stays in its language', async () => {
    const page = await open(runbook({ execution }), { ...PHONE, locale: 'zh-CN' });
    await page.getByText(/由 .* 负责/).waitFor();
    expect(await page.getAttribute('article', 'lang')).toBe('en');
    await page.goto(`${at.server.url}/resilience`);
    await page.getByRole('heading', { level: 1, name: '韧性清单' }).waitFor();
    await page.goto(`${at.server.url}/runbooks?sort=uses`);
    await page.getByRole('button', { name: '按使用', pressed: true }).waitFor();
    await page.getByRole('row', { name: /1 次/ }).waitFor();
  });
});

const WAIT = { timeout: 15_000 };
