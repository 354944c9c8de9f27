/** Whose work a span is, in the plain reading. */
import type { AttributeValue, SpanSpec } from './spanSpec.js';

/** Who a span works for. `batch` null: it names none. */
export interface PlainOwner {
  readonly pipeline: string;
  readonly run: string;
  readonly batch: string | null;
  readonly step: string | null;
  readonly attempt: number | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly reservation: string | null;
}

/** All spans by trace and span id. */
export type SpanMap = ReadonlyMap<string, SpanSpec>;

const LEVEL_KEYS = [
  ['pipeline.name', 'cicd.pipeline.name'],
  ['pipeline.run.id', 'cicd.pipeline.run.id'],
  ['pipeline.batch.id', 'pipeline.partition', 'pipeline.nominal_time'],
  ['pipeline.step.name', 'cicd.pipeline.task.name'],
  ['pipeline.attempt.number'],
] as const;

export const keyOf = (span: Pick<SpanSpec, 'traceId' | 'spanId'>): string =>
  `${span.traceId}/${span.spanId}`;

export function parentOf(span: SpanSpec, spans: SpanMap): SpanSpec | null {
  if (span.parentSpanId === null) return null;
  return spans.get(keyOf({ traceId: span.traceId, spanId: span.parentSpanId })) ?? null;
}

export function ownerOf(span: SpanSpec, spans: SpanMap): PlainOwner {
  const find = (level: number, keys: readonly string[]) =>
    alongAncestors(span, spans, { level, keys, from: 'attributes' }) ??
    alongAncestors(span, spans, { level, keys, from: 'resource' });
  const text = (level: number, keys: readonly string[]): string | null => {
    const value = find(level, keys);
    return value === null ? null : String(value);
  };
  const top = topOf(span, spans);
  const attempt = attemptNumber(span, spans) ?? find(4, LEVEL_KEYS[4]);
  return {
    pipeline: text(0, LEVEL_KEYS[0]) ?? String(top.resource['service.name'] ?? 'unknown_service'),
    run: text(1, LEVEL_KEYS[1]) ?? span.traceId,
    batch:
      text(2, ['pipeline.batch.id']) ??
      text(2, ['pipeline.partition']) ??
      text(2, ['pipeline.nominal_time']),
    step: text(3, LEVEL_KEYS[3]),
    attempt: attempt === null ? null : Number(attempt),
    tags: tagsOf(span, spans),
    reservation: everywhere(span, spans, 'burnbook.reservation.id'),
  };
}

/** Each name's own value, else its ancestors', else the resource's. */
function tagsOf(span: SpanSpec, spans: SpanMap): Record<string, string> {
  const family = [span, ...ancestorsOf(span, spans)];
  const names = family
    .flatMap(({ attributes, resource }) => [...Object.keys(attributes), ...Object.keys(resource)])
    .filter((key) => key.startsWith('tag.'));
  return Object.fromEntries(
    [...new Set(names)].map((key) => [key.slice(4), everywhere(span, spans, key) ?? '']),
  );
}

/** A key that no level cuts off. */
function everywhere(span: SpanSpec, spans: SpanMap, key: string): string | null {
  const family = [span, ...ancestorsOf(span, spans)];
  const value =
    family.map(({ attributes }) => attributes[key]).find((said) => said !== undefined) ??
    family.map(({ resource }) => resource[key]).find((said) => said !== undefined);
  return value === undefined ? null : String(value);
}

/** The span's own value, then its ancestors'; who sets a wider level inherits nothing below it. */
function alongAncestors(
  span: SpanSpec,
  spans: SpanMap,
  wanted: {
    readonly level: number;
    readonly keys: readonly string[];
    readonly from: 'attributes' | 'resource';
  },
): AttributeValue | null {
  const own = wanted.keys.map((key) => span[wanted.from][key]).find((value) => value !== undefined);
  if (own !== undefined) return own;
  if (setsWider(span, wanted.level, 'attributes')) return null;
  if (wanted.from === 'resource' && setsWider(span, wanted.level, 'resource')) return null;
  const parent = parentOf(span, spans);
  return parent === null ? null : alongAncestors(parent, spans, wanted);
}

function setsWider(span: SpanSpec, level: number, from: 'attributes' | 'resource'): boolean {
  return LEVEL_KEYS.slice(0, level).some((keys) =>
    keys.some((key) => span[from][key] !== undefined),
  );
}

/** Of attributes alone: a span's own attempt, its counted resends included, else its ancestors'. */
function attemptNumber(span: SpanSpec, spans: SpanMap): number | null {
  const own = ownAttempt(span, spans);
  if (own !== null) return own;
  if (setsWider(span, 4, 'attributes')) return null;
  const parent = parentOf(span, spans);
  return parent === null ? null : attemptNumber(parent, spans);
}

function topOf(span: SpanSpec, spans: SpanMap): SpanSpec {
  const parent = parentOf(span, spans);
  return parent === null ? span : topOf(parent, spans);
}

/** The span's own number; resends count only where no ancestor has an attempt. */
export function ownAttempt(span: SpanSpec, spans: SpanMap): number | null {
  const said = span.attributes['pipeline.attempt.number'];
  if (said !== undefined) return Number(said);
  const resends = span.attributes['http.request.resend_count'];
  if (
    resends === undefined ||
    ancestorsOf(span, spans).some((above) => ownAttempt(above, spans) !== null)
  ) {
    return null;
  }
  return Number(resends) + 1;
}

export function ancestorsOf(span: SpanSpec, spans: SpanMap): SpanSpec[] {
  const parent = parentOf(span, spans);
  return parent === null ? [] : [parent, ...ancestorsOf(parent, spans)];
}
