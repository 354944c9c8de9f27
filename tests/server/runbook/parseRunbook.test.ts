import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../../server/runbook/parseRunbook.js';
import { RunbookError } from '../../../server/runbook/runbookProblem.js';
import { exampleBody, exampleRunbook } from './exampleRunbook.js';

const file = 'runbooks/ExampleAlert.md';
const bodyLine = (text: string, body = exampleBody) =>
  // The front matter of the example is 11 lines, an empty one follows.
  body.split('\n').findIndex((line) => line.includes(text)) + 13;

function faultsOf(source: string): string[] {
  try {
    parseRunbook(file, source);
    return [];
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error;
    return error.message.split('\n');
  }
}

describe('front matter', () => {
  test('of a good runbook is read whole', () => {
    expect(parseRunbook(file, exampleRunbook()).frontMatter).toEqual({
      alert: 'ExampleAlert',
      title: 'An example went wrong',
      severity: 'ticket',
      slo: null,
      owner: 'data-platform',
      escalation: 'The rota',
      panels: ['batch-cost-history'],
      reviewed: '2026-11-01',
      tested: null,
      expectedMinutes: 15,
    });
  });

  test('may name the SLO', () => {
    const { frontMatter } = parseRunbook(file, exampleRunbook({ extra: 'slo: batch-on-time' }));
    expect(frontMatter.slo).toBe('batch-on-time');
  });

  test.each([
    ['severity', 'high', 4, 'severity: must be page or ticket'],
    ['expectedMinutes', 'soon', 10, 'expectedMinutes: must be a number of minutes'],
    ['expectedMinutes', '0', 10, 'expectedMinutes: must be at least 1'],
    ['reviewed', 'last week', 8, 'reviewed: must be a day as YYYY-MM-DD, or null for never'],
    ['reviewed', '2026-02-30', 8, 'reviewed: must be a day as YYYY-MM-DD, or null for never'],
    ['owner', '""', 5, 'owner: must not be empty'],
    ['owner', '[a, b]', 5, 'owner: must be text'],
    ['alert', 'example alert', 2, 'alert: must be a name in PascalCase'],
    ['title', 'x'.repeat(121), 3, 'title: must be at most 120 characters'],
  ] as const)('refuses %s: %s', (field, value, line, message) => {
    const faults = faultsOf(exampleRunbook({ frontMatter: { [field]: value } }));
    expect(faults).toEqual([`${file}:${line}: ${message}`]);
  });

  test('refuses an unknown panel and says which are known', () => {
    const [fault] = faultsOf(exampleRunbook({ frontMatter: { panels: '[cpu-of-moon]' } }));
    expect(fault).toMatch(/ExampleAlert\.md:7: panels\.0: must be one of batch-cost-history, /);
  });

  test('refuses a missing field', () => {
    expect(faultsOf(exampleRunbook({ frontMatter: { owner: null } }))).toEqual([
      `${file}:2: owner: is missing`,
    ]);
  });

  test('refuses a field that does not exist, so that a typo is not silently ignored', () => {
    const [fault] = faultsOf(exampleRunbook({ extra: 'escalations: nobody' }));
    expect(fault).toMatch(/ExampleAlert\.md:11: escalations: is not a field; known: alert, title/);
  });

  test('refuses a doubled field at its line', () => {
    const [fault] = faultsOf(exampleRunbook({ extra: 'owner: someone else' }));
    expect(fault).toMatch(/ExampleAlert\.md:11: front matter: Map keys must be unique/);
  });

  test('refuses broken YAML at its line', () => {
    const [fault] = faultsOf(exampleRunbook({ frontMatter: { owner: '"no end' } }));
    expect(fault).toMatch(/ExampleAlert\.md:\d+: front matter: /);
  });

  test('refuses one that nobody closed', () => {
    expect(faultsOf('---\nalert: X\n')).toEqual([
      `${file}:1: must start with front matter between two lines of ---`,
    ]);
  });

  test('refuses YAML that multiplies itself through aliases', () => {
    const bomb = 'slo: &a [x, x]\nb: [*a, *a, *a]';
    expect(() => parseRunbook(file, exampleRunbook({ extra: bomb }))).toThrow(RunbookError);
  });

  test('is also read from a file with Windows line ends and a byte order mark', () => {
    const unix = parseRunbook(file, exampleRunbook());
    const windows = parseRunbook(file, `\uFEFF${exampleRunbook().replaceAll('\n', '\r\n')}`);
    expect(windows.revision).toBe(unix.revision);
  });

  test('must match the name of the file', () => {
    const [fault] = faultsOf(exampleRunbook({ frontMatter: { alert: 'OtherAlert' } }));
    expect(fault).toBe(`${file}:1: alert: the file of OtherAlert must be called OtherAlert.md`);
  });
});

