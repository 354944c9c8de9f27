import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { DESKTOP, PHONE } from './openPage.js';

/** Which rules axe asks: by tag or by name. */
interface AxeRules {
  type: 'tag' | 'rule';
  values: string[];
}

const ALL_RULES: AxeRules = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
// Another colour scheme changes contrast alone; the other rules were asked in light.
const CONTRAST: AxeRules = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

const PHONE_SCREEN: [string, BrowserContextOptions, boolean] = ['on a phone', PHONE, false];

/** The screens that every page must be accessible on. */
export const SCREENS: [name: string, options: BrowserContextOptions, alsoDark: boolean][] = [
  ['in light and dark', DESKTOP, true],
  // The same pages and rules at another width: half as long again, so it is of the slow run.
  ...(process.env['BURNBOOK_TEST_SLOW'] === '1' ? [PHONE_SCREEN] : []),
];

/** What axe finds in light, and in dark when that is asked for: colours follow the scheme without loading anew. */
export async function violationsIn(
  page: Page,
  { alsoDark }: { alsoDark: boolean },
): Promise<{ light: string[]; dark: string[] }> {
  const light = await violations(page, ALL_RULES);
  if (!alsoDark) return { light, dark: [] };
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(true);
  const dark = await violations(page, CONTRAST);
  await page.emulateMedia({ colorScheme: 'light' });
  return { light, dark };
}

/** What axe finds by these rules, as readable lines. */
async function violations(page: Page, rules: AxeRules): Promise<string[]> {
  // Half a megabyte to parse: once a page.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(async (runOnly) => {
    const inPage = (globalThis as unknown as { axe: typeof axe }).axe;
    const result = await inPage.run({ runOnly, resultTypes: ['violations'] });
    return result.violations.flatMap(({ id, nodes }) =>
      nodes
        .slice(0, 5)
        .map(
          (node) =>
            `${id}: ${node.html.slice(0, 160)} ${(node.failureSummary ?? '').slice(0, 240)}`,
        ),
    );
  }, rules);
}

/** What a bar covers depends on where one has scrolled to; a reader scrolls on. */
export async function unstick(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const { position } = getComputedStyle(element);
      if (position === 'sticky' || position === 'fixed') element.style.position = 'static';
    }
  });
}
