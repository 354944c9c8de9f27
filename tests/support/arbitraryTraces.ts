/** Random sets of spans for the attribution's property test, and random ways to deliver them. */
import fc from 'fast-check';
import type { Attributes, SpanSpec } from './spanSpec.js';

/** A set of spans without its ids: `materialise` gives them, so that no two cases meet. */
export interface TraceCase {
  readonly spans: readonly SpanSketch[];
  readonly resources: readonly Attributes[];
}

interface SpanSketch {
  readonly place: 'root' | 'child' | 'orphan';
  /** Chooses the trace of a root or an orphan, the parent of a child. */
  readonly where: number;
  readonly identity: Attributes;
  readonly work: Attributes;
  readonly resource: number;
  readonly name: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly failed: boolean;
  /** Never sent: its children stay without a known parent. */
  readonly lost: boolean;
}

/** How spans travel: a weight each, requests by cutting the order, some sent again. */
export interface Delivery {
  readonly weights: readonly number[];
  readonly requestSpans: number;
  readonly again: readonly number[];
}

/** Pipelines of a case are `<case>-a`, `-b` and `-c`. */
export const PIPELINES = ['a', 'b', 'c'] as const;

const oneOf = (prefix: string, count: number) =>
  fc.integer({ min: 1, max: count }).map((number) => `${prefix}${number}`);

/** A key that is there with one in `rarity`. */
const rarely = (key: string, value: fc.Arbitrary<string | number>, rarity: number) =>
  fc
    .tuple(fc.integer({ min: 1, max: rarity }), value)
    .map(([chance, drawn]): Attributes => (chance === rarity ? { [key]: drawn } : {}));

const merged = (...parts: fc.Arbitrary<Attributes>[]): fc.Arbitrary<Attributes> =>
  fc.tuple(...parts).map((all) => Object.assign({}, ...all) as Attributes);

const pipelineName = fc.constantFrom(...PIPELINES);
const runId = oneOf('run ', 3);

const identity = merged(
  rarely('pipeline.name', pipelineName, 8),
  rarely('cicd.pipeline.name', pipelineName, 30),
  rarely('pipeline.run.id', runId, 6),
  rarely('pipeline.batch.id', oneOf('batch/"', 3), 8),
  rarely('pipeline.partition', oneOf('分区 ', 2), 14),
  rarely('pipeline.nominal_time', fc.constant('2026-11-01T00:00:00Z'), 20),
  rarely('pipeline.step.name', oneOf('step ', 3), 5),
  rarely('tag.客户', oneOf('"c" ', 2), 8),
  rarely('tag.10', fc.integer({ min: 1, max: 2 }), 12),
  rarely('burnbook.reservation.id', oneOf('hold ', 2), 10),
);

const attempt = merged(
  rarely('pipeline.attempt.number', fc.integer({ min: 1, max: 3 }), 3),
  rarely('http.request.resend_count', fc.integer({ min: 0, max: 2 }), 8),
  rarely('pipeline.operation.id', oneOf('operation ', 2), 4),
  rarely('pipeline.attempt.outcome', fc.constantFrom('succeeded', 'failed', 'cancelled'), 3),
);

const call = merged(
  fc.record({
    'gen_ai.provider.name': fc.constant('testai'),
    'gen_ai.operation.name': fc.constant('chat'),
    'gen_ai.request.model': fc.constantFrom('wren', 'wren', 'wren', 'unheard-of'),
    // Few numbers, so that calls within calls repeat them.
    'gen_ai.usage.input_tokens': fc.oneof(
      fc.constantFrom(0, 7),
      fc.integer({ min: 0, max: 9_999 }),
    ),
  }),
  rarely('gen_ai.usage.output_tokens', fc.integer({ min: 1, max: 999 }), 2),
  rarely('gen_ai.response.id', oneOf('response ', 3), 3),
);
/** Whether a failed call was billed is unknown. */
const silentCall = fc.constant<Attributes>({
  'gen_ai.provider.name': 'testai',
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'wren',
});
const agent = merged(
  fc.record({
    'gen_ai.operation.name': fc.constantFrom('invoke_agent', 'chain'),
    'gen_ai.provider.name': fc.constant('testai'),
    'gen_ai.request.model': fc.constant('wren'),
    'gen_ai.usage.input_tokens': fc.integer({ min: 1, max: 9_999 }),
  }),
  rarely('gen_ai.response.id', oneOf('response ', 3), 2),
);
const compute = fc.record({
  'process.cpu.time.user': fc.integer({ min: 0, max: 4_000 }).map((ms) => ms / 1000),
});
const event = fc.record({
  'pipeline.event': fc.constantFrom('start', 'heartbeat'),
  'process.cpu.time.user': fc.constant(1.5),
});
const runEnd = fc.record({ 'pipeline.run.outcome': fc.constantFrom('succeeded', 'failed') });
/** What spans say of data moves no money, and its place moves as all else does. */
const data = merged(
  rarely('quality.check.name', oneOf('check ', 2), 2),
  rarely('quality.check.outcome', fc.constantFrom('passed', 'failed', 'error', 'perhaps'), 2),
  rarely('quality.check.rows', fc.nat({ max: 99 }), 3),
  rarely('quality.check.rows.failed', fc.nat({ max: 9 }), 3),
  rarely('dataset.name', oneOf('dataset ', 2), 3),
);
const nothing = fc.constant<Attributes>({});

