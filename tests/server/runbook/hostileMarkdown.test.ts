import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../../server/runbook/parseRunbook.js';
import { RunbookError } from '../../../server/runbook/runbookProblem.js';
import { renderRunbook } from '../../../server/runbook/renderRunbook.js';
import { exampleBody, exampleRunbook } from './exampleRunbook.js';

/** Ways to get markup of one's own, or a script, through Markdown. */
const corpus = [
  '<script>alert(1)</script>',
  '<ScRiPt src=//evil.example/x.js></sCrIpT>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<svg><script>alert&#40;1)</script></svg>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<math><mtext></p><style><img src onerror=alert(1)></style></math>',
  '<details open ontoggle=alert(1)>x</details>',
  '<a href="javascript:alert(1)">x</a>',
  '<form action=javascript:alert(1)><input type=submit></form>',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<embed src=javascript:alert(1)>',
  '<base href="//evil.example/">',
  '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<link rel=stylesheet href=//evil.example/x.css>',
  '<style>@import "//evil.example/x.css";</style>',
  '<div id="app" class="step" style="position:fixed">x</div>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<p/onclick=alert(1)>x',
  '</code></pre><script>alert(1)</script>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java&#115;cript:alert(1))',
  '[x](javascript&colon;alert(1))',
  '[x](\u0001javascript:alert(1))',
  '[x](<java\tscript:alert(1)>)',
  '[x](vbscript:msgbox(1))',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[x](file:///etc/passwd)',
  '[x](/ok "\\" onmouseover=\\"alert(1)")',
  '[x][evil]\n\n[evil]: javascript:alert(1)',
  '<javascript:alert(1)>',
  '![x](javascript:alert(1))',
  '![x](https://evil.example/pixel.png)',
  '![x" onerror="alert(1)](x)',
  'www.example.org/"onmouseover="alert(1)',
  '| a |\n| - |\n| <img src=x onerror=alert(1)> |',
  '- [x] <img src=x onerror=alert(1)>',
  '```html\n<script>alert(1)</script>\n```',
  '```run\n</code></pre><script>alert(1)</script>\n```',
  '```"><script>alert(1)</script>\ncode\n```',
  '```x" onmouseover="alert(1)\ncode\n```',
  '`<script>alert(1)</script>`',
  '### <script>alert(1)</script>',
  '### x" onclick="alert(1)',
  'text[^1]\n\n[^1]: <img src=x onerror=alert(1)>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '\\<script>alert(1)\\</script>',
  '**<img src=x onerror=alert(1)>**',
  '> <script>alert(1)</script>',
];

/** Every tag with the attributes that a rendered runbook may have. */
const allowedAttributes: Record<string, string[]> = {
  a: ['href', 'title', 'rel'],
  figure: ['class', 'id', 'data-panel', 'data-params'],
  input: ['type', 'checked', 'disabled'],
  li: ['id', 'class'],
  ol: ['start'],
  code: ['class'],
  td: ['align'],
  th: ['align'],
  h2: ['id'],
  h3: ['id'],
  ...Object.fromEntries(
    'p br hr blockquote ul strong em del pre table thead tbody tr figcaption'
      .split(' ')
      .map((tag) => [tag, []]),
  ),
};

/** What is wrong with a piece of HTML, read tag by tag. */
function violations(html: string): string[] {
  const found: string[] = [];
  for (const [whole, tag = '', attributes = ''] of html.matchAll(
    /<\/?([^\s/>]*)((?:\s+[^\s=>]+(?:="[^"]*")?)*)\s*\/?>?/g,
  )) {
    const allowed = allowedAttributes[tag];
    if (allowed === undefined) found.push(`tag: ${whole}`);
    for (const [, name = '', value = ''] of attributes.matchAll(/\s([^\s=>]+)(?:="([^"]*)")?/g)) {
      if (!allowed?.includes(name)) found.push(`attribute: ${whole}`);
      if (name === 'href' && !/^(?:https?:\/\/|mailto:|\/|#|ok|x)/.test(value)) {
        found.push(`href: ${whole}`);
      }
    }
  }
  return found;
}

describe('hostile text', () => {
  test.each(corpus)('in the body stays text: %s', (hostile) => {
    const body = exampleBody.replace('None yet.', () => hostile);
    const source = exampleRunbook({ body });
    expect(violations(renderRunbook(parseRunbook('ExampleAlert.md', source), {}).html)).toEqual([]);
  });

  test.each(corpus)('in a pipeline or batch name stays text: %s', (hostile) => {
    const runbook = parseRunbook('ExampleAlert.md', exampleRunbook());
    const { html } = renderRunbook(runbook, { server: hostile, pipeline: hostile, batch: hostile });
    expect(violations(html)).toEqual([]);
  });

  test('is found by the check itself', () => {
    expect(violations('<p>fine</p><script>x</script>')).toHaveLength(2);
    expect(violations('<p onclick="x">')).toHaveLength(1);
    expect(violations('<a href="javascript:x">')).toHaveLength(1);
    expect(violations('<img src=x onerror=alert(1)>')).not.toEqual([]);
  });

  test('deep nesting is refused or rendered, never a crash of the process', () => {
    const body = exampleBody.replace('None yet.', `${'> '.repeat(500)}deep`);
    const runbook = parseRunbook('ExampleAlert.md', exampleRunbook({ body }));
    expect(renderRunbook(runbook, {}).html).toContain('deep');
  });

  test('put together in any way, in the body and in the values, stays text', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...corpus,
        '\n\n',
        '\n',
        '    ',
        '> ',
        '- ',
        '1. ',
        '```',
        '`',
        '](',
        '{{batch}}',
      ),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, text, (hostile, value) => {
        const body = exampleBody.replace('None yet.', () => hostile);
        try {
          const runbook = parseRunbook('ExampleAlert.md', exampleRunbook({ body }));
          const { html } = renderRunbook(runbook, { pipeline: value, batch: value });
          expect(violations(html)).toEqual([]);
        } catch (error) {
          // A fence that is left open hides the sections after it: refused, with file and line.
          if (!(error instanceof RunbookError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});
