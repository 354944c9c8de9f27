/**
 * The bill of a set of spans, read plainly: the rules of cost attribution as they are written down, all spans at once,
 * by recursion over a map and without any regard for speed. What the server arrives at step by step must equal this.
 */
import { isDeepStrictEqual } from 'node:util';
import { enclosingAttempts, judgeAttempts } from './plainAttempts.js';
import { isCall, sumsUp, usesTokens } from './plainCall.js';
import { keyOf, ownerOf, parentOf, type PlainOwner, type SpanMap } from './plainOwner.js';
import type { SpanSpec } from './spanSpec.js';

export interface PlainLine {
  readonly traceId: string;
  readonly spanId: string;
  readonly kind: 'compute' | 'model';
  readonly pipeline: string;
  readonly runId: string;
  readonly batchId: string;
  /** Cost of a run above its several batches. */
  readonly shared: boolean;
  readonly step: string | null;
  readonly attempt: number | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly reservationId: string | null;
  /** null: no price is known. */
  readonly costNanoUsd: bigint | null;
  readonly excluded: 'repeated below' | 'duplicate response' | null;
  readonly retryWaste: boolean;
  readonly failureCost: boolean;
}

export interface PlainPrices {
  /** Quarters of a nano-USD per input and output token, by model. */
  readonly models: Readonly<
    Record<string, { readonly inputQuarters: bigint; readonly outputQuarters: bigint }>
  >;
  /** Nano-USD per CPU-second times 1,000, by pipeline. */
  readonly cpuMilliNano: (pipeline: string) => bigint;
}

export function readPlainly(all: readonly SpanSpec[], prices: PlainPrices): PlainLine[] {
  const spans = new Map<string, SpanSpec>();
  for (const span of all) if (!spans.has(keyOf(span))) spans.set(keyOf(span), span);
  const counted = countedResponses(spans);
  const losses = judgeAttempts(spans);
  const batches = batchesOfRuns(spans);
  const lines = [...spans.values()].flatMap((span): PlainLine[] => {
    const owner = ownerOf(span, spans);
    const named = batches.get(runKey(owner)) ?? new Set<string>();
    const [only] = named;
    const repeated = owner.batch !== null && owner.step !== null && isRepeated(span, spans);
    const fates = enclosingAttempts(span, spans).map((attempt) => losses.get(attempt) ?? null);
    const retryWaste = repeated || fates.includes('waste');
    const base = {
      traceId: span.traceId,
      spanId: span.spanId,
      pipeline: owner.pipeline,
      runId: owner.run,
      batchId: owner.batch ?? (named.size === 1 && only !== undefined ? only : owner.run),
      shared: owner.batch === null && named.size > 1,
      step: owner.step,
      attempt: owner.attempt,
      tags: owner.tags,
      reservationId: owner.reservation,
      retryWaste,
      failureCost: !retryWaste && fates.includes('failure'),
    };
    const found: PlainLine[] = [];
    if (isCall(span)) {
      const excluded = isRepetition(span, spans)
        ? 'repeated below'
        : isDuplicate(span, counted)
          ? 'duplicate response'
          : null;
      found.push({ ...base, kind: 'model', costNanoUsd: modelCost(span, prices), excluded });
    }
    const cpuMs = cpuMsOf(span);
    if (cpuMs > 0n) {
      const costNanoUsd = halfEven(cpuMs * prices.cpuMilliNano(owner.pipeline), 1_000_000n);
      found.push({ ...base, kind: 'compute', costNanoUsd, excluded: null });
    }
    return found;
  });
  return lines.toSorted(byEvidence);
}

export const runKey = (owner: Pick<PlainOwner, 'pipeline' | 'run'>): string =>
  JSON.stringify([owner.pipeline, owner.run]);

