import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { SCREENS, violationsIn } from './support/axe.js';
import { DESKTOP, openPage, PHONE } from './support/openPage.js';
import { startBuiltServer, type BuiltServer } from './support/builtServer.js';
import { COSTLY_BATCH, ODD_BATCH, ODD_PIPELINE, sendBatches } from './support/sendBatches.js';
import { slowTest } from '../support/slowTest.js';

const started = await launchBrowser();
if (started.browser === null) console.warn(`\nBROWSER TESTS SKIPPED: ${started.reason}\n`);

const COSTLY = `/batches/mail-features/${COSTLY_BATCH}`;
const RUNBOOK = '/runbooks/BatchCostAboveNormal';

describe.skipIf(started.browser === null)('the page', () => {
  let server: BuiltServer;

  beforeAll(async () => {
    server = await startBuiltServer();
  });

  afterAll(async () => {
    await started.browser?.close();
    await server.stop();
  });

  const open = (path: string, options: BrowserContextOptions = DESKTOP): Promise<Page> =>
    openPage(started.browser, server.origin + path, options);

  const heading = (page: Page, name: string | RegExp) =>
    page.getByRole('heading', { level: 1, name });

  test('waits for the first span and turns into the bill by itself when it comes', async () => {
    const page = await open('/');
    await heading(page, 'Waiting for the first span').waitFor();
    await expect
      .poll(() => page.getByText(`${server.origin}/v1/traces`).count())
      .toBeGreaterThan(0);
    await sendBatches(server.origin);
    await page.getByRole('heading', { name: 'Needs you' }).waitFor();
    await page.getByRole('row', { name: /mail-features/ }).waitFor();
  });

  test('leads from the overview over the batch, its bill and the proving span to the runbook', async () => {
    const page = await open('/');
    await page
      .getByRole('link', { name: new RegExp(COSTLY_BATCH) })
      .first()
      .click();
    await heading(page, COSTLY_BATCH).waitFor();
    const bill = page.getByRole('table', { name: 'Bill' });
    await bill.getByRole('row', { name: /^gpt-4o-mini attempt 1 failed retry waste/ }).waitFor();
    expect(await bill.getByRole('row', { name: /^Total/ }).textContent()).toContain('$5.40');
    await bill
      .getByRole('link', { name: /The span that proves gpt-4o-mini/ })
      .first()
      .click();
    await page.getByText('Proves 1.80006 USD of the bill').waitFor();
    await page.getByText('gen_ai.usage.input_tokens').waitFor();
    expect(new URL(page.url()).searchParams.get('span')).toMatch(/^[0-9a-f]{16}$/);
    await page
      .getByRole('navigation', { name: 'Breadcrumb' })
      .getByRole('link', { name: COSTLY_BATCH })
      .click();
    await page.getByRole('link', { name: 'Open runbook' }).click();
    await heading(page, /cost/i).waitFor();
    const panels = page.getByRole('complementary', { name: 'Live panels' });
    await panels
      .getByRole('img', { name: /Cost of the last 9 batches of mail-features/ })
      .first()
      .waitFor();
    // The others are at hand, and one of them comes with its step.
    await panels.getByRole('button', { name: 'Attempts by outcome' }).click();
    await panels.getByText('2 of 3 attempts failed').waitFor();
  });

  test('reaches the runbook of what is wrong in two taps on a phone, and its steps keep their ticks', async () => {
    const page = await open('/', PHONE);
    await page.locator('a[href^="/runbooks/BatchCostAboveNormal"]').first().tap();
    await heading(page, /cost/i).waitFor();
    await page.getByRole('button', { name: /^Next step: 1\./ }).tap();
    await page.getByRole('checkbox', { name: 'Step 1 done' }).check();
    await page.getByRole('button', { name: /^Next step: 2\./ }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: /^Next step: 2\./ }).waitFor();
    expect(await page.getByRole('checkbox', { name: 'Step 1 done' }).isChecked()).toBe(true);
    // Under 900 px the panel stands in the text, under its step.
    const slot = page.locator('figure[data-panel="batch-bill-by-step"]');
    await slot.scrollIntoViewIfNeeded();
    await slot.getByText('classify').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(
      true,
    );
  });

  test('keeps its view in the URL: another reader sees the same, and Back undoes', async () => {
    const page = await open('/');
    await page.getByRole('button', { name: 'Retry waste' }).click();
    await page.getByRole('button', { name: /^gpt-4o-mini/ }).click();
    await page.getByRole('button', { name: 'One range earlier' }).click();
    await page.getByText('No spend in this range.').waitFor();
    const shared = page.url();
    expect(shared).toContain('tz=Europe/Berlin');
    expect(shared).toMatch(/range=20[^&]+\.\./);

    const reader = await open(shared.slice(server.origin.length), {
      ...DESKTOP,
      timezoneId: 'Asia/Shanghai',
    });
    await reader.getByText('No spend in this range.').waitFor();
    expect(reader.url()).toBe(shared);

    await page.goBack();
    await expect
      .poll(() => page.getByRole('button', { name: /^Compute/ }).getAttribute('aria-pressed'))
      .toBe('false');
    await page.goBack();
    await expect
      .poll(() => page.getByRole('button', { name: /^Compute/ }).getAttribute('aria-pressed'))
      .toBe('true');
    expect(
      await page.getByRole('columnheader', { name: 'Retry waste' }).getAttribute('aria-sort'),
    ).toBe('descending');
    await page.goBack();
    await expect
      .poll(() => page.getByRole('columnheader', { name: 'Cost' }).getAttribute('aria-sort'))
      .toBe('descending');
  });

  test('works by keyboard alone: keys, palette, chart cursor, bill and tree', async () => {
    const page = await open('/');
    const chart = page.getByRole('group', { name: /^Spend by model/ });
    await chart.getByRole('img').waitFor();
    await chart.focus();
    await page.keyboard.press('End');
    await page
      .locator('[aria-live]')
      .getByText(/gpt-4o-mini \$/)
      .waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('c');
    await expect.poll(() => new URL(page.url()).searchParams.get('compare')).toBe('previous');
    await page.keyboard.press('[');
    await expect.poll(() => page.url()).toContain('..');
    await page.keyboard.press(']');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('mail-fea');
    await page.getByRole('option', { name: /mail-features/ }).waitFor();
    await page.keyboard.press('Enter');
    await heading(page, 'Batches of mail-features').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await heading(page, 'Runbooks').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('pipelines');
    await page.keyboard.press('t');
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('light');
  });

  test('sets the range by a drag over the chart, and shows the same figures as a table', async () => {
    const page = await open('/?range=-24h&tz=UTC');
    const chart = page.getByRole('img', { name: /^Spend by model/ });
    await chart.waitFor();
    const box = await chart.boundingBox();
    if (!box) throw new Error('the chart has no place');
    await page.mouse.move(box.x + box.width * 0.6, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 100, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toContain('..');
    await page.goBack();
    await chart.waitFor();
    await page
      .locator('summary', { has: page.locator('svg') })
      .and(page.getByLabel('Chart menu'))
      .click();
    await page.getByRole('button', { name: 'View as table' }).click();
    const table = page.getByRole('region', { name: /^Spend by model, / });
    expect(await table.textContent()).toContain('$10.20');
    expect(page.url()).toContain('table=spend');
  });

  test('opens a batch whose name has slashes, quotes and Chinese, and never shows unpriced as nothing', async () => {
    const page = await open('/');
    await page.getByRole('region', { name: 'Retry waste' }).getByText(/^≥ \$/).waitFor();
    await page.getByRole('link', { name: ODD_PIPELINE }).click();
    await page.getByRole('link', { name: ODD_BATCH }).click();
    await heading(page, ODD_BATCH).waitFor();
    await page.getByRole('region', { name: 'Total cost' }).getByText(/≥ \$/).waitFor();
    await page.getByText('openai/nobody-prices-this').waitFor();
    await page.getByRole('button', { name: 'classify' }).waitFor();
    await page.reload();
    await heading(page, ODD_BATCH).waitFor();
  });

  test('says in place what went wrong, keeps what it knows, and tries again', async () => {
    const page = await open('/');
    await page.getByRole('region', { name: 'Spend', exact: true }).getByText('≥ $10.20').waitFor();
    const problem = {
      type: 'about:blank',
      title: 'Internal error',
      status: 500,
      detail: 'the store is away',
    };
    await page.route('**/api/overview**', (route) =>
      route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        body: JSON.stringify(problem),
      }),
    );
    await page.locator('summary', { hasText: 'Last 7 days' }).click();
    await page.getByRole('button', { name: 'Last 30 days' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText(/500 Internal error: the store is away/).waitFor();
    await page.unroute('**/api/overview**');
    await alert.getByRole('button', { name: 'Retry' }).click();
    await alert.waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'Spend', exact: true }).getByText('≥ $10.20').waitFor();
  });

  slowTest?.('starts anew when an upgrade took the code away that it wanted to load', async () => {
    const page = await open('/');
    await page.getByRole('heading', { name: 'Needs you' }).waitFor();
    let refused = 0;
    await page.route('**/assets/RunbooksPage-*.js', async (route) => {
      refused += 1;
      if (refused > 1) await route.continue();
      else await route.fulfill({ status: 503, body: '' });
    });
    await page.getByRole('link', { name: 'Runbooks' }).click();
    await heading(page, 'Runbooks').waitFor();
    expect(refused).toBe(2);
  });

  test('says when the stream of events is away, follows it again, and rests when told to', async () => {
    const page = await open('/');
    await page.route('**/api/events', (route) => route.fulfill({ status: 503, body: '' }));
    await page.reload();
    await page.getByRole('button', { name: 'reconnecting' }).waitFor();
    await page.unroute('**/api/events');
    await page.getByRole('button', { name: 'live' }).click();
    await page.getByRole('button', { name: 'paused' }).click();
    await page.getByRole('button', { name: 'live' }).waitFor();
  });

  slowTest?.(
    'asks for the token of a server that has one, and goes on once it has it',
    async () => {
      const guarded = await startBuiltServer({
        environment: { BURNBOOK_TOKEN: 'a-token-of-some-length' },
      });
      onTestFinished(guarded.stop);
      const page = await open('/runbooks');
      await page.goto(`${guarded.origin}/runbooks`);
      await page.getByLabel('Access token').fill('wrong');
      await page.getByRole('button', { name: 'Enter' }).click();
      await page.getByText('That is not the token.').waitFor();
      await page.getByLabel('Access token').fill('a-token-of-some-length');
      await page.getByRole('button', { name: 'Enter' }).click();
      await page.getByRole('row', { name: /A batch cost more than twice/ }).waitFor();
      await page.getByRole('button', { name: 'live' }).waitFor();
    },
  );

  test('speaks Chinese to a Chinese browser and changes by its switch', async () => {
    const page = await open('/', { ...DESKTOP, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
    await page.getByRole('heading', { name: '需要处理' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
    expect(await page.getByText('UTC+8').count()).toBeGreaterThan(0);
    await page.getByRole('link', { name: /花费 \$\S+：每行成本是平常的 \S+ 倍/ }).waitFor();
    await page.getByLabel('设置').click();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Needs you' }).waitFor();
    await page.getByRole('link', { name: /cost \$\S+: \S+ × the usual per row/ }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Needs you' }).waitFor();
  });

  test('prints a runbook as its words alone: all steps, boxes to tick, no panel, no menu', async () => {
    const page = await open(`${RUNBOOK}?pipeline=mail-features&batch=${COSTLY_BATCH}`);
    await page.getByRole('checkbox', { name: 'Step 1 done' }).waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(await page.getByRole('complementary').count()).toBe(0);
    expect(await page.getByText('Live panel:').first().isVisible()).toBe(true);
    expect(await page.getByRole('checkbox', { name: 'Step 13 done' }).isVisible()).toBe(true);
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000);
  });

  test('gives a reader without JavaScript the whole runbook', async () => {
    const page = await open(`${RUNBOOK}?pipeline=mail-features&batch=${COSTLY_BATCH}`, {
      ...DESKTOP,
      javaScriptEnabled: false,
    });
    await page.getByRole('heading', { name: 'First action' }).waitFor();
    expect(await page.locator('li.step').count()).toBe(13);
    expect(
      await page.getByText(`/api/batches/mail-features/${COSTLY_BATCH}`).count(),
    ).toBeGreaterThan(0);
  });

  const VIEWS = ['/', '/batches', COSTLY, RUNBOOK] as const;
  test.each(SCREENS)(
    'has no accessibility violation, %s',
    async (_name, options, alsoDark) => {
      const page = await open('/', options);
      for (const path of VIEWS) {
        await page.goto(`${server.origin}${path}?pipeline=mail-features&batch=${COSTLY_BATCH}`);
        await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
        await settled(page, { chart: path === '/' });
        expect({ path, ...(await violationsIn(page, { alsoDark })) }).toEqual({
          path,
          light: [],
          dark: [],
        });
      }
      await page.goto(server.origin + COSTLY);
      await page
        .getByRole('link', { name: /The span that proves/ })
        .first()
        .click();
      await page.getByText(/^Proves/).waitFor();
      expect(await violationsIn(page, { alsoDark })).toEqual({ light: [], dark: [] });
      // Five pages each: on a busy machine more than the usual limit of a test.
    },
    90_000,
  );
});

/** Nothing loads any more: no skeleton, and the chart of the first screen is drawn. */
async function settled(page: Page, { chart }: { chart: boolean }): Promise<void> {
  const left = page.locator('.skeleton');
  const seen = async (): Promise<number> => {
    // A panel below the screen loads when somebody scrolls to it.
    await left.evaluateAll(([first]) => first?.scrollIntoView());
    return left.count();
  };
  await expect.poll(seen, { timeout: 10_000 }).toBe(0);
  if (chart)
    await page.getByRole('img', { name: /^Spend by model/ }).waitFor({ state: 'attached' });
}
