import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { BuiltServer } from './builtServer.js';

/** Reserves in the hard budget `mail-guard`, finds it on the page, gives it back by hand, and sets the limit aside. */
export async function holdsJourney(
  server: BuiltServer,
  open: (path: string) => Promise<Page>,
): Promise<void> {
  const held = await fetch(`${server.origin}/api/reservations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ amountUsd: '2.50', ttlSeconds: 3_600, idempotencyKey: 'night' },
      ...{ pipeline: 'mail-features', batch: 'tonight', team: 'search' },
    }),
  });
  expect(held.status).toBe(201);
  const page = await open('/cost/budgets/mail-guard?range=-7d&tz=UTC');
  const now = page.getByRole('table', { name: 'Held now' });
  await now
    .getByRole('row', { name: /tonight.*search/ })
    .getByText('$2.50')
    .first()
    .waitFor();
  await now.getByRole('button', { name: 'Release' }).click();
  const dialog = page.getByRole('dialog', { name: 'Release what is held' });
  await dialog.getByLabel('Your name').fill('Zoë');
  await dialog.getByLabel('Why').fill('its worker is gone');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing is held.').waitFor();
  await page
    .getByRole('table', { name: 'Ended lately' })
    .getByRole('row', { name: /tonight.*Given back/ })
    .waitFor();

  await page.getByRole('button', { name: 'Set the limit aside' }).click();
  const glass = page.getByRole('dialog');
  expect(await glass.getByLabel('Your name').inputValue()).toBe('Zoë');
  await glass.getByLabel('Why').fill('the audit is due');
  await glass.getByRole('button', { name: 'Set aside' }).click();
  await page.getByText(/by Zoë \(the audit is due\) until/).waitFor();
  await page.getByRole('link', { name: 'All reservations' }).click();
  await page.getByText('Nothing is held.').waitFor();
  await page.getByRole('button', { name: 'Given back' }).click();
  await page
    .getByRole('row', { name: /tonight/ })
    .getByText('mail-guard')
    .waitFor();
  expect(page.url()).toContain('state=released');
}
