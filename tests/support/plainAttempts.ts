/** Attempts in the plain reading: which of them enclose a span, and which lost. */
import { isCall } from './plainCall.js';
import { ancestorsOf, ownAttempt, ownerOf, parentOf, type SpanMap } from './plainOwner.js';
import type { SpanSpec } from './spanSpec.js';

/** An attempt by its operation and number. */
type AttemptKey = string;

/** Every attempt around the span, its own one included, and those around the other spans of these attempts. */
export function enclosingAttempts(span: SpanSpec, spans: SpanMap): AttemptKey[] {
  const found = new Set(chainOf(span, spans));
  const attempts = [...spans.values()].filter((other) => isAttempt(other, spans));
  for (;;) {
    const { size } = found;
    for (const other of attempts) {
      const [own = '', ...outer] = chainOf(other, spans);
      if (found.has(own)) for (const key of outer) found.add(key);
    }
    if (found.size === size) return [...found];
  }
}

export interface PlainAttempt {
  readonly span: SpanSpec;
  readonly operation: string;
  readonly outcome: string;
}

/** Every attempt with its operation. */
export function attemptsOf(spans: SpanMap): PlainAttempt[] {
  return [...spans.values()].flatMap((span) => {
    if (!isAttempt(span, spans)) return [];
    const said = span.attributes['pipeline.attempt.outcome'];
    const outcome = said === undefined ? (span.failed ? 'failed' : 'succeeded') : String(said);
    return [{ span, operation: operationOf(span, spans), outcome }];
  });
}

/** `waste`: another attempt of its operation won. `failure`: none did. Attempts that won are not listed. */
export function judgeAttempts(spans: SpanMap): Map<AttemptKey, 'waste' | 'failure'> {
  const outcomes = new Map<AttemptKey, boolean>();
  for (const span of spans.values()) {
    if (!isAttempt(span, spans)) continue;
    const [key = ''] = chainOf(span, spans);
    const said = span.attributes['pipeline.attempt.outcome'];
    const won = said === undefined ? !span.failed : said === 'succeeded';
    outcomes.set(key, won || outcomes.get(key) === true);
  }
  const operation = (key: AttemptKey): string => key.slice(0, key.lastIndexOf('#'));
  const winners = new Set([...outcomes].filter(([, won]) => won).map(([key]) => operation(key)));
  return new Map(
    [...outcomes]
      .filter(([, won]) => !won)
      .map(([key]) => [key, winners.has(operation(key)) ? 'waste' : 'failure']),
  );
}

/** The attempts of the span and of its ancestors, innermost first, one that is repeated on spans inside it once. */
export function chainOf(span: SpanSpec, spans: SpanMap): AttemptKey[] {
  const keys = [span, ...ancestorsOf(span, spans)].flatMap((at) => {
    const number = ownAttempt(at, spans);
    return number === null ? [] : [`${operationOf(at, spans)}#${number}`];
  });
  return keys.filter((key, index) => key !== keys[index + 1]);
}

function operationOf(span: SpanSpec, spans: SpanMap): string {
  const { pipeline, run, step } = ownerOf(span, spans);
  const named = span.attributes['pipeline.operation.id'];
  return JSON.stringify(
    named === undefined
      ? [run, step, span.traceId, span.parentSpanId, span.name]
      : [pipeline, run, named],
  );
}

/** Whether the span is an attempt, not one inside it that repeats its number: with its parent unknown, a call may be. */
export function isAttempt(span: SpanSpec, spans: SpanMap): boolean {
  if (ownAttempt(span, spans) === null) return false;
  const parent = parentOf(span, spans);
  if (parent === null) {
    const isOrphan = span.parentSpanId !== null;
    return !(isOrphan && isCall(span) && span.attributes['pipeline.attempt.outcome'] === undefined);
  }
  return chainOf(span, spans)[0] !== chainOf(parent, spans)[0];
}
