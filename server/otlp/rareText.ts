/**
 * JSON text of the parts of a trace that are no columns. All texts that go in are JSON already (`time` is decimal
 * digits), '' stands for absent, and default values are left out as in OTLP/JSON.
 */
import type { SpanDraft } from './spanDraft.js';

/** The rare members of a span; '' when all have their default. */
export function extraText(span: SpanDraft, droppedAttributes: number): string {
  return objectText([
    memberText('traceState', span.traceState),
    memberText('statusMessage', span.statusMessage),
    memberText('flags', span.flags),
    memberText('droppedAttributesCount', droppedAttributes),
    memberText('droppedEventsCount', span.droppedEvents),
    memberText('droppedLinksCount', span.droppedLinks),
  ]);
}

/** An InstrumentationScope; '' when it is empty. */
export function scopeText(scope: { name: string; version: string; attributes: string }): string {
  return objectText([
    memberText('name', scope.name),
    memberText('version', scope.version),
    memberText('attributes', scope.attributes),
  ]);
}

export function eventText(event: {
  time: string;
  name: string;
  attributes: string;
  dropped: number;
}): string {
  const text = objectText([
    event.time === '' || event.time === '0' ? '' : `"timeUnixNano":"${event.time}"`,
    memberText('name', event.name),
    memberText('attributes', event.attributes),
    memberText('droppedAttributesCount', event.dropped),
  ]);
  return text || '{}';
}

export function linkText(link: {
  traceId: string;
  spanId: string;
  traceState: string;
  attributes: string;
  dropped: number;
  flags: number;
}): string {
  const text = objectText([
    memberText('traceId', link.traceId),
    memberText('spanId', link.spanId),
    memberText('traceState', link.traceState),
    memberText('attributes', link.attributes),
    memberText('droppedAttributesCount', link.dropped),
    memberText('flags', link.flags),
  ]);
  return text || '{}';
}

/** A JSON object of members that are JSON text already; empty ones are left out, and '' stands for no member at all. */
function objectText(members: readonly string[]): string {
  const present = members.filter((member) => member !== '');
  return present.length > 0 ? `{${present.join(',')}}` : '';
}

/** `"name":value`, or '' for an empty value or the default 0. */
function memberText(name: string, value: string | number): string {
  return value === '' || value === 0 ? '' : `"${name}":${value}`;
}
