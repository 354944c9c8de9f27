const FENCE = '```';

/** As long as a runbook may reasonably be: 30 steps, 6 panels, 3 checks. */
export function longRunbook(): string {
  const panels = [
    panel('spend-over-time', { pipeline: 'mail-features' }),
    panel('slo-burn-rate', { slo: 'mail-attempts' }),
    panel('slo-error-budget', { slo: 'mail-attempts' }),
    panel('retry-waste', { pipeline: '{{pipeline}}' }),
    panel('alerts-now', { pipeline: '{{pipeline}}' }),
    panel('occurrences', { pipeline: '{{pipeline}}' }),
  ];
  const diagnose = Array.from({ length: 12 }, (_, index) =>
    step(index + 2, `Look at part ${index + 2} of the pipeline.`, panels[index / 2]),
  );
  const mitigate = Array.from({ length: 10 }, (_, index) =>
    step(index + 14, `Turn knob ${index + 14} down by half.`),
  );
  return `---
alert: RetryStorm
title: Retries multiply the load
severity: page
owner: data-platform
escalation: The pipeline's owner
panels: [spend-over-time, slo-burn-rate, slo-error-budget, retry-waste, alerts-now, occurrences]
reviewed: 2026-11-20
tested: 2026-11-20
expectedMinutes: 20
---

## Trigger

More than 1.5 attempts an operation over ten minutes.

## Impact

Retries keep a struggling service down, and each is paid for.

## First action

${step(1, 'See what fails:', run("curl -s '{{server}}/api/retries/waste?from=-1h'"))}

## Diagnose

${diagnose.join('\n\n')}

## Mitigate

${mitigate.join('\n\n')}

## Verify

${step(24, 'Attempts an operation are back.', check('attempts-per-operation', { pipeline: '{{pipeline}}', minutes: '10' }, '< 1.2'))}

${step(25, 'The alert has ended.', check('alert-state', { name: 'RetryStorm', pipeline: '{{pipeline}}' }, '= resolved'))}

## Roll back

${step(26, 'Turn the knobs back.')}

${step(27, 'Watch for ten minutes.', check('attempt-error-share', { pipeline: '{{pipeline}}', minutes: '10' }, '< 5 %'))}

## Escalate

${step(28, "After 20 minutes: the pipeline's owner.")}

## Prevent

${step(29, 'Set a retry budget.')}

${step(30, 'Set a deadline for each operation.')}
`;
}

const step = (number: number, text: string, more?: string): string =>
  [`${number}. ${text}`, ...(more === undefined ? [] : ['', indented(more)])].join('\n');

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');

const run = (command: string): string => `${FENCE}run\n${command}\n${FENCE}`;

const panel = (name: string, params: Record<string, string>): string =>
  `${FENCE}panel\npanel: ${name}\nparams: ${JSON.stringify(params)}\n${FENCE}`;

const check = (question: string, params: Record<string, string>, expect: string): string =>
  `${FENCE}check\nquestion: ${question}\nparams: ${JSON.stringify(params)}\nexpect: '${expect}'\n${FENCE}`;
