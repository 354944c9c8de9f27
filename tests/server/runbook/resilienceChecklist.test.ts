import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { resilienceItems } from '@burnbook/domain/runbook/resilienceItems';
import { loadRunbooks } from '../../../server/runbook/loadRunbooks.js';
import { renderRunbook } from '../../../server/runbook/renderRunbook.js';

test('the checklist says why and how of every item that is scored, and of no other', async () => {
  const own = await loadRunbooks(fileURLToPath(new URL('../../../runbooks', import.meta.url)));
  const checklist = own.get('resilience-checklist');
  if (!checklist) throw new Error('there is no checklist');
  // It is a document on purpose: nothing is missing.
  expect(checklist).toMatchObject({ kind: 'document', findings: [] });
  const { html } = renderRunbook(checklist, {});
  const items = html.split('<h3').slice(1);
  expect(items.map((item) => /^[^>]*>([^<]*)</.exec(item)?.[1])).toEqual(
    Object.values(resilienceItems).map(({ text }) => text),
  );
  for (const item of items) {
    const starts = [...item.matchAll(/<p>(\w+):/g)].map(([, word]) => word);
    expect(starts).toEqual(['Why', 'How', 'Scored']);
  }
});
