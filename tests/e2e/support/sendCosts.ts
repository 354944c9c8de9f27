import { otlpBody, type Attributes, type SpanSpec } from '../../support/spanSpec.js';
import { TraceMaker } from '../../support/traceMaker.js';

/** Two weeks of three teams: the later one costs more, retries more, and a model without a price is new in it. */
export const COST_DAYS = 14;

const DAY_MS = 86_400_000;
/** The later half. */
const isLater = (day: number): boolean => day >= COST_DAYS / 2;

interface Job {
  pipeline: string;
  team: string;
  environment: string;
  project: string;
  calls: (day: number) => Call[];
}

interface Call {
  step: string;
  provider: string;
  model: string;
  input: number;
  output: number;
  rows: number;
  /** How the attempts before the one that won ended; `lost`: none won. */
  failures?: string[];
  lost?: boolean;
  /** Recorded by two instrumentations: two spans with one response id. */
  twice?: boolean;
}

const JOBS: readonly Job[] = [
  {
    pipeline: 'mail-features',
    team: 'search',
    environment: 'production',
    project: 'ranking',
    calls: (day) => [
      {
        step: 'embed',
        ...openai('text-embedding-3-small'),
        input: 9_000_000,
        output: 0,
        rows: 900,
      },
      {
        step: 'classify',
        ...openai('gpt-4o-mini'),
        input: 6_000_000 + day * 200_000,
        output: 400_000,
        rows: 900,
        ...(isLater(day) ? { failures: ['rate_limited', 'timeout'] } : {}),
      },
    ],
  },
  {
    pipeline: 'support-triage',
    team: 'care',
    environment: 'production',
    project: 'deflection',
    calls: (day) => [
      {
        step: 'draft',
        ...openai('gpt-4o'),
        input: 900_000 + (isLater(day) ? 500_000 : 0),
        output: 120_000,
        rows: 300,
        ...(day % 3 === 0 ? { failures: ['invalid_output'] } : {}),
      },
      {
        step: 'judge',
        provider: 'anthropic',
        model: 'claude-sonnet-4-20250514',
        input: 500_000,
        output: 60_000,
        rows: 300,
        ...(day % 4 === 0 ? { failures: ['server', 'server', 'server'], lost: true } : {}),
      },
    ],
  },
  {
    pipeline: 'nightly-summaries',
    team: 'search',
    environment: 'staging',
    project: 'ranking',
    calls: (day) => [
      {
        step: 'summarise',
        provider: 'google',
        model: 'gemini-2.5-flash',
        input: 3_000_000,
        output: 700_000,
        rows: 500,
        twice: day === COST_DAYS - 1,
        ...(day % 2 === 0 ? { failures: ['cancelled'] } : {}),
      },
      ...(isLater(day)
        ? [
            {
              step: 'rerank',
              provider: 'acme',
              model: 'house-rerank-7b',
              input: 2_000_000,
              output: 1_000,
              rows: 500,
            },
          ]
        : []),
    ],
  },
];

const openai = (model: string): { provider: string; model: string } => ({
  provider: 'openai',
  model,
});

/** Sends them, one batch a pipeline and day, the newest an hour ago. @param nowMs of the server's clock. */
export async function sendCosts(origin: string, nowMs: number): Promise<void> {
  for (const job of JOBS) {
    const days = Array.from({ length: COST_DAYS }, (_, day) => day);
    await send(
      origin,
      days.flatMap((day) => run(job, { day, nowMs })),
    );
  }
}

function run(job: Job, { day, nowMs }: { day: number; nowMs: number }): SpanSpec[] {
  const startMs = nowMs - (COST_DAYS - 1 - day) * DAY_MS - 3_600_000;
  const batch = new Date(startMs).toISOString().slice(0, 10);
  const trace = new TraceMaker({
    startNs: BigInt(startMs) * 1_000_000n,
    resource: { 'service.name': job.pipeline },
    common: {
      'pipeline.name': job.pipeline,
      'pipeline.run.id': `${job.pipeline}-${batch}`,
      'pipeline.batch.id': batch,
      team: job.team,
      'deployment.environment.name': job.environment,
      'tag.project': job.project,
    },
  });
  const root = trace.span({
    name: 'run',
    lastsMs: 600_000,
    attributes: { 'pipeline.run.outcome': 'succeeded' },
  });
  return [root, ...job.calls(day).flatMap((call) => step(trace, root, call))];
}

function step(trace: TraceMaker, root: SpanSpec, call: Call): SpanSpec[] {
  const own = trace.span({
    name: call.step,
    parent: root,
    lastsMs: 300_000,
    attributes: {
      'pipeline.step.name': call.step,
      'pipeline.rows.in': call.rows,
      'pipeline.rows.out': call.rows - 10,
    },
  });
  const won = call.lost ? [] : ['ok'];
  const ends = [...(call.failures ?? []), ...won, ...(call.twice ? won : [])];
  return [
    own,
    ...ends.map((end, index) =>
      trace.span({
        name: `chat ${call.model}`,
        parent: own,
        atMs: 1_000 + index * 20_000,
        lastsMs: 8_000,
        failed: end !== 'ok',
        attributes: {
          'pipeline.step.name': call.step,
          ...attempt(call, { end, number: Math.min(index, (call.failures ?? []).length) + 1 }),
          ...(call.twice && end === 'ok' ? { 'gen_ai.response.id': 'one-answer' } : {}),
        },
      }),
    ),
  ];
}

function attempt(call: Call, { end, number }: { end: string; number: number }): Attributes {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': call.provider,
    'gen_ai.request.model': call.model,
    // What was refused used nothing; a time-out does not tell what it used.
    ...(end === 'rate_limited' || end === 'timeout'
      ? {}
      : {
          'gen_ai.usage.input_tokens': end === 'ok' ? call.input : Math.round(call.input / 4),
          'gen_ai.usage.output_tokens': end === 'ok' ? call.output : Math.round(call.output / 10),
        }),
    'pipeline.operation.id': call.step,
    'pipeline.attempt.number': number,
    'pipeline.attempt.outcome': outcomeOf(end),
    ...(end === 'ok' ? {} : { 'pipeline.attempt.error_class': end }),
    ...(number === 1 ? {} : { 'pipeline.attempt.backoff_ms': 12_000 }),
  };
}

function outcomeOf(end: string): string {
  if (end === 'ok') return 'succeeded';
  return end === 'cancelled' ? end : 'failed';
}

async function send(origin: string, spans: readonly SpanSpec[]): Promise<void> {
  const { contentType, body } = otlpBody(spans, 'json');
  const answer = await fetch(`${origin}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: body as string,
  });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
}
