import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runbookSchema } from '../../../server/contract.js';
import { parseRunbook } from '../../../server/runbook/parseRunbook.js';
import { renderRunbook } from '../../../server/runbook/renderRunbook.js';

const file = 'elsewhere/pager-fatigue.md';
const documentOf = (source: string) => parseRunbook(file, source);
const shown = (source: string) => renderRunbook(documentOf(source), {});
const finding = (source: string) => documentOf(source).findings[0]?.message ?? '';

/** As a page of a site built with Hugo. */
const hugo = `---
title: "Kafka lag"
weight: 20
tags: [kafka, lag]
draft: false
params: { nested: { deep: [1, 2, { a: b }] } }
reviewed: 2026-01-02
---

# Kafka lag

## Meaning

Consumers are behind.[^1]

<details>
<summary>Why does it happen?</summary>

A **slow** consumer, or _no_ consumer at all.

\`\`\`bash
kubectl get pods -n kafka # all of them
\`\`\`

</details>

| group | lag |
| ----- | --: |
| mail  | 120 |

\`\`\`mermaid
graph LR
  A --> B
\`\`\`

1. Look at the [dashboard](https://grafana.example/d/1).
2. See [below](#meaning), [another](./other-page.md) and [a file](../../img/x.txt).

![Architecture](https://example.org/a.png)

[^1]: More than 1,000 messages.
`;

