import { describe, expect, test } from 'vitest';
import { runbookSchema } from '../../../server/contract.js';
import { highlightFor } from '../../../server/runbook/highlight.js';
import { parseRunbook } from '../../../server/runbook/parseRunbook.js';
import type { PlaceholderValues } from '../../../server/runbook/placeholders.js';
import { renderRunbook } from '../../../server/runbook/renderRunbook.js';
import { exampleBody, exampleRunbook } from './exampleRunbook.js';

const values = {
  server: 'http://127.0.0.1:4318',
  pipeline: 'mail-etl',
  batch: '2002-08-22',
};

function render(filled: PlaceholderValues = values, body = exampleBody) {
  return renderRunbook(parseRunbook('ExampleAlert.md', exampleRunbook({ body })), filled);
}

/** The example with more Markdown in its section Impact. */
function rendering(markdown: string): string {
  return render(values, exampleBody.replace('None yet.', markdown)).html;
}

test('a rendered runbook has the shape that the API promises', () => {
  const rendered = render();
  expect(runbookSchema.parse(rendered)).toEqual(rendered);
  expect(rendered).toMatchObject({
    name: 'ExampleAlert',
    title: 'An example went wrong',
    severity: 'ticket',
    owner: 'data-platform',
    reviewed: '2026-11-01',
    tested: null,
  });
});

test('every numbered step has its number as id, through all sections', () => {
  const { html } = render();
  const ids = [...html.matchAll(/<li id="(step-\d+)" class="step">/g)].map(([, id]) => id);
  expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((number) => `step-${number}`));
  expect(html).toContain('<ol start="4">');
});

test('a name that turns the reading direction turns no sentence, and is asked for as it is', () => {
  const { html, panels } = render({ ...values, pipeline: 'x\u202Ey' });
  expect(html).toContain('More than usual for x\uFFFDy.');
  expect(html).toContain('per 1,000 rows and in total (x\uFFFDy, 2002-08-22)');
  expect(html).toContain('/api/batches/x%E2%80%AEy/2002-08-22');
  expect(panels[0]?.params['pipeline']).toBe('x\u202Ey');
});

test('every heading has an id of its words', () => {
  const { html } = render();
  expect(html).toContain('<h2 id="section-first-action">First action</h2>');
  expect(html).toContain('<h2 id="section-roll-back">Roll back</h2>');
});

test('headings of equal words get different ids', () => {
  const html = rendering('### Note\n\n### Note');
  expect(html).toContain('<h3 id="section-note">');
  expect(html).toContain('<h3 id="section-note-1">');
});

describe('a panel', () => {
  test('becomes a figure that reads well without a script', () => {
    const { html, panels } = render();
    expect(panels).toEqual([
      {
        id: 'panel-1',
        panel: 'batch-cost-history',
        params: { pipeline: 'mail-etl', batch: '2002-08-22' },
        step: 1,
      },
    ]);
    expect(html).toContain(
      '<figure class="panel-slot" id="panel-1" data-panel="batch-cost-history"',
    );
    expect(html).toContain(
      'Live panel: Cost of the last batches of the pipeline, per 1,000 rows and in total (mail-etl, 2002-08-22).',
    );
    expect(html).toContain('<a href="/batches/mail-etl/2002-08-22">Open the batch</a>');
    expect(html).not.toContain('params:');
  });

  test('carries its parameters as JSON in an attribute', () => {
    const { html } = render({ pipeline: `a"b'c<d>&`, batch: '日次/1' });
    const attribute = /data-params="([^"]*)"/.exec(html)?.[1] ?? '';
    const decoded = attribute.replace(/&#x([0-9A-F]+);/g, (_, hex: string) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    );
    expect(JSON.parse(decoded)).toEqual({ pipeline: `a"b'c<d>&`, batch: '日次/1' });
  });

  test('leaves out a parameter that is not known yet', () => {
    const { panels, html } = render({});
    expect(panels[0]?.params).toEqual({});
    expect(html).toContain('in total.</figcaption>');
  });

  test('keeps a value that looks like YAML or like a placeholder as a value', () => {
    const hostile = "x'\npanel: attempts-by-outcome\n#{{batch}}";
    expect(render({ pipeline: hostile, batch: 'b' }).panels[0]).toEqual({
      id: 'panel-1',
      panel: 'batch-cost-history',
      params: { pipeline: hostile, batch: 'b' },
      step: 1,
    });
  });
});