/** Which batches the spans of each run name. */
export function batchesOfRuns(spans: SpanMap): Map<string, Set<string>> {
  const batches = new Map<string, Set<string>>();
  for (const span of spans.values()) {
    const owner = ownerOf(span, spans);
    if (owner.batch === null) continue;
    const named = batches.get(runKey(owner)) ?? new Set<string>();
    batches.set(runKey(owner), named.add(owner.batch));
  }
  return batches;
}

function isRepetition(span: SpanSpec, spans: SpanMap): boolean {
  const below = [...spans.values()].filter(
    (other) => usesTokens(other) && levelsBelow(other, span, spans) > 0,
  );
  if (sumsUp(span) || !usesTokens(span)) return below.length > 0;
  return below.some(
    (other) => levelsBelow(other, span, spans) <= NESTED_LEVELS_MAX && isSameCall(span, other),
  );
}

/** As many spans may lie between two libraries' spans of one call. */
const NESTED_LEVELS_MAX = 16;

/** Two libraries recorded one call. */
function isSameCall(a: SpanSpec, b: SpanSpec): boolean {
  const [response, tokens] = [responseOf(a), tokensOf(a)];
  if (response !== null && response === responseOf(b)) return false;
  return tokens.some((count) => count > 0) && isDeepStrictEqual(tokens, tokensOf(b));
}

const tokensOf = (span: SpanSpec): number[] =>
  ['input', 'output'].map((side) => Number(span.attributes[`gen_ai.usage.${side}_tokens`] ?? 0));

/** 0: it is not below. */
function levelsBelow(span: SpanSpec, ancestor: SpanSpec, spans: SpanMap): number {
  const parent = parentOf(span, spans);
  if (parent === null) return 0;
  if (parent === ancestor) return 1;
  const levels = levelsBelow(parent, ancestor, spans);
  return levels === 0 ? 0 : levels + 1;
}

const responseOf = (span: SpanSpec): string | null => {
  const id = span.attributes['gen_ai.response.id'];
  return id === undefined ? null : `${span.attributes['gen_ai.provider.name']} ${id}`;
};

/** Of equal response ids the earliest by start, trace id and span id. */
function countedResponses(spans: SpanMap): Map<string, SpanSpec> {
  const earliest = new Map<string, SpanSpec>();
  for (const span of spans.values()) {
    const response = responseOf(span);
    if (response === null || sumsUp(span) || !usesTokens(span)) continue;
    const holder = earliest.get(response);
    if (!holder || isEarlier(span, holder)) earliest.set(response, span);
  }
  return earliest;
}

function isEarlier(a: SpanSpec, b: SpanSpec): boolean {
  return a.startNs === b.startNs ? keyOf(a) < keyOf(b) : a.startNs < b.startNs;
}

function isDuplicate(span: SpanSpec, counted: ReadonlyMap<string, SpanSpec>): boolean {
  const response = responseOf(span);
  if (response === null || !usesTokens(span)) return false;
  return sumsUp(span) ? counted.has(response) : counted.get(response) !== span;
}

function modelCost(span: SpanSpec, prices: PlainPrices): bigint | null {
  const price = prices.models[String(span.attributes['gen_ai.request.model'])];
  if (!price || !usesTokens(span)) return null;
  const input = BigInt(Number(span.attributes['gen_ai.usage.input_tokens'] ?? 0));
  const output = BigInt(Number(span.attributes['gen_ai.usage.output_tokens'] ?? 0));
  return halfEven(input * price.inputQuarters + output * price.outputQuarters, 4n);
}

/** Counters of a start or a heartbeat repeat what the steps say. */
function cpuMsOf(span: SpanSpec): bigint {
  const seconds = span.attributes['process.cpu.time.user'];
  if (seconds === undefined || span.attributes['pipeline.event'] !== undefined) return 0n;
  return BigInt(Math.round(Number(seconds) * 1000));
}

