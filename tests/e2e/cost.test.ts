import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseUsd } from '@burnbook/domain/money';
import { launchBrowser } from '../support/browser.js';
import { SCREENS, unstick, violationsIn } from './support/axe.js';
import { startBuiltServer, type BuiltServer } from './support/builtServer.js';
import { holdsJourney } from './support/holdsJourney.js';
import { DESKTOP, openPage, PHONE } from './support/openPage.js';
import { repriceJourney } from './support/repriceJourney.js';
import { sendCosts } from './support/sendCosts.js';
import { slowTest } from '../support/slowTest.js';

const started = await launchBrowser();
if (started.browser === null) console.warn(`\nBROWSER TESTS SKIPPED: ${started.reason}\n`);

const BUDGETS = `# What we may spend.
budgets:
  - id: everything
    period: { rolling: 30d }
    amountUsd: "160.00" # asked for in May
    owner: finops
  - id: care-team
    scope: { team: care }
    period: { rolling: 7d }
    amountUsd: "40.00"
    owner: care
  - id: mail-guard
    scope: { pipeline: mail-features }
    period: { rolling: 7d }
    amountUsd: "900.00"
    hardLimit: true
    owner: data-platform
`;

describe.skipIf(started.browser === null)('the pages of costs', () => {
  let server: BuiltServer;

  beforeAll(async () => {
    server = await startBuiltServer({ budgets: BUDGETS, flags: ['--config-writable'] });
    await sendCosts(server.origin, Date.now());
  });

  afterAll(async () => {
    await started.browser?.close();
    await server.stop();
  });

  const open = (path: string, options: BrowserContextOptions = DESKTOP): Promise<Page> =>
    openPage(started.browser, server.origin + path, options);
  const board = (page: Page, name: string) => page.getByRole('table', { name });
  const chip = (page: Page, term: string) =>
    page.getByRole('button', { name: `Remove the filter ${term}` });

  test('narrow by a click, leave out by an Alt-click, and a shared URL shows another reader the same', async () => {
    const page = await open('/cost?range=-7d&tz=UTC');
    await board(page, 'By model').getByRole('button', { name: 'gpt-4o', exact: true }).click();
    await chip(page, 'Model: gpt-4o').waitFor();
    await expect
      .poll(() => board(page, 'By pipeline').getByRole('row').count(), { timeout: 10_000 })
      .toBe(2);
    await chip(page, 'Model: gpt-4o').click();
    await board(page, 'By pipeline')
      .getByRole('button', { name: 'support-triage', exact: true })
      .click({ modifiers: ['Alt'] });
    await chip(page, 'not Pipeline: support-triage').waitFor();
    await page
      .getByRole('region', { name: 'By model' })
      .getByLabel('Group by')
      .selectOption('team');
    await board(page, 'By team').getByRole('button', { name: 'search', exact: true }).waitFor();
    await page
      .getByRole('region', { name: 'By team' })
      .getByRole('button', { name: 'Δ $' })
      .click();
    const shared = page.url();

    const reader = await open(shared.slice(server.origin.length), {
      ...DESKTOP,
      timezoneId: 'Asia/Shanghai',
    });
    await chip(reader, 'not Pipeline: support-triage').waitFor();
    const spend = (of: Page) =>
      of.getByRole('region', { name: 'Spend', exact: true }).locator('data').first().textContent();
    await board(reader, 'By team').waitFor();
    expect(await spend(reader)).toBe(await spend(page));
    expect(
      await board(reader, 'By team')
        .getByRole('columnheader', { name: 'Δ $' })
        .getAttribute('aria-sort'),
    ).toBe('descending');
    expect(reader.url()).toBe(shared);

    await page.goBack();
    await page.goBack();
    await board(page, 'By model').waitFor();
    await page.goBack();
    await chip(page, 'not Pipeline: support-triage').waitFor({ state: 'detached' });
    await page.goBack();
    await chip(page, 'Model: gpt-4o').waitFor();
  });

  test('say what changed in bars that add up to the change exactly, and in words', async () => {
    const page = await open('/cost?range=-7d&tz=UTC');
    await page.getByRole('table', { name: 'By model' }).waitFor();
    await page.mouse.wheel(0, 2_000);
    const bars = page.getByRole('table', { name: 'What changed' });
    await bars.waitFor();
    const told = await bars
      .locator('tbody data')
      .evaluateAll((all) => all.map((each) => each.getAttribute('value') ?? ''));
    const [before = '', ...rest] = told;
    const after = rest.pop() ?? '';
    const sum = rest.reduce((total, usd) => total + parseUsd(usd), 0n);
    expect(rest.length).toBeGreaterThan(1);
    expect(sum).not.toBe(0n);
    expect(parseUsd(before) + sum).toBe(parseUsd(after));
    const change = await bars.locator('tfoot data').getAttribute('value');
    expect(parseUsd(change ?? '')).toBe(sum);
    const tile = page.getByRole('region', { name: 'Spend', exact: true }).locator('.delta data');
    expect(await tile.getAttribute('value')).toBe(change);
    await page.getByText(/^Spend rose by \$.* The most of it: /).waitFor();
  });

  test('lead from a figure over the batches behind it and the bill to the span', async () => {
    const page = await open('/cost?range=-7d&tz=UTC');
    await board(page, 'By model')
      .getByRole('row', { name: /claude/ })
      .getByRole('link')
      .click();
    const behind = page.getByRole('table', { name: 'Batches behind this figure' });
    await behind.getByRole('link').first().click();
    await page.getByRole('button', { name: 'judge' }).click();
    await page
      .getByRole('link', { name: /The span that proves claude/ })
      .first()
      .click();
    await page.getByText('gen_ai.usage.input_tokens').waitFor();
    expect(page.url()).toContain('range=-7d');
  });

  test('show what has no price with the entry to add, and what is not counted with its evidence', async () => {
    const page = await open('/cost?range=-7d&tz=UTC&open=exclusions');
    await board(page, 'By model')
      .getByRole('row', { name: /house-rerank-7b unpriced/ })
      .or(
        board(page, 'By model')
          .getByRole('row', { name: /house-rerank-7b/ })
          .getByText('unpriced'),
      )
      .first()
      .waitFor();
    await page.mouse.wheel(0, 4_000);
    await page.getByText('acme / house-rerank-7b').click();
    await page.getByText('inputUsdPerMillion: "FILL IN"').waitFor();
    const excluded = page.getByRole('table', { name: 'Not counted, and why' });
    const row = excluded.getByRole('row', { name: /same response id/ });
    await row.getByRole('link', { name: /^span/ }).waitFor();
    await row.getByRole('link', { name: 'gemini-2.5-flash' }).click();
    await page.getByText('one-answer').first().waitFor();
  });

  slowTest?.(
    'change a budget through its form: in the file, on the page, with the name of who did it',
    async () => {
      const page = await open('/cost/budgets/everything');
      await page.getByRole('link', { name: 'Edit' }).click();
      const form = page.getByRole('form', { name: 'Edit' });
      await form.getByLabel('Amount, US dollars').fill('0');
      await form.getByLabel('Your name').fill('Zoë');
      await form.getByLabel('Why').fill('two new teams');
      await form.getByRole('button', { name: 'Save' }).click();
      await form
        .getByRole('alert')
        .getByText(/above 0/)
        .waitFor();
      await form.getByLabel('Amount, US dollars').fill('400.00');
      await form.getByRole('button', { name: 'Save' }).click();
      await page.getByText('of $400.00').first().waitFor();
      await page.getByText(/Zoë · two new teams/).waitFor();
      const file = readFileSync(join(server.config, 'budgets.yaml'), 'utf8');
      expect(file).toContain('amountUsd: "400.00"');
      expect(file).toContain('# What we may spend.');

      await page.goto(`${server.origin}/cost?open=new-budget`);
      const adding = page.getByRole('form', { name: 'New budget' });
      expect(await adding.getByLabel('Your name').inputValue()).toBe('Zoë');
      await adding.getByLabel('Name', { exact: true }).fill('mail');
      await adding.getByLabel('Amount, US dollars').fill('20');
      await adding.getByRole('button', { name: '+ Condition' }).click();
      await adding.getByLabel('Condition 1: what').fill('pipeline');
      await adding.getByLabel('Condition 1: value').fill('mail-*');
      await adding.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('link', { name: 'mail', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'mail' }).waitFor();
      await page.getByRole('link', { name: 'Edit' }).click();
      await page.getByRole('button', { name: 'Remove', exact: true }).click();
      await page.getByRole('button', { name: 'Remove for good?' }).click();
      await page.getByRole('heading', { level: 1, name: 'Cost' }).waitFor();
      await page.getByRole('link', { name: 'mail', exact: true }).waitFor({ state: 'detached' });
    },
  );

  slowTest?.(
    'show who holds money in a hard limit, give it back by hand, and set the limit aside',
    async () => {
      await holdsJourney(server, open);
    },
  );

  slowTest?.(
    'price stored calls again after a price was added: previewed, applied, undone',
    async () => {
      await repriceJourney(server, open);
    },
  );

  slowTest?.(
    'show the change to make by hand where the server may not write its files',
    async () => {
      const reading = await startBuiltServer({ budgets: BUDGETS });
      onTestFinished(reading.stop);
      const page = await openPage(
        started.browser,
        `${reading.origin}/cost/budgets/care-team?open=edit`,
      );
      await page.getByLabel('Amount, US dollars').fill('55.00');
      await page.getByLabel('Your name').fill('Zoë');
      await page.getByRole('button', { name: 'Show the change' }).click();
      const diff = page.getByRole('alert').locator('pre');
      await diff.waitFor();
      expect(await diff.textContent()).toContain('+    amountUsd: "55.00"');
      expect(readFileSync(join(reading.config, 'budgets.yaml'), 'utf8')).toBe(BUDGETS);
    },
  );

  test('tell on the first page whose budget needs someone, and lead there', async () => {
    const page = await open('/');
    await page
      .getByRole('link', { name: /^care-team has spent/ })
      .first()
      .waitFor();
    const left = page.getByRole('region', { name: 'Budget left' });
    await left.getByRole('meter', { name: 'Budget left' }).waitFor();
    await left.getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'care-team' }).waitFor();
    await page.getByRole('link', { name: 'Open runbook' }).first().waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('heading', { level: 1, name: 'Cost' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByRole('heading', { level: 1, name: 'Retries' }).waitFor();
  });

  test('show waste by cause without taking the unknown for nothing, and replay another policy', async () => {
    const page = await open('/retries?range=-7d&tz=UTC');
    const heat = page.getByRole('table', { name: 'Waste by cause and model' });
    await heat.getByRole('row', { name: /gpt-4o-mini/ }).waitFor();
    await heat
      .getByRole('row', { name: /gpt-4o-mini/ })
      .getByText('unknown')
      .first()
      .waitFor();
    await page.getByText(/^The most is lost to Server error/).waitFor();
    await page.getByLabel('Attempts, at most').fill('2');
    await page.getByRole('button', { name: 'Replay' }).click();
    const verdict = page.getByText(/^Saves \$.*, but loses successes: 7\.$/);
    await verdict.waitFor();
    expect(page.url()).toContain('attemptsMax=2');
    await page.goBack();
    await verdict.waitFor({ state: 'detached' });
    await heat
      .getByRole('row', { name: /claude/ })
      .getByRole('link')
      .last()
      .click();
    await page.getByRole('table', { name: 'Batches behind this figure' }).waitFor();
  });

  slowTest?.('say in place what the server could not answer, and try again', async () => {
    const page = await open('/cost?range=-7d&tz=UTC');
    await board(page, 'By model').waitFor();
    await page.route('**/api/costs?*', (route) =>
      route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        body: JSON.stringify({ type: 'about:blank', title: 'Internal error', status: 500 }),
      }),
    );
    await board(page, 'By model').getByRole('button', { name: 'gpt-4o', exact: true }).click();
    const alert = page.getByRole('region', { name: 'By model' }).getByRole('alert');
    await alert.getByText('500 Internal error').waitFor();
    await board(page, 'By pipeline').waitFor({ state: 'detached' });
    await page.unroute('**/api/costs?*');
    await alert.getByRole('button', { name: 'Retry' }).click();
    await alert.waitFor({ state: 'detached' });
    await board(page, 'By model').waitFor();
  });

  slowTest?.('fit a phone, with Cost and Retries under the thumb', async () => {
    const page = await open('/', PHONE);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Cost' }).tap();
    await board(page, 'By model').waitFor();
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    expect(await fits()).toBe(true);
    await page.getByRole('link', { name: 'care-team' }).tap();
    await page.getByRole('heading', { level: 1, name: 'care-team' }).waitFor();
    expect(await fits()).toBe(true);
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: 'Retries' })
      .tap();
    await page.getByRole('table', { name: 'Waste by cause and model' }).waitFor();
    expect(await fits()).toBe(true);
  });

  slowTest?.('speak Chinese', async () => {
    const page = await open('/cost', {
      ...DESKTOP,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
    });
    await page.getByRole('heading', { level: 1, name: '成本' }).waitFor();
    await page.getByRole('table', { name: '按模型' }).waitFor();
    await page.getByLabel('设置').click();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('table', { name: 'By model' }).waitFor();
  });

  const VIEWS = [
    '/cost?range=-7d&compare=previous&filter=-team:nobody&open=exclusions',
    '/cost?range=-7d&open=new-budget',
    '/cost/budgets/care-team?open=edit',
    '/cost/budgets/mail-guard',
    '/cost/reservations?state=released',
    '/cost/prices?range=-7d&open=reprice&model=gpt-4o',
    '/retries?range=-7d&attemptsMax=2',
    '/batches?range=-7d&filter=model:gpt-4o',
  ] as const;

  slowTest?.each(SCREENS)(
    'have no accessibility violation, %s',
    async (_name, options, alsoDark) => {
      const page = await open('/cost', options);
      for (const path of VIEWS) {
        await page.goto(server.origin + path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        // Parts below come when a reader comes near them.
        await expect
          .poll(
            async () => {
              await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
              return page.locator('.skeleton').count();
            },
            { timeout: 10_000 },
          )
          .toBe(0);
        await unstick(page);
        expect({ path, ...(await violationsIn(page, { alsoDark })) }).toEqual({
          path,
          light: [],
          dark: [],
        });
      }
      // Eight pages each: on a busy machine more than the usual limit of a test.
    },
    90_000,
  );
});