describe('a check', () => {
  const body = exampleBody.replace(
    '5. Look again.',
    `5. Look again.

   \`\`\`check
   question: attempts-per-operation
   params: { pipeline: '{{pipeline}}', minutes: 10 }
   expect: '< 1.2'
   \`\`\``,
  );

  test('becomes a figure that reads well without a script', () => {
    const { html, checks } = render(values, body);
    expect(checks).toEqual([
      {
        id: 'check-1',
        question: 'attempts-per-operation',
        params: { pipeline: 'mail-etl', minutes: '10' },
        expect: '< 1.2',
        asks: 'How many attempts does an operation need?',
        step: 5,
        section: 'Verify',
        open: [],
      },
    ]);
    expect(html).toContain(
      '<figure class="check-slot" id="check-1" data-check="attempts-per-operation"><figcaption>' +
        'Check: How many attempts does an operation need? (pipeline mail-etl, minutes 10) ' +
        'Expected: <code>&#x3C; 1.2</code>.</figcaption></figure>',
    );
  });

  test('says which of its parameters nobody has filled', () => {
    const { html, checks } = render({}, body);
    expect(checks[0]).toMatchObject({ params: { minutes: '10' }, open: ['pipeline'] });
    expect(html).toContain('(minutes 10; not known yet: pipeline)');
  });
});

test('steps are listed with their section and first words', () => {
  const { steps } = render();
  expect(steps.slice(0, 3)).toEqual([
    { number: 1, section: 'First action', text: 'Look at the batch.' },
    { number: 2, section: 'Diagnose', text: 'Read the bill, then the manual.' },
    { number: 3, section: 'Diagnose', text: 'Compare.' },
  ]);
  const long = exampleBody.replace('Look at the batch.', 'word '.repeat(40));
  expect(render(values, long).steps[0]?.text).toMatch(/^(?:word ){20,}…$/);
});

test('findings are counted and listed', () => {
  const rendered = render();
  expect(rendered.findings).toBe(1);
  expect(rendered.findingsList.map(({ rule }) => rule)).toEqual(['verify-without-check']);
});

describe('code', () => {
  test('has its language as a label', () => {
    const html = rendering('```sql\nselect 1\n```');
    expect(html).toContain(
      '<figure class="code"><figcaption>sql</figcaption><pre><code>select 1</code></pre></figure>',
    );
  });

  test('is coloured by classes alone, its text unchanged', async () => {
    const code = "select '<b>' as x -- why";
    const body = exampleBody.replace('None yet.', `\`\`\`sql\n${code}\n\`\`\``);
    const document = parseRunbook('ExampleAlert.md', exampleRunbook({ body }));
    const { html } = renderRunbook(document, values, { highlight: await highlightFor(document) });
    const shown = /<figcaption>sql<\/figcaption><pre><code>(.*?)<\/code>/s.exec(html)?.[1] ?? '';
    expect(shown).toContain('<span class="tok-keyword">select</span>');
    expect(shown).not.toContain('style');
    expect(shown.replace(/<[^>]*>/g, '').replaceAll('&#x3C;', '<')).toBe(code);
    expect(html).toMatch(/<figure class="run"><pre><code><span class="tok-function">curl<\/span>/);
  });

  test('of a language that is not known, or far too long, stays plain', async () => {
    const code = `\`\`\`cobol\nX\n\`\`\`\n\n\`\`\`json\n${'[1],'.repeat(20_000)}\n\`\`\``;
    const document = parseRunbook('notes.md', code);
    const { html } = renderRunbook(document, {}, { highlight: await highlightFor(document) });
    expect(html).not.toContain('tok-');
    expect(await highlightFor(parseRunbook('notes.md', 'no code'))).toBeNull();
  });
});

