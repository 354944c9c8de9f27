import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { BuiltServer } from './builtServer.js';

/** What the model without a price costs, once somebody says so. */
const PRICES = `prices:
  - provider: acme
    model: house-rerank-7b
    inputUsdPerMillion: "0.5"
    outputUsdPerMillion: "2"
    source: 'the contract of May'
`;

/** Adds the price that `sendCosts` lacks, and prices what is stored again on the page: previewed, applied, undone. */
export async function repriceJourney(
  server: BuiltServer,
  open: (path: string) => Promise<Page>,
): Promise<void> {
  writeFileSync(join(server.config, 'prices.yaml'), PRICES);
  // The files are read again when they have stood still for a moment.
  const asked = `${server.origin}/api/prices?provider=acme&model=house-rerank-7b`;
  await expect
    .poll(async () => (await fetch(asked)).text(), { timeout: 10_000 })
    .toContain('$0.5 in');
  const page = await open('/cost/prices?range=-7d&tz=UTC');
  const ledger = page.getByRole('region', { name: 'Price ledger' });
  await ledger.getByLabel('Provider').fill('acme');
  await ledger.getByLabel('Model, as calls name it').fill('house-rerank-7b');
  await page.keyboard.press('Enter');
  await ledger.getByText('house-rerank-7b costs $0.5 in').waitFor();
  await ledger
    .getByRole('row', { name: /input tokens/ })
    .getByText('the contract')
    .waitFor();
  await page.getByRole('button', { name: 'Preview' }).click();
  const change = page.getByRole('table', { name: 'What would change, by model' });
  const row = change.getByRole('row', { name: /house-rerank-7b/ });
  await row.getByText(/priced at last: \d/).waitFor();
  const difference = await row.locator('td').last().innerText();
  await page.getByText(/^\+\$.* lines would change\.$/).waitFor();
  await page.getByRole('button', { name: 'Apply …' }).click();
  await page.getByLabel('Your name').fill('Zoë');
  await page.getByLabel('Why').fill('acme sent its prices');
  await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
  const done = page
    .getByRole('table', { name: 'Restatements' })
    .getByRole('row', { name: /acme sent its prices/ });
  await done.getByText('Applied').waitFor();
  expect(await done.innerText()).toContain(difference);
  await done.getByRole('button', { name: 'Undo' }).click();
  await page.getByLabel('Why').fill('of June, not May');
  await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
  await done.getByText('Undone').waitFor();
  await done.getByText(/undone by Zoë .* of June, not May/).waitFor();
}