function halfEven(dividend: bigint, divisor: bigint): bigint {
  const floor = dividend / divisor;
  const rest = (dividend % divisor) * 2n;
  if (rest === divisor) return floor % 2n === 0n ? floor : floor + 1n;
  return rest > divisor ? floor + 1n : floor;
}

/** A step of an earlier run of the batch that did not succeed, and that a later run did again with success. */
function isRepeated(span: SpanSpec, spans: SpanMap): boolean {
  const owner = ownerOf(span, spans);
  const inBatch = [...spans.values()].filter((other) => {
    const its = ownerOf(other, spans);
    return its.pipeline === owner.pipeline && its.batch === owner.batch;
  });
  const ran = (run: string): boolean =>
    stepSpans(inBatch, { run, step: owner.step }, spans).length > 0;
  if (!ran(owner.run) || runSucceeded(owner, spans)) return false;
  const later = new Set(inBatch.map((other) => ownerOf(other, spans).run));
  return [...later].some((run) => {
    const steps = stepSpans(inBatch, { run, step: owner.step }, spans);
    return (
      startOfRun({ ...owner, run }, spans) > startOfRun(owner, spans) &&
      steps.length > 0 &&
      steps.every((step) => !step.failed)
    );
  });
}

/** The spans that are the step, not those inside it. Calls and attempts name it too: only a parent tells them apart. */
function stepSpans(
  among: readonly SpanSpec[],
  wanted: { readonly run: string; readonly step: string | null },
  spans: SpanMap,
): SpanSpec[] {
  return among.filter((span) => {
    const owner = ownerOf(span, spans);
    if (owner.run !== wanted.run || owner.step !== wanted.step || isEvent(span)) return false;
    const parent = parentOf(span, spans);
    if (parent === null) {
      return (
        span.parentSpanId === null || (!isCall(span) && enclosingAttempts(span, spans).length === 0)
      );
    }
    const above = ownerOf(parent, spans);
    return placeOf(above) !== placeOf(owner);
  });
}

const placeOf = ({ pipeline, run, batch, step }: PlainOwner): string =>
  JSON.stringify([pipeline, run, batch, step]);

const isEvent = (span: SpanSpec): boolean => span.attributes['pipeline.event'] !== undefined;

const spansOfRun = (owner: Pick<PlainOwner, 'pipeline' | 'run'>, spans: SpanMap): SpanSpec[] =>
  [...spans.values()].filter((span) => runKey(ownerOf(span, spans)) === runKey(owner));

function startOfRun(owner: Pick<PlainOwner, 'pipeline' | 'run'>, spans: SpanMap): bigint {
  return spansOfRun(owner, spans)
    .map(({ startNs }) => startNs)
    .reduce((a, b) => (a < b ? a : b));
}

/** By the outcome that the last of its own spans says, else by their status; false while it has no span of its own. */
function runSucceeded(owner: Pick<PlainOwner, 'pipeline' | 'run'>, spans: SpanMap): boolean {
  const own = spansOfRun(owner, spans).filter((span) => {
    const parent = parentOf(span, spans);
    if (isEvent(span)) return false;
    return parent === null
      ? span.parentSpanId === null
      : runKey(ownerOf(parent, spans)) !== runKey(owner);
  });
  const saying = own
    .filter((span) => outcomeOf(span) !== undefined)
    .toSorted((a, b) => Number(b.endNs - a.endNs));
  const [last] = saying;
  if (last) return outcomeOf(last) === 'succeeded';
  return own.length > 0 && own.every((span) => !span.failed);
}

/** A run that is one attempt may say no more than how that went. */
const outcomeOf = (span: SpanSpec) =>
  span.attributes['pipeline.run.outcome'] ?? span.attributes['pipeline.attempt.outcome'];

function byEvidence(a: PlainLine, b: PlainLine): number {
  const [first, second] = [a, b].map((line) => `${line.traceId}/${line.spanId}/${line.kind}`);
  return (first ?? '') < (second ?? '') ? -1 : 1;
}