describe('a command to copy', () => {
  const commandOf = (filled: PlaceholderValues) =>
    /<figure class="run"><pre><code>([\s\S]*?)<\/code>/.exec(render(filled).html)?.[1];

  test('shows what it prints when all is well', () => {
    const body = exampleBody.replace(
      "{{batch}}'\n   ```",
      () => '{{batch}}\'\n   ```\n\n   ```output\n   {"id":"{{batch}}"}\n   ```',
    );
    expect(render(values, body).html).toContain(
      '<div class="output"><p>When all is well it prints something like:</p>' +
        '<pre><code>{"id":"2002-08-22"}</code></pre></div></figure>',
    );
  });

  test('has its placeholders filled', () => {
    expect(commandOf(values)).toBe(
      "curl -s 'http://127.0.0.1:4318/api/batches/mail-etl/2002-08-22'",
    );
  });

  test('keeps visible what nobody filled', () => {
    expect(commandOf({})).toBe("curl -s '{{server}}/api/batches/{{pipeline}}/{{batch}}'");
  });

  test.each([
    ["'; rm -rf ~; '", '%27%3B%20rm%20-rf%20~%3B%20%27'],
    ['$(reboot)`id`', '%24%28reboot%29%60id%60'],
    ['a"b\\c\nd', 'a%22b%5Cc%0Ad'],
    ['a/b?c#d', 'a%2Fb%3Fc%23d'],
    ['批次 1', '%E6%89%B9%E6%AC%A1%201'],
    ['{{pipeline}}', '%7B%7Bpipeline%7D%7D'],
    ['half \uD83D', 'half%20%EF%BF%BD'],
  ])('cannot be turned into another one by a batch called %j', (batch, encoded) => {
    expect(commandOf({ ...values, batch })).toBe(
      `curl -s 'http://127.0.0.1:4318/api/batches/mail-etl/${encoded}'`,
    );
  });

  test.each(["http://h'; reboot; '", 'javascript:alert(1)', 'http://h/path', 'http://a b'])(
    'does not take %s for a server',
    (server) => {
      expect(commandOf({ ...values, server })).toContain("'{{server}}/api");
    },
  );
});

describe('a link', () => {
  test('to a place of the alert is filled and encoded', () => {
    const { html } = render({ pipeline: 'mail etl', batch: '"><script>' });
    expect(html).toContain('<a href="/batches/mail%20etl/%22%3E%3Cscript%3E">the bill</a>');
  });

  test('to a place that is not known yet is plain text', () => {
    const { html } = render({});
    expect(html).toContain('Read the bill, then <a');
  });

  test('to a runbook beside this one leads to its page, to its own heading there', () => {
    const html = rendering(
      '[a](RetryStorm.md#step-2) [b](./Other%20one.md) [c](#verify) [d](../x.md)',
    );
    expect(html).toContain('<a href="/runbooks/RetryStorm#step-2">a</a>');
    expect(html).toContain('<a href="/runbooks/Other%20one">b</a>');
    expect(html).toContain('<a href="#section-verify">c</a>');
    // A file that this server does not serve.
    expect(html).toContain('<a>d</a>');
  });

  test('to another server says so to the browser', () => {
    expect(render().html).toContain(
      '<a href="https://example.org/manual" rel="noopener noreferrer">the manual</a>',
    );
  });
});

test('prose shows a value as it is, escaped', () => {
  const { html } = render({ pipeline: '<b>mail</b> & *co*' });
  expect(html).toContain('More than usual for &#x3C;b>mail&#x3C;/b> &#x26; *co*.');
});

test('tables, task lists and nested lists render', () => {
  const html = rendering('| a | b |\n| - | -: |\n| 1 | 2 |\n\n- [x] done\n- [ ] open\n  1. nested');
  expect(html).toContain('<th align="right">b</th>');
  expect(html).toContain('<input type="checkbox" checked disabled>');
  // A numbered item inside a bullet is not a step.
  expect(html).toContain('<li>nested</li>');
});
