import type { RareParts, SpanBatch, SpanSource } from '@burnbook/domain/spanBatch';
import { AttributeMap } from './attributeMap.js';
import type { ByteSource } from './byteSource.js';
import { ByteWriter } from './byteWriter.js';
import { tooLarge } from './decodeError.js';
import { KeyTable } from './keyTable.js';
import { OUTPUT_BYTES_MAX } from './limits.js';
import { extraText } from './rareText.js';
import { mapKey } from './mapKey.js';
import { SpanColumns } from './spanColumns.js';
import { SpanDraft } from './spanDraft.js';
import { TextTable } from './textTable.js';

const ATTRS_INITIAL_BYTES = 1024 * 1024;
const SIDE_INITIAL_BYTES = 16 * 1024;

/** A promoted resource attribute. */
export type SourceFact = readonly [keyCode: number, value: string | number];

/**
 * What both decoders write into: the columns, the JSON text and the tables of one request.
 *
 * Use: `begin`; per resource and scope `setResource` and `setScope`; per span `beginSpan`, fill `span`, write the
 * attributes to `attrs` under `map`, `closeAttributes`, `endSpan`; then `finish`; last, always, `end`. All memory but the
 * result is used again.
 */
export class TraceBuilder {
  /** The attributes of all spans. */
  readonly attrs = new ByteWriter(ATTRS_INITIAL_BYTES);
  /** Everything else that becomes JSON text; whoever uses it puts `length` back. */
  readonly side = new ByteWriter(SIDE_INITIAL_BYTES);
  readonly keys = new KeyTable();
  readonly texts = new TextTable();
  readonly map = new AttributeMap(this.keys);
  readonly columns = new SpanColumns();
  readonly span = new SpanDraft();

  #resource = '';
  #resourceKey = '';
  #resourceFacts: readonly SourceFact[] = [];
  #scope = '';
  /** Index of the current source; -1 while no span has used it. */
  #source = -1;
  #sources: SpanSource[] = [];
  #sourceIndexes = new Map<string, number>();
  #rare: RareParts[] = [];
  #sourceBytes = 0;
  #rareBytes = 0;
  #extraText = '';
  #extraFlags = 0;

  #attrsStart = 0;
  #factsStart = 0;
  #badTraceIds = 0;
  #badSpanIds = 0;
  #badParentIds = 0;
  /** Values of attributes that are whole numbers and no int64. */
  beyondInt64 = 0;

  begin(body: ByteSource): void {
    this.keys.begin();
    this.texts.begin(body);
    this.#sourceBytes = 0;
    this.#rareBytes = 0;
    this.#badTraceIds = 0;
    this.#badSpanIds = 0;
    this.#badParentIds = 0;
    this.beyondInt64 = 0;
  }

  /** Lets go of the request, and of memory that only a huge one needed. To be called whether it could be read or not. */
  end(): void {
    this.attrs.reset();
    this.side.reset();
    this.texts.end();
    this.columns.reset();
    this.span.clear();
    this.setResource('', []);
    this.#sources = [];
    this.#sourceIndexes = new Map();
    this.#rare = [];
  }

  /** The resource of the spans to come, which have no scope yet. */
  setResource(json: string, facts: readonly SourceFact[]): void {
    this.#resource = json;
    this.#resourceKey = mapKey(json);
    this.#resourceFacts = facts;
    this.setScope('');
  }

  setScope(json: string): void {
    this.#scope = json;
    this.#source = -1;
  }

  beginSpan(): void {
    this.span.clear();
    this.map.begin();
    this.#attrsStart = this.attrs.length;
    this.#factsStart = this.columns.facts.length;
  }

  /** Ends the attributes of the span; from then on `map` is free for its events and links. */
  closeAttributes(): void {
    this.map.close(this.attrs);
    this.span.unkeptAttributes = this.map.dropped;
  }

  /** Index of the span being built. */
  get spanIndex(): number {
    return this.columns.length;
  }

