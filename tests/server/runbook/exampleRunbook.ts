/** A runbook that passes every check; a test changes one thing of it. */
export const exampleFrontMatter = {
  alert: 'ExampleAlert',
  title: 'An example went wrong',
  severity: 'ticket',
  owner: 'data-platform',
  escalation: 'The rota',
  panels: '[batch-cost-history]',
  reviewed: '2026-11-01',
  tested: 'null',
  expectedMinutes: '15',
};

export const exampleBody = `## Trigger

More than usual for {{pipeline}}.

## Impact

None yet.

## First action

1. Look at the batch.

   \`\`\`run
   curl -s '{{server}}/api/batches/{{pipeline}}/{{batch}}'
   \`\`\`

   \`\`\`panel
   panel: batch-cost-history
   params:
     pipeline: '{{pipeline}}'
     batch: '{{batch}}'
   \`\`\`

## Diagnose

2. Read [the bill](/batches/{{pipeline}}/{{batch}}), then [the manual](https://example.org/manual).
3. Compare.

## Mitigate

4. Stop it.

## Verify

5. Look again.

## Roll back

6. Take it back.

## Escalate

7. Call the owner.

## Prevent

8. Write it down.
`;

/** The example with fields replaced, added, or (null) left out, and with another body. */
export function exampleRunbook(
  change: {
    frontMatter?: Partial<Record<keyof typeof exampleFrontMatter, string | null>>;
    extra?: string;
    body?: string;
  } = {},
): string {
  const fields = Object.entries({ ...exampleFrontMatter, ...change.frontMatter })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}`);
  if (change.extra !== undefined) fields.push(change.extra);
  return `---\n${fields.join('\n')}\n---\n\n${change.body ?? exampleBody}`;
}
