import { codesOf, TAG_CODE, tagFact } from '@burnbook/domain/semconv';
import { FACT_TYPE } from '@burnbook/domain/spanBatch';
import type { AnyValue, Event, KeyValue, Link, Request, Span } from './officialCodec.js';
import type { FactModel, SpanModel } from './spanModel.js';

/**
 * What a request means, read the plain way from the objects of the official codec: the oracle of the decoders. It knows
 * no bounds, so the requests must stay below them.
 */
export function plainReading(request: Request): { spans: SpanModel[]; rejected: number } {
  const spans: SpanModel[] = [];
  let rejected = 0;
  for (const { resource, scopeSpans } of request.resourceSpans) {
    for (const { scope, spans: members } of scopeSpans) {
      for (const span of members) {
        if (!isStorable(span)) {
          rejected++;
          continue;
        }
        spans.push({
          ...spanModel(span),
          resource: objectText(resource?.attributes ?? []) || '{}',
          resourceFacts: facts(resource?.attributes ?? []).map(({ key, value }) => [key, value]),
          scope: membersText({
            name: text(scope?.name),
            version: text(scope?.version),
            attributes: objectText(scope?.attributes ?? []),
          }),
        });
      }
    }
  }
  return { spans, rejected };
}

function isStorable({ traceId, spanId, parentSpanId }: Span): boolean {
  const isId = (id: Uint8Array | null, size: number): boolean =>
    id !== null && id.length === size && id.some((byte) => byte !== 0);
  const parentSize = parentSpanId?.length ?? 0;
  return isId(traceId, 16) && isId(spanId, 8) && (parentSize === 0 || parentSize === 8);
}

function spanModel(span: Span): Omit<SpanModel, 'resource' | 'resourceFacts' | 'scope'> {
  const parent = hex(span.parentSpanId);
  const kind = span.kind ?? 0;
  const status = span.status?.code ?? 0;
  return {
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentId: /^0*$/.test(parent) ? '' : parent,
    name: plain(span.name ?? ''),
    startNs: String(span.startTimeUnixNano ?? 0),
    endNs: String(span.endTimeUnixNano ?? 0),
    kind: kind >= 0 && kind <= 5 ? kind : 0,
    status: status >= 0 && status <= 2 ? status : 0,
    attrs: objectText(span.attributes),
    facts: facts(span.attributes),
    events: listText(span.events.map(eventText)),
    links: listText(span.links.map(linkText)),
    extra: membersText({
      traceState: text(span.traceState),
      statusMessage: text(span.status?.message),
      flags: number(span.flags),
      droppedAttributesCount: number(span.droppedAttributesCount),
      droppedEventsCount: number(span.droppedEventsCount),
      droppedLinksCount: number(span.droppedLinksCount),
    }),
  };
}

function eventText(event: Event): string {
  const time = String(event.timeUnixNano ?? 0);
  return (
    membersText({
      timeUnixNano: time === '0' ? '' : `"${time}"`,
      name: text(event.name),
      attributes: objectText(event.attributes),
      droppedAttributesCount: number(event.droppedAttributesCount),
    }) || '{}'
  );
}

function linkText(link: Link): string {
  return (
    membersText({
      traceId: link.traceId?.length === 16 ? `"${hex(link.traceId)}"` : '',
      spanId: link.spanId?.length === 8 ? `"${hex(link.spanId)}"` : '',
      traceState: text(link.traceState),
      attributes: objectText(link.attributes),
      droppedAttributesCount: number(link.droppedAttributesCount),
      flags: number(link.flags),
    }) || '{}'
  );
}

function facts(attributes: readonly KeyValue[]): FactModel[] {
  return [...firstOfEach(attributes)].flatMap(([key, value]) => {
    const fact = factOf(value);
    if (!fact) return [];
    return (codesOf(key) ?? []).map((code) =>
      code === TAG_CODE
        ? {
            key: code,
            type: FACT_TYPE.text,
            value: tagFact(key, fact.type === FACT_TYPE.bool ? fact.value === 1 : fact.value),
          }
        : { key: code, ...fact },
    );
  });
}

function factOf(value: AnyValue | null): Omit<FactModel, 'key'> | undefined {
  switch (value?.value) {
    case 'stringValue':
      return { type: FACT_TYPE.text, value: plain(value.stringValue ?? '') };
    case 'intValue':
      return { type: FACT_TYPE.int, value: Number(String(value.intValue)) };
    case 'doubleValue':
      return { type: FACT_TYPE.double, value: value.doubleValue ?? 0 };
    case 'boolValue':
      return { type: FACT_TYPE.bool, value: value.boolValue ? 1 : 0 };
    default:
      return undefined;
  }
}

function objectText(attributes: readonly KeyValue[]): string {
  return membersText(
    Object.fromEntries(
      [...firstOfEach(attributes)].map(([key, value]) => [`=${key}`, valueText(value)]),
    ),
  );
}

function firstOfEach(attributes: readonly KeyValue[]): Map<string, AnyValue | null> {
  const first = new Map<string, AnyValue | null>();
  for (const { key, value } of attributes) {
    if (!first.has(key ?? '')) first.set(key ?? '', value);
  }
  return first;
}

function valueText(value: AnyValue | null): string {
  switch (value?.value) {
    case 'stringValue':
      return JSON.stringify(value.stringValue);
    case 'boolValue':
      return String(value.boolValue);
    case 'intValue': {
      const int = BigInt(String(value.intValue));
      const isSafe = int >= -(2n ** 53n) + 1n && int <= 2n ** 53n - 1n;
      return isSafe ? String(int) : `{"$int":"${int}"}`;
    }
    case 'doubleValue':
      return doubleText(value.doubleValue ?? 0);
    case 'bytesValue':
      return `{"$bytes":"${Buffer.from(value.bytesValue ?? []).toString('base64')}"}`;
    case 'arrayValue':
      return `[${(value.arrayValue?.values ?? []).map(valueText).join(',')}]`;
    case 'kvlistValue':
      return objectText(value.kvlistValue?.values ?? []) || '{}';
    default:
      return 'null';
  }
}

function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `{"$double":"${value}"}`;
  if (Object.is(value, -0)) return '-0.0';
  return /[.e]/.test(String(value)) ? String(value) : `${value}.0`;
}

/** JSON of an object in the order given. A leading `=` keeps names like `1` in that order; it is taken off. */
function membersText(members: Record<string, string>): string {
  const texts = Object.entries(members).flatMap(([name, value]) =>
    value === '' ? [] : [`${JSON.stringify(name.replace(/^=/, ''))}:${value}`],
  );
  return texts.length > 0 ? `{${texts.join(',')}}` : '';
}

function listText(texts: string[]): string {
  return texts.length > 0 ? `[${texts.join(',')}]` : '';
}

function text(value: string | null | undefined): string {
  return value ? JSON.stringify(value) : '';
}

function number(value: number | null): string {
  return value ? String(value) : '';
}

function plain(value: string): string {
  return value.replaceAll('\0', '\ufffd');
}

function hex(id: Uint8Array | null): string {
  return Buffer.from(id ?? []).toString('hex');
}