  /** Keeps the span, or takes it back and counts it when its ids can never be stored. */
  endSpan(): void {
    const { span } = this;
    if (this.#isRejected(span)) {
      this.attrs.length = this.#attrsStart;
      this.columns.facts.length = this.#factsStart;
      return;
    }
    if (this.#source < 0) this.#source = this.#sourceIndex();
    this.#keepRare(span);
    this.columns.add(span, this.#source, this.attrs.length);
  }

  finish(): SpanBatch {
    const { attrs, side, keys, texts } = this;
    const rejected = this.#badTraceIds + this.#badSpanIds + this.#badParentIds;
    const invalid = attrs.invalidTexts + side.invalidTexts + keys.invalidTexts + texts.invalidTexts;
    return {
      ...this.columns.toColumns(),
      attrs: attrs.bytes.slice(0, attrs.length),
      rare: this.#rare,
      strings: texts.strings,
      sources: this.#sources,
      rejected,
      rejectedReason: rejected > 0 ? this.#rejectedReason(rejected) : undefined,
      warning: this.#warning(invalid),
    };
  }

  #warning(invalidTexts: number): string | undefined {
    const warnings: string[] = [];
    if (invalidTexts > 0) {
      warnings.push(
        `${invalidTexts} texts were not valid UTF-8; the invalid bytes were replaced by U+FFFD`,
      );
    }
    if (this.beyondInt64 > 0) {
      warnings.push(`${this.beyondInt64} intValue were beyond 64 bits; they were kept as text`);
    }
    return warnings.length > 0 ? warnings.join('; ') : undefined;
  }

  #isRejected(span: SpanDraft): boolean {
    const id = span.traceId;
    if (id[0] === 0 && id[1] === 0 && id[2] === 0 && id[3] === 0) {
      this.#badTraceIds++;
      return true;
    }
    if (span.spanIdHigh === 0 && span.spanIdLow === 0) {
      this.#badSpanIds++;
      return true;
    }
    if (span.parentIdInvalid) {
      this.#badParentIds++;
      return true;
    }
    return false;
  }

  #rejectedReason(rejected: number): string {
    const counts = [
      [this.#badTraceIds, 'a trace id that is not 16 bytes or is all zero'],
      [this.#badSpanIds, 'a span id that is not 8 bytes or is all zero'],
      [this.#badParentIds, 'a parent span id that is neither absent nor 8 bytes'],
    ] as const;
    const parts = counts
      .filter(([count]) => count > 0)
      .map(([count, what]) => `${count} with ${what}`);
    return `${rejected} of ${rejected + this.columns.length} spans were rejected: ${parts.join(', ')}`;
  }

  #sourceIndex(): number {
    const identity = mapKey(`${this.#resourceKey}\n${this.#scope}`);
    const known = this.#sourceIndexes.get(identity);
    if (known !== undefined) return known;
    // A large resource above many scopes would be repeated for each.
    this.#sourceBytes += this.#resource.length + this.#scope.length;
    if (this.#sourceBytes > OUTPUT_BYTES_MAX) tooLarge('the resources and scopes are too large');
    const index = this.#sources.length;
    this.#sources.push({
      resource: this.#resource,
      scope: this.#scope,
      facts: this.#resourceFacts,
    });
    this.#sourceIndexes.set(identity, index);
    return index;
  }

  #keepRare(span: SpanDraft): void {
    const dropped = span.droppedAttributes + span.unkeptAttributes;
    const { traceState, statusMessage, flags, droppedEvents, droppedLinks, events, links } = span;
    let extra = '';
    if (traceState || statusMessage || dropped || droppedEvents || droppedLinks) {
      extra = extraText(span, dropped);
    } else if (flags !== 0) {
      // SDKs set the same flags on every span: one text for all.
      if (flags !== this.#extraFlags) {
        this.#extraFlags = flags;
        this.#extraText = extraText(span, 0);
      }
      extra = this.#extraText;
    }
    if (!extra && !events && !links) return;
    this.#rareBytes += events.length + links.length + traceState.length + statusMessage.length;
    if (this.#rareBytes > OUTPUT_BYTES_MAX) tooLarge('the events and links are too large');
    this.#rare.push({
      span: this.columns.length,
      ...(events && { events }),
      ...(links && { links }),
      ...(extra && { extra }),
    });
  }
}
