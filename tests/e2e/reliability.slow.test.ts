import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { incidentsSchema } from '../../server/contract.js';
import { launchBrowser } from '../support/browser.js';
import { SCREENS, unstick, violationsIn } from './support/axe.js';
import { startBuiltServer, type BuiltServer } from './support/builtServer.js';
import { DESKTOP, openPage, PHONE } from './support/openPage.js';
import { HOURLY, NOTIFY, sendHourlyRuns, sendTrouble, SLOS } from './support/sendTrouble.js';

const started = await launchBrowser();
if (started.browser === null) console.warn(`\nBROWSER TESTS SKIPPED: ${started.reason}\n`);

describe.skipIf(started.browser === null)('the pages of reliability', () => {
  let server: BuiltServer;
  let incident = '';

  beforeAll(async () => {
    server = await startBuiltServer({
      pipelines: HOURLY.pipelines,
      slos: { ...SLOS, 'hourly.yaml': HOURLY.slo },
      notify: NOTIFY,
    });
    await sendHourlyRuns(server.origin, Date.now());
    await sendTrouble(server.origin, Date.now());
    incident = await vi.waitUntil(async () => (await incidents())[0]?.id ?? false, {
      timeout: 20_000,
      interval: 100,
    });
  });

  afterAll(async () => {
    await started.browser?.close();
    await server.stop();
  });

  const read = async (path: string): Promise<unknown> => (await fetch(server.origin + path)).json();
  const incidents = async () => incidentsSchema.parse(await read('/api/incidents')).items;
  const open = (path: string, options: BrowserContextOptions = DESKTOP): Promise<Page> =>
    openPage(started.browser, server.origin + path, options);
  const fits = (page: Page): Promise<boolean> =>
    page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

  test('lead a phone from the alert over its incident to the runbook in two taps', async () => {
    const page = await open('/?range=-2d&tz=UTC', PHONE);
    await page.getByRole('link', { name: /^mail attempts: .* bad in/ }).tap();
    const verdict = page.getByText(/^Firing for/);
    await verdict.waitFor();
    const size = await verdict.evaluate((shown) => {
      const { fontSize, lineHeight } = getComputedStyle(shown);
      return [fontSize, lineHeight];
    });
    expect(size).toEqual(['40px', '44px']);
    // Whoever looks has not acknowledged.
    await page.getByText('Nobody has acknowledged it.').waitFor();
    expect(await fits(page)).toBe(true);
    await page.getByRole('link', { name: 'Open runbook' }).first().tap();
    await page.getByRole('heading', { level: 1 }).waitFor();
    const { pathname, searchParams } = new URL(page.url());
    expect(pathname).toBe('/runbooks/RetryStorm');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      pipeline: 'mail-etl',
      slo: 'mail-attempts',
      incident,
      range: '-2d',
    });
  });

  test('acknowledge at a press and a name, keep notes and steps, silence, close and reopen', async () => {
    const page = await open(`/incidents/${incident}?range=-2d&tz=UTC`);
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    const naming = page.getByRole('dialog', { name: 'Acknowledge' });
    await naming.getByLabel('Your name').fill('Zoë');
    await naming.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText(/^Acknowledged by Zoë/).waitFor();

    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByLabel('Add to the timeline').fill('The provider answers 429.');
    await timeline.getByRole('button', { name: 'Step done' }).click();
    await timeline.getByRole('button', { name: 'Add' }).click();
    await timeline.getByText('The provider answers 429.').waitFor();
    await page.getByText('Current step').waitFor();
    await page
      .getByRole('region', { name: 'Postmortem' })
      .getByText(/The provider/)
      .waitFor();

    await page.getByRole('button', { name: 'Silence' }).first().click();
    const silencing = page.getByRole('dialog', { name: 'Silence' });
    await silencing.getByLabel('For').selectOption('1 hour');
    await silencing.getByLabel('Why').fill('known outage');
    await silencing.getByRole('button', { name: 'Silence' }).click();
    await page
      .getByText(/silenced until/)
      .first()
      .waitFor();

    await page.getByRole('button', { name: 'Close' }).click();
    const closing = page.getByRole('dialog', { name: 'Close' });
    await closing.getByLabel('Why').fill('false alarm');
    await closing.getByRole('button', { name: 'Close' }).click();
    await page.getByText('Closed by Zoë: false alarm').waitFor();
    await page.getByRole('button', { name: 'Reopen' }).click();
    const reopening = page.getByRole('dialog', { name: 'Reopen' });
    await reopening.getByLabel('Why').fill('it goes on');
    await reopening.getByRole('button', { name: 'Reopen' }).click();
    await page.getByText(/^Firing for/).waitFor();

    await page.goto(`${server.origin}/incidents`);
    const silences = page.getByRole('table', { name: 'Silences' });
    await silences.getByRole('button', { name: 'End now' }).click();
    await silences.getByText('ended by Zoë').waitFor();
  });

  test('list SLOs by the hours to empty and show one with windows, failures, past and replay', async () => {
    const page = await open('/?range=-2d&tz=UTC');
    await page.getByRole('heading', { name: 'Needs you' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.getByRole('heading', { level: 1, name: 'SLOs' }).waitFor();
    const rows = page.locator('.slo-row');
    await expect
      .poll(() => rows.locator('.row-link').allTextContents())
      .toEqual(['mail attempts', 'hourly on time', 'care attempts', 'quiet attempts']);
    await rows.nth(0).getByText('Critical').waitFor();
    const used = await rows.nth(0).getByRole('meter').getAttribute('aria-valuetext');
    expect(used).toMatch(/^\d+ % used/);
    // Nothing due is neither good nor bad.
    await rows.nth(2).getByText('Idle').waitFor();
    await rows.nth(0).getByRole('link', { name: 'mail attempts' }).click();

    const windows = page.getByRole('region', { name: 'Windows' });
    await expect.poll(() => windows.getByText('Critical').count()).toBe(4);
    await page.getByRole('img', { name: /^Error budget of mail-attempts/ }).waitFor();
    await page.getByRole('img', { name: /^Burn rate of mail-attempts .* log scale/ }).waitFor();
    await page.mouse.wheel(0, 2_000);
    const differs = page.getByRole('table', { name: 'What differs in the failures' });
    await differs
      .getByRole('row', { name: /errorClass rate_limited .* only among the bad/ })
      .waitFor();

    await page.getByRole('button', { name: 'Calendar' }).click();
    expect(page.url()).toContain('window=calendar');
    await page.mouse.wheel(0, 4_000);
    const replay = page.getByRole('region', { name: 'Try another policy' });
    await replay.getByLabel('Proposed OpenSLO YAML').fill('kind: SLO');
    await replay.getByRole('button', { name: 'Replay' }).click();
    await replay.getByRole('alert').waitFor();
    await replay.getByRole('button', { name: 'Back to the present one' }).click();
    await replay.getByRole('button', { name: 'Replay' }).click();
    await replay.getByRole('img', { name: /^Proposed: \d+ pages/ }).waitFor();
    await replay.getByRole('img', { name: /^Standing: \d+ pages/ }).waitFor();

    await page.getByRole('table', { name: 'Bad events' }).getByRole('link').first().click();
    await page.getByText('pipeline.attempt.error_class').first().waitFor();
  });

  test.each([
    [
      'en',
      'Try another policy',
      'Proposed schedule',
      'Replay',
      /^Proposed: 0 pages/,
      /On time 4\d/,
    ],
    ['zh-CN', '试用另一策略', '拟议的计划', '重放', /^拟议：0 次呼叫/, /准时 4\d/],
  ] as const)(
    'replay the deadline of a pipeline with another schedule, in %s',
    async (locale, title, label, button, timeline, verdicts) => {
      const page = await open('/slos/hourly-on-time?range=-2d&tz=UTC', { ...PHONE, locale });
      await page.getByRole('heading', { level: 1 }).waitFor();
      const replay = page.getByRole('region', { name: title });
      await expect
        .poll(async () => {
          await page.mouse.wheel(0, 4_000);
          return replay.count();
        })
        .toBe(1);
      const schedule = replay.getByLabel(label);
      expect(await schedule.inputValue()).toContain('deadline: 10m');
      await schedule.fill('cron: "0 * * * *"\ntimeZone: UTC\ndeadline: never');
      await replay.getByRole('button', { name: button, exact: true }).click();
      await replay
        .getByRole('alert')
        .getByText(/schedule:3: deadline/)
        .waitFor();
      await schedule.fill('cron: "0 * * * *"\ntimeZone: UTC\ndeadline: 30m');
      await replay.getByRole('button', { name: button, exact: true }).click();
      await replay.getByRole('img', { name: timeline }).waitFor();
      await replay.getByText(verdicts).first().waitFor();
      expect(await fits(page)).toBe(true);
    },
  );

  test('say in Chinese what needs someone, and what an incident is', async () => {
    const page = await open('/?range=-2d&tz=UTC', { ...DESKTOP, locale: 'zh-CN' });
    await page.getByRole('link', { name: /^mail-attempts：.*个坏事件，燃烧率/ }).click();
    const title = /^重试风暴（RetryStorm）：/;
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    expect(await page.title()).toMatch(title);
    await page.goto(`${server.origin}/incidents?state=all`);
    await page.getByRole('table').getByRole('link', { name: title }).first().waitFor();
  });

  test('take time out of the count and back in, each with a name and a reason', async () => {
    const page = await open('/slos?open=new-exclusion&tz=Asia/Shanghai');
    const form = page.getByRole('dialog', { name: 'Exclude time' });
    await form.getByLabel('Scope').selectOption('one SLO');
    await form.getByLabel('Its name').fill('mail-attempts');
    await form.getByLabel('From').fill('2027-03-01T09:00');
    await form.getByLabel('To', { exact: true }).fill('2027-03-01T08:00');
    await form.getByLabel('Your name').fill('Zoë');
    await form.getByLabel('Why').fill('maintenance');
    await form.getByRole('button', { name: 'Exclude time' }).click();
    await form
      .getByRole('alert')
      .getByText(/must be before to/)
      .waitFor();
    await form.getByLabel('To', { exact: true }).fill('2027-03-01T10:00');
    await form.getByRole('button', { name: 'Exclude time' }).click();
    const table = page.getByRole('table', { name: 'Time that does not count' });
    const row = table.getByRole('row', { name: /slo mail-attempts/ });
    await row.locator('time[datetime^="2027-03-01T01:00:00"]').waitFor();
    await row.getByRole('button', { name: 'Count it again' }).click();
    const removing = page.getByRole('dialog', { name: 'Count it again' });
    await removing.getByLabel('Why').fill('it was moved');
    await removing.getByRole('button', { name: 'Count it again' }).click();
    await row.getByText('removed by Zoë').waitFor();
  });

  test('warn until a heartbeat is set, and test a destination', async () => {
    const page = await open('/delivery', { ...PHONE, locale: 'zh-CN' });
    await page.getByText(/无人监视此服务器/).waitFor();
    expect(await fits(page)).toBe(true);
    await page.getByLabel('设置').tap();
    await page.getByRole('button', { name: 'English' }).tap();
    await page.getByRole('button', { name: 'Send a test' }).tap();
    const naming = page.getByRole('dialog', { name: 'Send a test' });
    await naming.getByLabel('Your name').fill('Zoë');
    await naming.getByRole('button', { name: 'Send a test' }).tap();
    await page
      .getByRole('table', { name: 'Messages' })
      .getByText('test', { exact: true })
      .waitFor();
  });

  // Colours alone change in the dark: the pages with most of them.
  const colourful = (): string[] => [
    '/slos/mail-attempts?range=-2d',
    `/incidents/${incident}?range=-2d`,
  ];

  test.each(SCREENS)(
    'have no accessibility violation, %s',
    async (_screen, options, alsoDark) => {
      const [first = '', ...rest] = colourful();
      const others = [...rest, '/slos?open=new-exclusion', '/incidents?state=all', '/delivery'];
      const page = await open(first, options);
      for (const path of [first, ...others]) {
        if (path !== first) await page.goto(server.origin + path);
        await page.getByRole('heading', { level: 1 }).waitFor();
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
        const found = await violationsIn(page, {
          alsoDark: alsoDark && colourful().includes(path),
        });
        expect({ path, ...found }).toEqual({ path, light: [], dark: [] });
      }
    },
    60_000,
  );
});