const work: fc.Arbitrary<Attributes> = fc.oneof(
  { weight: 6, arbitrary: nothing },
  { weight: 8, arbitrary: merged(call, attempt) },
  { weight: 4, arbitrary: call },
  { weight: 1, arbitrary: silentCall },
  { weight: 2, arbitrary: agent },
  { weight: 4, arbitrary: compute },
  { weight: 4, arbitrary: attempt },
  { weight: 2, arbitrary: merged(attempt, compute) },
  { weight: 1, arbitrary: event },
  { weight: 1, arbitrary: runEnd },
  { weight: 3, arbitrary: data },
  { weight: 1, arbitrary: merged(call, attempt, data) },
);

const sketch: fc.Arbitrary<SpanSketch> = fc.record({
  place: fc.constantFrom<SpanSketch['place'][]>(
    'root',
    'child',
    'child',
    'child',
    'child',
    'orphan',
  ),
  where: fc.nat({ max: 99 }),
  identity,
  work,
  resource: fc.nat({ max: 2 }),
  name: fc.constantFrom('fetch', 'ask'),
  startMs: fc.integer({ min: 0, max: 3 }),
  durationMs: fc.integer({ min: 0, max: 50 }),
  failed: fc.integer({ min: 1, max: 3 }).map((chance) => chance === 3),
  lost: fc.integer({ min: 1, max: 12 }).map((chance) => chance === 12),
});

const resource = merged(
  fc.record({ 'service.name': pipelineName }),
  rarely('pipeline.name', pipelineName, 3),
  rarely('pipeline.run.id', runId, 4),
  rarely('pipeline.batch.id', oneOf('batch/"', 3), 6),
  rarely('pipeline.step.name', oneOf('step ', 2), 12),
  rarely('tag.客户', oneOf('"c" ', 2), 6),
  rarely('burnbook.reservation.id', oneOf('hold ', 2), 12),
);

export const traceCase: fc.Arbitrary<TraceCase> = fc.record({
  spans: fc.array(sketch, { minLength: 1, maxLength: 24 }),
  resources: fc.array(resource, { minLength: 3, maxLength: 3 }),
});

export const delivery: fc.Arbitrary<Delivery> = fc.record({
  weights: fc.array(fc.nat({ max: 999 }), { minLength: 24, maxLength: 24 }),
  requestSpans: fc.integer({ min: 1, max: 9 }),
  again: fc.array(fc.nat({ max: 23 }), { maxLength: 5 }),
});

/**
 * The spans of a case, those that are never sent left out.
 * @param number tells cases apart: it is part of every id and pipeline.
 * @param baseNs when the first root starts.
 */
export function materialise(
  { spans: sketches, resources }: TraceCase,
  { number, baseNs }: { readonly number: number; readonly baseNs: bigint },
): SpanSpec[] {
  const suffix = number.toString(16).padStart(8, '0');
  const own = (attributes: Attributes): Attributes => ownPipelines(attributes, number);
  const owned = resources.map(own);
  const spans: SpanSpec[] = [];
  sketches.forEach((sketched, index) => {
    const parent =
      sketched.place === 'child' && spans.length > 0
        ? spans[sketched.where % spans.length]
        : undefined;
    const trace = ['b', 'a', 'c'][sketched.where % 3] ?? 'a';
    const startNs = (parent?.startNs ?? baseNs) + BigInt(sketched.startMs) * 1_000_000n;
    spans.push({
      traceId: parent?.traceId ?? trace.repeat(24) + suffix,
      // Not in the order of the spans: ties are broken by ids.
      spanId: ((index * 0x9e3779b1 + 1) >>> 0).toString(16).padStart(8, '0') + suffix,
      parentSpanId: parent?.spanId ?? (sketched.place === 'orphan' ? `deadbeef${suffix}` : null),
      name: sketched.name,
      startNs,
      // No two end at once: the last outcome that a run's spans say is the run's.
      endNs: startNs + BigInt(sketched.durationMs) * 1_000_000n + BigInt(index) * 1_000n,
      failed: sketched.failed,
      attributes: own({ ...sketched.identity, ...sketched.work }),
      resource: owned[sketched.resource] ?? {},
    });
  });
  return spans.filter((_, index) => sketches[index]?.lost !== true);
}

/** The requests in which the spans travel. */
export function requestsOf(spans: readonly SpanSpec[], plan: Delivery): SpanSpec[][] {
  const order = spans
    .map((span, index) => ({ span, weight: plan.weights[index % plan.weights.length] ?? 0 }))
    .toSorted((a, b) => a.weight - b.weight)
    .map(({ span }) => span);
  const repeated = plan.again.flatMap((index) => {
    const span = spans[index];
    return span ? [span] : [];
  });
  const all = [...order, ...repeated];
  const requests: SpanSpec[][] = [];
  for (let at = 0; at < all.length; at += plan.requestSpans) {
    requests.push(all.slice(at, at + plan.requestSpans));
  }
  return requests;
}

function ownPipelines(attributes: Attributes, number: number): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => {
      if (/^(pipeline\.name|cicd\.pipeline\.name|service\.name)$/.test(key))
        return [key, `${number}-${value}`];
      if (key === 'gen_ai.response.id') return [key, `${number} ${value}`];
      return [key, value];
    }),
  );
}
