import { plainMarkdown } from '@burnbook/domain/alert/plainMarkdown';
import { postmortemOf } from '@burnbook/domain/alert/postmortem';
import type { FollowedRunbook } from '@burnbook/domain/alert/postmortemRunbook';
import {
  executionState,
  type ExecutionEvent,
  type ExecutionStart,
} from '@burnbook/domain/runbook/execution';
import { MINUTE_NS, parseTime } from '@burnbook/domain/time';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { markdownNodes, markdownText, parseMarkdown } from '../../server/runbook/markdown.js';

/** What stands around the text, in a list, and in a cell of a table. */
const LIST = ['root', 'list', 'listItem', 'paragraph'];
const TABLE = ['root', 'table', 'tableRow', 'tableCell', 'tableRow', 'tableCell'];

/** What a reader sees of a Markdown, and what else the parser finds in it. */
function rendered(markdown: string) {
  const tree = parseMarkdown(markdown);
  const types = [...markdownNodes(tree)].map(({ type }) => type);
  return {
    text: markdownText(tree).replace(/^Note: ?/, ''),
    types: types.filter((type) => type !== 'text' && type !== 'inlineCode'),
  };
}

test('a text stays readable as Markdown', () => {
  expect(plainMarkdown('mail-attempts at 10:00: 1.8 attempts (expected < 1.5)')).toBe(
    'mail-attempts at 10:00: 1.8 attempts (expected < 1.5)',
  );
  expect(plainMarkdown('see https://x.test/a?b=1|c, ask @all\nor <b>a@b.test</b>')).toBe(
    'see `https://x.test/a?b=1`\\|c, ask `@all` or &lt;b>`a@b.test`&lt;/b>',
  );
});

test('whatever a text holds is shown as it is, and is no link, mention, HTML or mark-up', () => {
  const piece = fc.constantFrom(
    ...['https://a.test', 'www.a.test', 'mailto:a@b.test', 'a@b.test', '@all', 'javascript:x'],
    ...['<img src=x onerror=alert(1)>', '</b>', '<!-- x -->', '&lt;', '&#58;', '<https://a.test>'],
    ...['[a](b)', '![a](b)', '**b**', '__b__', '_a_', '~~s~~', '`', '``', '\\', '$x$', '#1'],
    ...['|', ' ', '\n', ': ', '-', '1. ', '[^1]', '[ ]', 'ab', 'xmpp:a@b.test', '://', '用', '"'],
  );
  const text = fc
    .array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 8 })
    .map((pieces) => `a${pieces.join('')}z`);
  fc.assert(
    fc.property(text, (raw) => {
      const line = raw.replaceAll(/\s+/g, ' ');
      const markdown = plainMarkdown(raw);
      expect(rendered(`- Note: ${markdown}`)).toEqual({ text: line, types: LIST });
      const cell = `| Note: |\n| --- |\n| ${markdown} |`;
      expect(rendered(cell)).toEqual({ text: line, types: TABLE });
    }),
    { numRuns: 100 },
  );
});

test('a postmortem tells of each runbook who did what and when, and how Verify ended', () => {
  const startNs = parseTime('2026-05-04T10:00:00Z') ?? 0n;
  const at = (minutes: number): bigint => startNs + BigInt(minutes) * MINUTE_NS;
  const start: ExecutionStart = {
    executionId: 'e1',
    runbook: 'RetryStorm',
    title: 'Retries: multiply | the load',
    revision: 'abc',
    place: {},
    steps: [1, 2, 3].map((number) => ({ number, section: 'Mitigate', text: `do ${number}` })),
    incidentId: 'i1',
    alertId: null,
    gameDay: false,
    startedNs: startNs,
    startedBy: 'ann',
    hasChecks: false,
    expectedMinutes: 20,
  };
  const did = (minutes: number, more: Partial<ExecutionEvent>): ExecutionEvent => ({
    eventId: `${minutes}`,
    atNs: at(minutes),
    doneNs: at(minutes),
    actor: 'ann',
    kind: 'tick',
    step: null,
    text: null,
    ...more,
  });
  const events = [
    did(2, { step: 1 }),
    did(3, { kind: 'handOver', text: 'bob' }),
    did(5, { kind: 'skip', step: 2, actor: 'bob', text: 'one <b>provider</b> | only' }),
    did(6, { kind: 'note', step: 2, actor: 'bob', text: 'see https://x.test' }),
    did(12, { kind: 'finished', actor: 'bob', outcome: 'mitigated', text: 'halved' }),
  ];
  const followed: FollowedRunbook = { start, events, state: executionState(start, events) };
  const markdown = postmortemOf({
    incident: {
      incidentId: 'i1',
      title: 'RetryStorm: mail',
      severity: 'page',
      pipeline: 'mail',
      groupKey: '',
      state: 'open',
      openedNs: startNs,
      changedNs: startNs,
      firedNs: startNs,
      waitingNs: startNs,
      acknowledgedNs: null,
      acknowledgedBy: null,
      acknowledgementEndsNs: null,
      escalatedNs: null,
      closedNs: null,
      closedBy: null,
      reason: null,
      entries: 0,
    },
    alerts: [],
    entries: [],
    executions: [followed],
  });
  const tree = parseMarkdown(markdown);
  const section = markdown.slice(markdown.indexOf('## Runbook'), markdown.indexOf('## Impact'));
  expect(section).toBe(
    `## Runbook: Retries: multiply \\| the load

- Runbook: RetryStorm, revision abc
- Followed by: ann, then bob
- From: 2026-05-04T10:00:00Z
- Until: 2026-05-04T10:12:00Z, after 12.0 min; 20 min were expected
- Outcome: mitigated: halved
- Verify: by hand: its steps count

| Step | What | Who | When (UTC) | Took |
| --- | --- | --- | --- | --- |
| 1 | do 1 | ann | 2026-05-04T10:02:00Z | 2.0 min |
| 2 | do 2 | bob, skipped: one &lt;b>provider&lt;/b> \\| only | 2026-05-04T10:05:00Z | 3.0 min |
| 3 | do 3 | open |  |  |

- 2026-05-04T10:06:00Z bob, step 2: see \`https://x.test\`

`,
  );
  const tables = [...markdownNodes(tree)].filter((node) => node.type === 'table');
  expect(tables.map(({ children }) => children.map((row) => row.children.length))).toEqual([
    [5],
    [5, 5, 5, 5],
  ]);
  const kinds = new Set([...markdownNodes(tree)].map(({ type }) => type));
  expect(kinds).not.toContain('html');
  expect(kinds).not.toContain('link');
});
