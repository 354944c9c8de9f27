import { FACT_TYPE } from '@burnbook/domain/spanBatch';
import type { SpanBatch } from '@burnbook/domain/spanBatch';

/** A span read back from a batch, or made by the plain reading of the official codec: both as text, to be compared. */
export interface SpanModel {
  traceId: string;
  spanId: string;
  parentId: string;
  name: string;
  startNs: string;
  endNs: string;
  kind: number;
  status: number;
  attrs: string;
  resource: string;
  scope: string;
  resourceFacts: [number, string | number][];
  facts: FactModel[];
  events: string;
  links: string;
  extra: string;
}

export interface FactModel {
  key: number;
  type: number;
  value: string | number;
}

/** Reads the columns of a batch back, checking on the way that they fit together. */
export function readBatch(batch: SpanBatch): SpanModel[] {
  const factsOf = factsBySpan(batch);
  const rareOf = new Map(batch.rare.map((rare) => [rare.span, rare]));
  if (batch.strings[0] !== '') throw new Error('strings[0] must be empty');
  if (new Set(batch.strings).size !== batch.strings.length) throw new Error('strings repeat');
  return Array.from({ length: batch.length }, (_, i) => {
    const source = batch.sources[at(batch.source, i)];
    if (!source) throw new Error(`span ${i} has no source`);
    const rare = rareOf.get(i);
    return {
      traceId: hex(batch.traceHi[i]) + hex(batch.traceLo[i]),
      spanId: hex(batch.spanId[i]),
      parentId: batch.parentId[i] === 0n ? '' : hex(batch.parentId[i]),
      name: batch.strings[at(batch.name, i)] ?? 'missing',
      startNs: String(batch.startNs[i]),
      endNs: String(batch.endNs[i]),
      kind: at(batch.kind, i),
      status: at(batch.status, i),
      attrs: attributesText(batch, i),
      resource: source.resource,
      scope: source.scope,
      resourceFacts: source.facts.map(([code, value]) => [code, value]),
      facts: factsOf.get(i) ?? [],
      events: rare?.events ?? '',
      links: rare?.links ?? '',
      extra: rare?.extra ?? '',
    };
  });
}

/** The JSON text of the attributes of span i; '' when it has none. */
export function attributesText(batch: SpanBatch, i: number): string {
  const start = i === 0 ? 0 : at(batch.attrsEnd, i - 1);
  return Buffer.from(batch.attrs.subarray(start, at(batch.attrsEnd, i))).toString('utf8');
}

function factsBySpan(batch: SpanBatch): Map<number, FactModel[]> {
  const { facts } = batch;
  const bySpan = new Map<number, FactModel[]>();
  for (let j = 0; j < facts.length; j++) {
    const type = at(facts.type, j);
    const value =
      type === FACT_TYPE.text ? (batch.strings[at(facts.text, j)] ?? 'missing') : at(facts.num, j);
    const span = at(facts.span, j);
    bySpan.set(span, [...(bySpan.get(span) ?? []), { key: at(facts.key, j), type, value }]);
  }
  return bySpan;
}

function at(column: { readonly [index: number]: number }, i: number): number {
  const value = column[i];
  if (value === undefined) throw new Error(`a column has no element ${i}`);
  return value;
}

function hex(id: bigint | undefined): string {
  if (id === undefined) throw new Error('an id column is too short');
  return id.toString(16).padStart(16, '0');
}