describe('the body', () => {
  const changed = (from: string, to: string) => exampleBody.replace(from, to);

  test('must have every section', () => {
    const [fault] = faultsOf(exampleRunbook({ body: changed('## Roll back', '### Roll back') }));
    expect(fault).toMatch(/section "Roll back" is missing/);
  });

  test('must have its sections in order', () => {
    const body = changed('## Trigger', '## Impact').replace(
      '## Impact\n\nNone',
      '## Trigger\n\nNone',
    );
    const faults = faultsOf(exampleRunbook({ body }));
    expect(faults[0]).toBe(`${file}:17: section "Trigger" is out of order or doubled`);
  });

  test('may not have a section of another name', () => {
    const body = changed('## Diagnose', '## Diagnosis');
    const faults = faultsOf(exampleRunbook({ body }));
    expect(faults[0]).toContain(`${file}:${bodyLine('## Diagnosis', body)}: section "Diagnosis"`);
  });

  test('leaves the title to the front matter', () => {
    const faults = faultsOf(exampleRunbook({ body: `# Title\n\n${exampleBody}` }));
    expect(faults).toEqual([`${file}:13: the title is in the front matter: start with ##`]);
  });

  test('reaches its first command within 40 words', () => {
    const fine = changed('Look at the batch.', 'word '.repeat(40).trim());
    expect(faultsOf(exampleRunbook({ body: fine }))).toEqual([]);
    const wordy = changed('Look at the batch.', 'word '.repeat(41).trim());
    expect(faultsOf(exampleRunbook({ body: wordy }))).toEqual([
      `${file}:${bodyLine('```run')}: 41 words before the first command, at most 40`,
    ]);
  });

  test('has a command in its first action', () => {
    const [fault] = faultsOf(exampleRunbook({ body: changed('```run', '```sh') }));
    expect(fault).toContain('section "First action" has no ```run command');
  });

  test('numbers its steps through all sections', () => {
    const body = changed('4. Stop it.', '1. Stop it.');
    expect(faultsOf(exampleRunbook({ body }))).toEqual([
      `${file}:${bodyLine('1. Stop it.', body)}: numbers go on through the sections: this list starts with 4.`,
    ]);
  });

  test('knows its placeholders', () => {
    const body = changed('{{pipeline}}.', '{{pipelin}}.');
    expect(faultsOf(exampleRunbook({ body }))).toEqual([
      `${file}:15: placeholder {{pipelin}} is unknown; known: server, pipeline, batch, budget, slo, alert, incident, model, provider, destination, heartbeat`,
    ]);
  });

  test.each([
    ['panel: batch-cost-history', 'panel: nothing', 'names the panel nothing; known: batch-cost'],
    [
      "batch: '{{batch}}'",
      "run: 'x'",
      'batch-cost-history takes no parameter run; known: pipeline',
    ],
    ['panel: batch-cost-history', 'panel: [', 'is not YAML'],
    ['panel: batch-cost-history', 'panel: constructor', 'names the panel constructor'],
    ["pipeline: '{{pipeline}}'", 'pipeline: {}', 'must hold `panel: name`'],
  ])('refuses a panel fence with %s as %s', (from, to, message) => {
    const [fault] = faultsOf(exampleRunbook({ body: changed(from, to) })).filter((each) =>
      each.includes('panel fence'),
    );
    expect(fault).toContain(`${file}:${bodyLine('```panel')}: panel fence ${message}`);
  });

  test('warns of a panel that shows nothing without a parameter that it lacks', () => {
    const fence = '```panel\npanel: slo-burn-rate\n```';
    const source = (text: string) =>
      exampleRunbook({
        body: changed('## Roll back', `${text}\n\n## Roll back`),
        frontMatter: { panels: '[batch-cost-history, slo-burn-rate]' },
      });
    expect(parseRunbook(file, source(fence)).findings).toContainEqual(
      expect.objectContaining({
        line: bodyLine('## Roll back'),
        level: 'warning',
        rule: 'panel-open',
        message: 'panel slo-burn-rate without slo shows nothing unless the alert says which',
      }),
    );
    const named = source(fence.replace('rate\n', "rate\nparams: { slo: '{{slo}}' }\n"));
    expect(parseRunbook(file, named).findings.map(({ rule }) => rule)).not.toContain('panel-open');
  });

  test('shows exactly the panels that the front matter declares', () => {
    const undeclared = faultsOf(exampleRunbook({ frontMatter: { panels: '[]' } }));
    expect(undeclared).toEqual([
      `${file}:${bodyLine('```panel')}: panel batch-cost-history is not in the front matter's list of panels`,
    ]);
    const unused = faultsOf(
      exampleRunbook({ frontMatter: { panels: '[batch-cost-history, batch-bill-by-step]' } }),
    );
    expect(unused).toEqual([`${file}:12: panel batch-bill-by-step is declared, never shown`]);
  });
});

describe('a check', () => {
  const fence = (yaml: string) => `\`\`\`check\n${yaml}\n\`\`\`\n\n## Roll back`;
  const withCheck = (yaml: string) =>
    exampleRunbook({ body: exampleBody.replace('## Roll back', fence(yaml)) });

  test.each([
    "question: disk-free-share\nexpect: '> 10 %'",
    "question: attempts-per-operation\nparams: { pipeline: '{{pipeline}}', minutes: 10 }\nexpect: '< 1.2'",
    "question: alert-state\nparams: { alert: '{{alert}}' }\nexpect: '= resolved'",
    'question: batch-outcome\nparams: { pipeline: mail }\nexpect: in succeeded, running',
    "question: telemetry-age\nparams: { pipeline: '{{pipeline}}' }\nexpect: '<= 15 min'",
    "question: data-age\nparams: { dataset: mails }\nexpect: '<= 1 d'",
  ])('is taken: %s', (yaml) => {
    const source = withCheck(yaml);
    expect(faultsOf(source)).toEqual([]);
    expect(parseRunbook(file, source).findings).toEqual([]);
  });

  test.each([
    ["question: mood\nexpect: '= good'", 'asks mood; known: alert-state, '],
    ["question: constructor\nexpect: '= 1'", 'asks constructor; known: '],
    ["question: backup-age\nparams: { folder: x }\nexpect: '< 1 d'", 'it takes none'],
    ["question: burn-rate\nparams: { pipeline: x }\nexpect: '< 1'", 'takes no such parameter'],
    ["question: telemetry-age\nexpect: '<= 15 min'", 'asks telemetry-age without pipeline: '],
    [
      "question: alert-state\nparams: { pipeline: mail }\nexpect: '= resolved'",
      'asks alert-state without alert or name: ',
    ],
    [
      "question: attempt-error-share\nparams: { errorClass: 'timeout, slow' }\nexpect: '< 5 %'",
      'has errorClass: must be one or, with commas, several of ',
    ],
    [
      "question: burn-rate\nparams: { minutes: '-5' }\nexpect: '< 1'",
      'must be a whole number from',
    ],
    ["question: burn-rate\nexpect: 'fine'", 'must be one of <= >= != < > = and a number'],
    ["question: burn-rate\nexpect: '< 1 %'", 'must be one of <= >= != < > = and a number'],
    ["question: alert-state\nexpect: '= gone'", 'one of pending, firing, frozen, resolved'],
    ['question: burn-rate', 'must hold `question: name`, `expect: "< 1.2"`'],
    ["question: burn-rate\nexpect: '< 1'\nevery: 5", 'must hold `question: name`'],
    ['question: [', 'is not YAML'],
  ])('is refused at its line: %s', (yaml, message) => {
    const source = withCheck(yaml);
    const line = source.split('\n').indexOf('```check') + 1;
    const [fault] = faultsOf(source);
    expect(fault).toContain(`${file}:${line}: check fence `);
    expect(fault).toContain(message);
  });

  test('that is missing in Verify is a finding, no fault', () => {
    expect(parseRunbook(file, exampleRunbook()).findings).toMatchObject([
      {
        file: 'ExampleAlert.md',
        line: bodyLine('## Verify'),
        level: 'warning',
        rule: 'verify-without-check',
      },
    ]);
  });
});

describe('a command', () => {
  const example = "curl -s '{{server}}/api/batches/{{pipeline}}/{{batch}}'";

  test('may not be empty', () => {
    const source = exampleRunbook({ body: exampleBody.replace(example, '') });
    expect(faultsOf(source)).toEqual([`${file}:${bodyLine('```run')}: run fence holds no command`]);
  });

  test('may have its output after it, and only there', () => {
    const output = '```\n\n   ```output\n   {"state":"done"}\n   ```';
    const source = exampleRunbook({
      body: exampleBody.replace('```\n\n   ```panel', () => `${output}\n\n   \`\`\`panel`),
    });
    expect(faultsOf(source)).toEqual([]);
    const alone = exampleBody.replace('3. Compare.', '3. Compare.\n\n   ```output\n   x\n   ```');
    expect(faultsOf(exampleRunbook({ body: alone }))).toEqual([
      `${file}:${bodyLine('```output', alone)}: output fence does not follow a \`\`\`run`,
    ]);
  });
});

describe('a procedure', () => {
  const procedure = (change: Parameters<typeof exampleRunbook>[0] = {}) =>
    exampleRunbook({
      extra: 'kind: procedure',
      ...change,
      frontMatter: { alert: null, severity: null, ...change.frontMatter },
    });

  test('has no alert and no severity; its name is the file’s', () => {
    const document = parseRunbook('runbooks/RestoreIt.md', procedure());
    expect(document).toMatchObject({ name: 'RestoreIt', kind: 'procedure' });
    expect(document.frontMatter).toMatchObject({ alert: null, severity: null });
  });

  test('may leave out the sections that only an alert needs', () => {
    const body = exampleBody.replace(/## Impact[\s\S]*?(?=## First action)/, '');
    expect(faultsOf(procedure({ body }))).toEqual([]);
    const short = exampleBody.replace(/## Roll back[\s\S]*$/, '');
    expect(faultsOf(procedure({ body: short }))[0]).toContain('section "Roll back" is missing');
  });

  test('is not the runbook of an alert as well', () => {
    const [fault] = faultsOf(procedure({ frontMatter: { alert: 'ExampleAlert' } }));
    expect(fault).toMatch(/kind: a runbook of an alert has none$/);
  });
});

test('every fault of a file is reported at once', () => {
  const source = exampleRunbook({ frontMatter: { owner: '""', severity: 'high' } });
  expect(faultsOf(source)).toHaveLength(2);
});

test('the revision is the hash of the content: a stamp changes nothing, a word does', () => {
  const { revision } = parseRunbook(file, exampleRunbook());
  expect(revision).toMatch(/^[0-9a-f]{12}$/);
  const stamped = exampleRunbook({ frontMatter: { reviewed: 'null', tested: '2026-11-22' } });
  expect(parseRunbook(file, stamped).revision).toBe(revision);
  const edited = exampleRunbook({ body: exampleBody.replace('None yet.', 'Some.') });
  expect(parseRunbook(file, edited).revision).not.toBe(revision);
  const retitled = exampleRunbook({ frontMatter: { title: 'Another' } });
  expect(parseRunbook(file, retitled).revision).not.toBe(revision);
});
