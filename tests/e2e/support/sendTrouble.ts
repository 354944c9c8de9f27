import { otlpBody, type SpanSpec } from '../../support/spanSpec.js';
import { TraceMaker } from '../../support/traceMaker.js';
import { tries, type Tries } from '../../support/slos.js';

/** One SLO burns, one is well, one has nothing to count. */
export const SLOS: Readonly<Record<string, string>> = {
  'mail.yaml': [
    attemptsSlo('mail-attempts', { pipeline: 'mail-etl', target: 0.99, runbook: 'RetryStorm' }),
    attemptsSlo('care-attempts', {
      pipeline: 'care-etl',
      target: 0.95,
      runbook: 'ErrorBudgetBurn',
    }),
    attemptsSlo('quiet-attempts', {
      pipeline: 'quiet-etl',
      target: 0.9,
      runbook: 'ErrorBudgetBurn',
    }),
  ].join('---\n'),
};

/** A pipeline that runs by the hour, and the SLO of its deadline. */
export const HOURLY = {
  pipelines: `  - name: hourly-etl
    schedule: { cron: "0 * * * *", timeZone: UTC, deadline: 10m }
`,
  slo: `apiVersion: openslo/v1
kind: SLO
metadata: { name: hourly-on-time, displayName: hourly on time }
spec:
  service: hourly-etl
  budgetingMethod: Occurrences
  timeWindow: [{ duration: 7d, isRolling: true }]
  indicator:
    metadata: { name: in-time }
    spec:
      thresholdMetric:
        metricSource:
          type: burnbook
          spec: { deadline: { pipeline: hourly-etl } }
  objectives: [{ target: 0.9 }]
`,
};

/** A run of an hour for each of the last two days; every sixth takes twenty minutes instead of five. */
export async function sendHourlyRuns(origin: string, nowMs: number): Promise<void> {
  const newest = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: 47 }, (_, index) => newest - (47 - index) * HOUR_MS);
  await sendSpans(
    origin,
    hours.map((startMs, index) => {
      const trace = new TraceMaker({
        startNs: at(startMs),
        common: { 'pipeline.name': 'hourly-etl', 'pipeline.run.id': String(startMs) },
      });
      return trace.span({ name: 'run', lastsMs: (index % 6 === 0 ? 20 : 5) * MINUTE_MS });
    }),
  );
}

/** A destination at which nobody listens, and no heartbeat. */
export const NOTIFY = `publicUrl: http://127.0.0.1
destinations:
  - name: on-call
    kind: slack
    url: http://127.0.0.1:9/hook
    allowPrivate: true
`;

function attemptsSlo(
  name: string,
  { pipeline, target, runbook }: { pipeline: string; target: number; runbook: string },
): string {
  return `apiVersion: openslo/v1
kind: SLO
metadata:
  name: ${name}
  displayName: ${name.replace('-', ' ')}
  annotations: { burnbook/runbook: ${runbook}, burnbook/owner: data-platform }
spec:
  service: ${pipeline}
  budgetingMethod: Occurrences
  timeWindow:
    - { duration: 7d, isRolling: true }
  indicator:
    metadata: { name: ${name}-ok }
    spec:
      ratioMetric:
        counter: true
        good: { metricSource: { type: burnbook, spec: { events: attempts, where: { pipeline: ${pipeline}, outcome: succeeded } } } }
        total: { metricSource: { type: burnbook, spec: { events: attempts, where: { pipeline: ${pipeline} } } } }
  objectives:
    - target: ${target}
`;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Two good days of two pipelines; in the last half hour every other attempt of one fails at one step. */
export async function sendTrouble(origin: string, nowMs: number): Promise<void> {
  const hours = Array.from({ length: 48 }, (_, index) => nowMs - (48 - index) * HOUR_MS);
  await send(origin, [
    ...hours.flatMap((atMs, index) => [
      ...good('mail-etl', { atMs, count: 20 }),
      ...good('care-etl', { atMs, count: 10 }),
      ...(index % 12 === 5 ? [bad('care-etl', { atMs: atMs + 30_000 })] : []),
    ]),
    ...Array.from({ length: 30 }, (_, index) => nowMs - (30 - index) * MINUTE_MS).flatMap(
      (atMs) => [...good('mail-etl', { atMs, count: 2 }), bad('mail-etl', { atMs: atMs + 20_000 })],
    ),
  ]);
}

const at = (ms: number): bigint => BigInt(Math.round(ms)) * 1_000_000n;

const good = (pipeline: string, { atMs, count }: { atMs: number; count: number }): Tries[] =>
  Array.from({ length: count }, (_, index) => ({
    atNs: at(atMs + index * 1_000),
    outcomes: ['succeeded'] as const,
    pipeline,
    run: `${pipeline}-${atMs}`,
    step: index % 4 === 0 ? 'embed' : 'extract',
  }));

const bad = (pipeline: string, { atMs }: { atMs: number }): Tries => ({
  atNs: at(atMs),
  outcomes: ['failed', 'failed'],
  pipeline,
  run: `${pipeline}-${atMs}`,
  step: 'embed',
  errorClass: 'rate_limited',
});

const send = (origin: string, all: readonly Tries[]): Promise<void> =>
  sendSpans(origin, all.flatMap(tries));

async function sendSpans(origin: string, spans: readonly SpanSpec[]): Promise<void> {
  const { contentType, body } = otlpBody(spans, 'json');
  const answer = await fetch(`${origin}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: body as string,
  });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
}
