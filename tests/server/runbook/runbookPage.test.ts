import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { renderRunbookPage } from '../../../server/api/runbookPage.js';
import { parseRunbook } from '../../../server/runbook/parseRunbook.js';
import { renderRunbook } from '../../../server/runbook/renderRunbook.js';
import { exampleRunbook } from './exampleRunbook.js';

const indexHtml = await readFile(new URL('../../../web/index.html', import.meta.url), 'utf8');

function pageOf(source: string, locale: 'en' | 'zh-CN' = 'en'): string {
  const runbook = renderRunbook(parseRunbook('ExampleAlert.md', source), {});
  return renderRunbookPage({ indexHtml, runbook, locale });
}

test('the page holds the whole runbook inside #app, before any script runs', () => {
  const page = pageOf(exampleRunbook());
  expect(page).toContain('<div id="app"><main class="runbook-static">');
  expect(page).toContain('<h1>An example went wrong</h1>');
  expect(page).toContain('<li id="step-8" class="step">');
  expect(page).not.toContain('<!--app-html-->');
});

test('the page has one title, the runbook’s', () => {
  const page = pageOf(exampleRunbook());
  expect(page.match(/<title>.*?<\/title>/g)).toEqual([
    '<title>An example went wrong · Burnbook</title>',
  ]);
});

test('front matter is escaped, and a dollar sign is no pattern', () => {
  const title = `"</title><script>alert('$&$1')</script>"`;
  const page = pageOf(exampleRunbook({ frontMatter: { title, owner: '"<img src=x>"' } }));
  expect(page).not.toContain('<script>alert');
  expect(page).not.toContain('<img');
  expect(page).toContain('&lt;script&gt;alert(&#39;$&amp;$1&#39;)&lt;/script&gt;');
});

test('the words around the runbook follow the locale, its text does not', () => {
  const page = pageOf(exampleRunbook(), 'zh-CN');
  expect(page).toContain('<html lang="zh-CN"');
  expect(page).toContain('<dt>负责人</dt><dd>data-platform</dd>');
  expect(page).toContain('<article class="runbook" lang="en">');
});

test('a page without the marks is refused, not served empty', () => {
  const runbook = renderRunbook(parseRunbook('ExampleAlert.md', exampleRunbook()), {});
  expect(() => renderRunbookPage({ indexHtml: '<html></html>', runbook, locale: 'en' })).toThrow(
    'the page must hold <!--app-html--> once, found 0',
  );
});
