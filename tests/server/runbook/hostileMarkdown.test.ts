import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { renderRunbookPage } from '../../../server/api/runbookPage.js';
import { parseRunbook } from '../../../server/runbook/parseRunbook.js';
import { renderRunbook } from '../../../server/runbook/renderRunbook.js';
import { exampleRunbook } from './exampleRunbook.js';
import { hostileCorpus } from './support/hostileCorpus.js';
import { rendered, renderedOrRefused, staysText, withText } from './support/hostileText.js';
import { pageViolations, violations } from './support/htmlOracle.js';

const indexHtml = await readFile(new URL('../../../web/index.html', import.meta.url), 'utf8');
const check = `
\`\`\`check
question: alert-state
params: { name: RetryStorm, pipeline: '{{pipeline}}', slo: '{{slo}}', provider: '{{provider}}' }
expect: '= resolved'
\`\`\`
`;

/** The scripts of the page itself. */
const { scripts } = pageViolations(indexHtml);

/** The corpus, so many at a time. */
function inPieces(count: number): string[][] {
  return Array.from({ length: Math.ceil(hostileCorpus.length / count) }, (_, at) =>
    Array.from({ length: count }, (__, more) => hostileCorpus[at * count + more] ?? 'x'),
  );
}

describe('hostile text', () => {
  test.each(hostileCorpus)('in the body of a runbook stays text: %s', async (hostile) => {
    expect(violations(await renderedOrRefused(withText(hostile), {}))).toEqual([]);
  });

  test.each(hostileCorpus)('in a document from elsewhere stays text: %s', async (hostile) => {
    const text = `# Title\n\n${hostile}\n\n1. A step with ${hostile}\n`;
    expect(violations(await rendered(text))).toEqual([]);
  });

  test.each(inPieces(4))('in what an alert says of its place stays text: %s', async (...pieces) => {
    const [server = '', pipeline = '', batch = '', slo = ''] = pieces;
    const values = { server, pipeline, batch, slo, provider: pipeline };
    expect(violations(await rendered(withText(check), values))).toEqual([]);
  });

  test.each(inPieces(3))('in the front matter stays text, in the whole page: %s', (...pieces) => {
    const [title = '', owner = '', escalation = ''] = pieces.map((piece) =>
      JSON.stringify(piece.replace(/\s+/g, ' ').slice(0, 110)),
    );
    const fields = { title, owner, escalation };
    const ours = parseRunbook('ExampleAlert.md', exampleRunbook({ frontMatter: fields }));
    const foreign = parseRunbook('x.md', `---\ntitle: ${title}\nowner: ${owner}\n---\ntext\n`);
    for (const document of [ours, foreign]) {
      const runbook = renderRunbook(document, {});
      const page = pageViolations(renderRunbookPage({ indexHtml, runbook, locale: 'en' }));
      expect(page).toEqual({ faults: [], scripts });
    }
  });

  test('is found by the oracle itself', () => {
    expect(violations('<p>fine</p><pre><code>x</code></pre>')).toEqual([]);
    for (const bad of [
      '<script>x</script>',
      '<p onclick="x">',
      '<p style="color:red">',
      '<a href="javascript:x">',
      '<a href=" java\tscript:x">',
      '<img src=x onerror=alert(1)>',
      '<h2 id="app">',
      '<h2 id="section-a"></h2><h2 id="section-a"></h2>',
      '<figure class="evil">',
      '<form></form>',
      '<svg></svg>',
      '<input type="image">',
    ]) {
      expect(violations(bad), bad).not.toEqual([]);
    }
    expect(pageViolations('<div id="app"><script>x</script></div>').faults).not.toEqual([]);
  });

  test.each([
    ['quotes', '> '.repeat(1_000)],
    ['lists', Array.from({ length: 120 }, (_, at) => `${' '.repeat(at * 2)}- x`).join('\n')],
    ['elements', '<div>'.repeat(10_000)],
    ['emphasis', '*a '.repeat(2_000)],
    ['links', '['.repeat(2_000)],
  ])('of deeply nested %s is rendered, never a crash of the process', async (_, text) => {
    expect(violations(await rendered(`# T\n\n${text}deep\n`))).toEqual([]);
  });

  test.each([500, 5_000])('of %i nested quotes in a runbook is refused, with its line', (depth) => {
    const source = withText(`${'> '.repeat(depth)}deep`);
    expect(() => parseRunbook('ExampleAlert.md', source)).toThrow(
      'ExampleAlert.md:12: the text is nested too deeply',
    );
  });

  test('put together in any way, in the text and in the values, stays text', async () => {
    await staysText({ numRuns: 30 });
  });
});
