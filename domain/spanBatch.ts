/**
 * Spans of one export request as columns: what a decoder writes and the ingest reads.
 *
 * Typed arrays, no object per span: an object per span and attribute costs more than the decoding itself.
 * All arrays of spans have at least `length` elements; index i is the same span in each.
 */
export interface SpanBatch {
  /** Number of valid spans. */
  readonly length: number;
  /** Trace id, big-endian halves; never both 0. */
  readonly traceHi: BigUint64Array;
  readonly traceLo: BigUint64Array;
  /** Never 0. */
  readonly spanId: BigUint64Array;
  /** 0: no parent (a root). */
  readonly parentId: BigUint64Array;
  /** UTC nanoseconds exactly as on the wire, not yet checked against the clock. */
  readonly startNs: BigUint64Array;
  readonly endNs: BigUint64Array;
  /** SpanKind 0 to 5; an unknown number is kept as 0. */
  readonly kind: Uint8Array;
  /** Status code: 0 unset, 1 ok, 2 error. */
  readonly status: Uint8Array;
  /** Index into `strings`. */
  readonly name: Uint32Array;
  /** Index into `sources`. */
  readonly source: Uint32Array;
  /** UTF-8 JSON object of *all* attributes of span i: attrs[attrsEnd[i-1] ?? 0 .. attrsEnd[i]]; zero bytes: none. */
  readonly attrs: Uint8Array;
  readonly attrsEnd: Uint32Array;
  /**
   * Rare parts as JSON text, by span index, absent when empty: events, links, and `extra` (traceState, statusMessage,
   * flags, droppedAttributesCount, droppedEventsCount, droppedLinksCount).
   */
  readonly rare: readonly RareParts[];
  /** Promoted attributes of the spans, in the order of spans. */
  readonly facts: FactColumns;
  /** Distinct texts of names and facts. Index 0 is always ''. */
  readonly strings: readonly string[];
  readonly sources: readonly SpanSource[];
  /** Spans left out because they can never be stored, with one English reason for the client. */
  readonly rejected: number;
  readonly rejectedReason: string | undefined;
  /** A remark for a client whose spans were all kept (invalid UTF-8 replaced, say). */
  readonly warning: string | undefined;
}

export interface RareParts {
  readonly span: number;
  readonly events?: string;
  readonly links?: string;
  readonly extra?: string;
}

/**
 * Promoted attributes in coordinate form: entry j says that span `span[j]` has the key `PROMOTED_KEYS[key[j]]`.
 * A key is listed once a span: the first occurrence on the wire.
 */
export interface FactColumns {
  readonly length: number;
  readonly span: Uint32Array;
  readonly key: Uint16Array;
  readonly type: Uint8Array;
  /** The value of `int` (rounded beyond 2^53), `double` and `bool` (0, 1). */
  readonly num: Float64Array;
  /** Index into `strings` for `text`; for anything else 0. */
  readonly text: Uint32Array;
}

export const FACT_TYPE = { text: 0, int: 1, double: 2, bool: 3 } as const;

/** Resource and instrumentation scope of a group of spans. */
export interface SpanSource {
  /** JSON object of all resource attributes. */
  readonly resource: string;
  /** JSON object: name, version, attributes of the scope; '' when the scope is absent or empty. */
  readonly scope: string;
  /** Promoted resource attributes: [key code, value]. */
  readonly facts: readonly (readonly [keyCode: number, value: string | number])[];
}