describe('Markdown from elsewhere', () => {
  test('is shown as it is, under its own title', () => {
    const runbook = shown(hugo);
    expect(runbookSchema.parse(runbook)).toEqual(runbook);
    expect(runbook).toMatchObject({
      name: 'pager-fatigue',
      kind: 'document',
      title: 'Kafka lag',
      severity: null,
      owner: null,
      reviewed: '2026-01-02',
      tested: null,
      expectedMinutes: null,
    });
    expect(runbook.steps.map(({ text }) => text)).toEqual([
      'Look at the dashboard.',
      'See below, another and a file.',
    ]);
  });

  test('keeps what folds away, tables, footnotes and diagrams as labelled text', () => {
    const { html } = shown(hugo);
    expect(html).toMatch(/<details>\s*<summary>Why does it happen\?<\/summary>/);
    expect(html).toContain('A <strong>slow</strong> consumer');
    expect(html).toContain('<figcaption>bash</figcaption>');
    expect(html).toContain('<td align="right">120</td>');
    expect(html).toContain('<figcaption>mermaid diagram, as text</figcaption><pre><code>graph LR');
    expect(html).toContain('<a href="#user-content-fn-1" id="user-content-fnref-1">1</a>');
    expect(html).toContain('<li id="user-content-fn-1">');
  });

  test('has the title once, and its headings below it', () => {
    const { html } = shown(hugo);
    expect(html).not.toContain('Kafka lag</h');
    expect(html).toContain('<h2 id="section-meaning">Meaning</h2>');
    const twoTitles = shown('# One\n\n# Two\n\n## Below\n').html;
    expect(twoTitles).toContain('<h2 id="section-two">Two</h2>');
    expect(twoTitles).toContain('<h3 id="section-below">Below</h3>');
  });

  test('has links that lead somewhere, and pictures as links', () => {
    const { html } = shown(hugo);
    expect(html).toContain('<a href="#section-meaning">below</a>');
    expect(html).toContain('<a href="/runbooks/other-page">another</a>');
    expect(html).toContain('<a>a file</a>');
    expect(html).toContain(
      '<a href="https://example.org/a.png" rel="noopener noreferrer">Image: Architecture</a>',
    );
  });

  test.each([
    ['no front matter', '# Just text\n', 'Just text', 'has no front matter'],
    ['nothing', '', 'pager-fatigue', 'has no front matter'],
    [
      'TOML',
      '+++\ntitle = "Disk \\"full\\""\nweight = 3\n[menu]\ntitle = "no"\n+++\nx\n',
      'Disk "full"',
      'has TOML front matter (it has title, weight)',
    ],
    ['TOML in apostrophes', "+++\ntitle = 'Disk'\n+++\nx\n", 'Disk', 'has TOML front matter'],
    ['a list', '---\n- a\n- b\n---\n# T\n', 'T', 'has no front matter'],
    ['a text between two rules', '---\nRead: this, now: it.\n\n---\n# T\n', 'T', 'has'],
    [
      'broken YAML',
      '---\ntitle: "no end\nowner: data: platform\n---\n# T\n',
      'no end',
      'has front matter that is not a YAML map (it has title, owner)',
    ],
    [
      'no end of its front matter',
      '---\ntitle: Lost\n\n# T\n',
      'T',
      'starts with front matter that no second line of --- ends',
    ],
    [
      'JSON',
      '{\n  "title": "Disk {full}",\n  "menu": { "a": 1 }\n}\n\n# T\n',
      'Disk {full}',
      'has JSON front matter (it has title, menu); a runbook has YAML',
    ],
    ['JSON in a line', '{"title":"One"}\n# T\n', 'One', 'has JSON front matter (it has title)'],
    ['a brace that opens no JSON', '{ not JSON }\n\n# T\n', 'T', 'has no front matter'],
    [
      'a title of another shape',
      '---\ntitle: { a: 1 }\nowner: [x]\nseverity: 7\n---\n# T\n',
      'T',
      'has front matter without alert or kind: procedure (it has title, owner, severity)',
    ],
    ['a number as title', '---\ntitle: 42\n---\n', '42', 'has front matter without alert'],
    ['empty front matter', '---\n---\n# T\n', 'T', 'has front matter without alert'],
    [
      'an alias bomb',
      '---\na: &a [x, x]\nb: [*a, *a]\n---\n# T\n',
      'T',
      'has front matter that is not',
    ],
    [
      'another kind',
      '---\nkind: Component\ntitle: A\n---\n',
      'A',
      'without alert or kind: procedure',
    ],
    ['a rule instead', '---\n\n# T\n', 'T', 'has no front matter'],
  ])('is read with %s', (_, source, title, message) => {
    expect(documentOf(source)).toMatchObject({ kind: 'document', frontMatter: { title } });
    expect(finding(source)).toContain(message);
  });

  test('is told in one finding what it lacks as a runbook', () => {
    expect(documentOf(hugo).findings).toEqual([
      {
        file: 'pager-fatigue.md',
        line: 1,
        level: 'warning',
        rule: 'document',
        message:
          'has front matter without alert or kind: procedure (it has title, weight, tags, draft, params, reviewed): ' +
          'shown as a document; as a runbook it lacks the sections Trigger, Impact, First action, Diagnose, ' +
          'Mitigate, Verify, Roll back, Escalate, Prevent, and a command in a ```run fence',
        help: 'It is shown as it is. runbooks/_template.md shows a runbook.',
      },
    ]);
  });

  test('may hold our own fences, good ones and bad ones', () => {
    const { html, checks, panels } = shown(
      '```check\nquestion: [\n```\n\n```check\nquestion: backup-age\nexpect: < 1 d\n```\n\n```panel\npanel: no\n```\n\n```output\nx\n```\n\n```run\n```\n',
    );
    expect(checks.map(({ id }) => id)).toEqual(['check-1']);
    expect(panels).toEqual([]);
    expect(html).toContain('<figcaption>check</figcaption><pre><code>question: [');
    expect(html).toContain('<figcaption>output</figcaption>');
  });

  test('keeps the text between two rules at its start', () => {
    const { html } = shown('---\n\nCall Ann first.\n\n---\n\nThen wait.\n');
    expect(html).toContain('<p>Call Ann first.</p>');
    expect(html).toContain('<p>Then wait.</p>');
  });

  test('is told where its front matter breaks off', () => {
    const { findings } = documentOf('---\ntitle: a\nowner: b: c\n---\ntext\n');
    expect(findings).toMatchObject([
      { line: 1, level: 'warning' },
      { line: 3, level: 'warning', rule: 'document' },
    ]);
    expect(findings[1]?.message).toContain('its front matter is not YAML: Nested mappings');
  });

  test('loses what a site puts around its words, not the words', () => {
    const source = `---
title: Lag
---

# Lag

{{< hint info >}}
Ask **first**.
{{< /hint >}}

{{% notice warning %}}Then{{% /notice %}} see [the other]({{< ref "other-page.md#meaning" >}}).

> [!WARNING]
> It is slow.

\`\`\`text
{{< kept >}}
\`\`\`
`;
    const { html, findingsList } = shown(source);
    expect(html).not.toMatch(/\{\{(?:&#x3C;|%) ?(?:hint|notice|ref)/);
    expect(html).toContain('<p>\nAsk <strong>first</strong>.\n</p>');
    expect(html).toContain('Then see <a href="/runbooks/other-page#meaning">the other</a>.');
    expect(html).toMatch(/<blockquote>\s*<p><strong>Warning:<\/strong> It is slow\.<\/p>/);
    expect(html).toContain('{{&#x3C; kept >}}');
    expect(findingsList.at(-1)).toMatchObject({
      line: 7,
      level: 'warning',
      message: 'shortcodes of a site are left out, what they enclose stays: hint, notice',
    });
  });

  test('is told of fences of ours that say nothing', () => {
    const { findings } = documentOf(
      '# T\n\n```check\nquestion: mood\nexpect: = 1\n```\n\n```panel\npanel: no\n```\n',
    );
    expect(findings.map(({ line, level, rule }) => `${line} ${level} ${rule}`)).toEqual([
      '1 warning document',
      '8 warning panel',
      '3 warning check',
    ]);
  });

  test('has headings that links made for GitHub lead to', () => {
    const { html } = shown(
      "# T\n\n## What's up, doc_1?\n\n## Same\n\n## Same\n\n## 磁盘 已满！\n\n" +
        '[a](#whats-up-doc_1) [b](#same-1) [c](#磁盘-已满) [d](#Same)\n',
    );
    for (const id of ['whats-up-doc_1', 'same-1', '磁盘-已满', 'same'])
      expect(html).toContain(`<a href="#section-${id}">`);
  });

  test('has no value in its code that a shell could run', () => {
    const batch = "x'; $(touch /tmp/owned) `id`\n| sh #";
    const { html } = renderRunbook(
      documentOf(
        '# T\n\nBatch `{{batch}}`: `burnbook exec {{batch}}`\n\n```bash\nrun {{batch}}\n```\n\n    indented {{batch}}\n',
      ),
      { batch },
    );
    const commands = html.replace('$(touch', 'as a name').match(/<pre>[\s\S]*?<\/pre>|exec .*?</g);
    expect(commands).toHaveLength(3);
    for (const command of commands ?? []) expect(command).not.toMatch(/\$\(|touch \/|`id`/);
  });

  test('is readable at 2,000 words with much of everything', () => {
    const long = Array.from(
      { length: 40 },
      (_, at) => `## Part ${at}\n\n${'word '.repeat(50)}\n\n- [ ] x\n`,
    );
    const { html } = shown(hugo + long.join('\n'));
    expect(html).toContain('<h2 id="section-part-39">');
  });

  test('is never a crash, whatever it holds', () => {
    const lines = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.constantFrom(
          '---',
          '+++',
          'title: x',
          '{{',
          '```',
          '```check',
          '<details>',
          '| a |',
          '| - |',
          '[^1]:',
          '1. x',
          '# h',
          '\0',
          '&#0;',
          '\u2028',
        ),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(lines, (parts) => {
        const runbook = shown(parts.join('\n'));
        expect(runbook.kind).toBe('document');
        expect(runbookSchema.parse(runbook)).toEqual(runbook);
      }),
      { numRuns: 150 },
    );
  });
});
