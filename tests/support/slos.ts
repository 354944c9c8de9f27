/** SLOs on a test server: definitions, attempts that succeed and fail, and what is asked back. */
import { standardPolicy } from '@burnbook/domain/slo/evaluate';
import type { EventKind, Indicator, Slo } from '@burnbook/domain/slo/slo';
import { DAY_NS } from '@burnbook/domain/time';
import type { Config } from '../../server/config/config.js';
import { indicatorIdOf } from '../../server/config/openSlo/indicator.js';
import { slosSchema, type SloView } from '../../server/contract.js';
import { TEST_CONFIG } from './testConfig.js';
import type { SpanSpec } from './spanSpec.js';
import type { TestServer } from './testServer.js';
import { TraceMaker } from './traceMaker.js';

/** `good: outcome succeeded` of a pipeline's events. */
export const ratio = (
  events: EventKind,
  where: Record<string, string[]> = { pipeline: ['mail-etl'] },
): Indicator => ({
  kind: 'ratio',
  total: { events, where },
  good: { events, where: { ...where, outcome: ['succeeded'] } },
  bad: null,
});

export function sloOf(said: Partial<Slo> & { readonly name: string }): Slo {
  const indicator = said.indicator ?? ratio('attempts');
  const window = said.window ?? { kind: 'rolling', durationNs: 28n * DAY_NS };
  const target = said.target ?? 0.99;
  const targetPpb = Math.round(target * 1e9);
  return {
    displayName: said.name,
    service: 'mail-etl',
    description: '',
    indicatorId: indicatorIdOf(indicator),
    indicator,
    method: 'Occurrences',
    target,
    targetPpb,
    slice: null,
    window,
    policies: [standardPolicy({ window, targetPpb })],
    pipelines: ['mail-etl'],
    owner: 'data-platform',
    runbook: null,
    labels: {},
    file: 'slos/mail.yaml',
    line: 1,
    ...said,
  };
}

export const sloConfig = (...slos: Slo[]): Config => ({
  ...TEST_CONFIG,
  slos: { slos, texts: new Map(slos.map(({ name }) => [name, `# ${name}\n`])) },
});

export interface Tries {
  readonly atNs: bigint;
  /** Outcome of each try of one operation, a second after the other. */
  readonly outcomes: readonly ('succeeded' | 'failed')[];
  readonly pipeline?: string;
  readonly run?: string;
  readonly step?: string;
  readonly operation?: string;
  readonly errorClass?: string;
  readonly lastsMs?: number;
}

/** Spans of an operation's tries. */
export function tries({
  atNs,
  outcomes,
  pipeline = 'mail-etl',
  run = 'tries',
  step = 'extract',
  operation,
  errorClass = 'server',
  lastsMs = 100,
}: Tries): SpanSpec[] {
  const trace = new TraceMaker({
    startNs: atNs,
    common: { 'pipeline.name': pipeline, 'pipeline.run.id': run, 'pipeline.step.name': step },
  });
  return outcomes.map((outcome, index) =>
    trace.span({
      name: 'call',
      atMs: index * 1_000,
      lastsMs,
      failed: outcome === 'failed',
      attributes: {
        'pipeline.attempt.number': index + 1,
        'pipeline.attempt.outcome': outcome,
        'pipeline.operation.id': operation ?? trace.traceId,
        ...(outcome === 'failed' ? { 'pipeline.attempt.error_class': errorClass } : {}),
      },
    }),
  );
}

/** Says of every minute that the server ran: a test's clock leaps over most of them. */
export async function staysUp(
  of: TestServer,
  { fromNs, toNs }: { readonly fromNs: bigint; readonly toNs: bigint },
): Promise<void> {
  const minuteNs = 60_000_000_000n;
  const length = Number((toNs - fromNs) / minuteNs);
  const all = <T>(value: T): T[] => Array.from({ length }, () => value);
  await of.running.store.command('countServer', {
    minutesNs: Array.from({ length }, (_, index) => fromNs + BigInt(index) * minuteNs),
    events: all('up'),
    outcomes: all('up'),
    counts: all(1n),
    buckets: all(''),
  });
}

export async function sloNamed(of: TestServer, name: string): Promise<SloView> {
  const { items } = await of.get('/api/slos', slosSchema);
  const found = items.find((item) => item.name === name);
  if (!found) throw new Error(`there is no SLO ${name}`);
  return found;
}
