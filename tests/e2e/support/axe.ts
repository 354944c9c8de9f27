import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { DESKTOP, PHONE } from './openPage.js';

/** Which rules axe asks: by tag or by name. */
export interface AxeRules {
  type: 'tag' | 'rule';
  values: string[];
}

const ALL_RULES: AxeRules = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
// Another colour scheme changes contrast alone; the other rules were asked in light.
const CONTRAST: AxeRules = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/** The looks that every page must be accessible in. */
export const LOOKS: [name: string, options: BrowserContextOptions, rules: AxeRules][] = [
  ['light', DESKTOP, ALL_RULES],
  ['dark', { ...DESKTOP, colorScheme: 'dark' }, CONTRAST],
  ['on a phone', PHONE, ALL_RULES],
];

/** What axe finds by these rules, as readable lines. */
export async function violations(page: Page, rules: AxeRules): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async (runOnly) => {
    const inPage = (globalThis as unknown as { axe: typeof axe }).axe;
    const result = await inPage.run({ runOnly });
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
