/** Choices that OTLP/JSON leaves to the sender; `pick(n)` returns one of 0 to n − 1. */
export type Pick = (choices: number) => number;

const IDS = new Set(['traceId', 'spanId', 'parentSpanId']);
const WIDE = new Set(['intValue', 'startTimeUnixNano', 'endTimeUnixNano', 'timeUnixNano']);
const SPACES = ['', '', '', ' ', '\n\t', '\r\n  '];

/** A plain request as OTLP/JSON text, with the freedom that a sender has taken at random. */
export function jsonBody(request: object, pick: Pick): string {
  return write(request, '', pick);
}

function write(value: unknown, field: string, pick: Pick): string {
  const space = (): string => SPACES[pick(SPACES.length)] ?? '';
  if (value instanceof Uint8Array) return bytesText(value, field, pick);
  if (Array.isArray(value)) {
    const elements = value.map((element) => space() + write(element, '', pick) + space());
    return `[${elements.join(',') || space()}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = shuffled(Object.entries(value), pick).map(
      ([name, member]) =>
        `${nameText(name, pick)}${space()}:${space()}${write(member, name, pick)}`,
    );
    // A receiver must ignore what it does not know, snake_case names of known fields included.
    if (pick(4) === 0) members.push(UNKNOWN[pick(UNKNOWN.length)] ?? '');
    return `{${members.map((member) => space() + member + space()).join(',')}}`;
  }
  if (typeof value === 'string') {
    if (WIDE.has(field)) return pick(2) === 0 ? value : `"${value}"`;
    return stringText(value, pick);
  }
  if (field === 'doubleValue') return doubleText(Number(value), pick);
  if (field.startsWith('dropped') && pick(2) === 0) return `"${String(value)}"`;
  return String(value);
}

const UNKNOWN = [
  '"unknown":{"deep":[1,{"a":null}],"text":"\\ud800 \\\\"}',
  '"trace_id":"AAAA"',
  '"string_value":7',
  '"start_time_unix_nano":"x"',
  '"__proto__":{"polluted":true}',
  '"":[]',
];

function bytesText(bytes: Uint8Array, field: string, pick: Pick): string {
  if (IDS.has(field)) {
    const hex = Buffer.from(bytes).toString('hex');
    return `"${pick(2) === 0 ? hex : hex.toUpperCase()}"`;
  }
  const encodings = ['base64', 'base64url'] as const;
  return JSON.stringify(Buffer.from(bytes).toString(encodings[pick(2)]));
}

function doubleText(value: number, pick: Pick): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  const text = Object.is(value, -0) ? '-0' : String(value);
  return pick(3) === 0 ? `"${text}"` : text;
}

function nameText(name: string, pick: Pick): string {
  return pick(20) === 0 ? `"\\u${unit(name)}${name.slice(1)}"` : `"${name}"`;
}

function stringText(text: string, pick: Pick): string {
  if (pick(3) !== 0) return JSON.stringify(text);
  const escaped = Array.from({ length: text.length }, (_, i) => {
    if (pick(2) === 0) return `\\u${unit(text.slice(i))}`;
    return text[i] === '/' ? '\\/' : undefined;
  });
  // An escaped half of a pair must not stand beside a plain one.
  if (/[\ud800-\udfff]/.test(text)) return JSON.stringify(text);
  return `"${escaped.map((part, i) => part ?? JSON.stringify(text[i]).slice(1, -1)).join('')}"`;
}

function unit(text: string): string {
  const hex = text.charCodeAt(0).toString(16).padStart(4, '0');
  return hex;
}

function shuffled<Item>(items: Item[], pick: Pick): Item[] {
  const rest = [...items];
  const result: Item[] = [];
  while (rest.length > 0) result.push(...rest.splice(pick(rest.length), 1));
  return result;
}
