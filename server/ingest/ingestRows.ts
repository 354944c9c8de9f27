/** From decoded spans to what the store takes: times settled, model calls found and priced. */
import { FACT_GROUP, FactSet, GROUP_OF_CODE } from '@burnbook/domain/factSet';
import { PROMOTED_KEYS, type Fact } from '@burnbook/domain/semconv';
import type { PriceVersion } from '@burnbook/domain/price';
import { priceCall } from '@burnbook/domain/priceCall';
import type { FactColumns, SpanBatch } from '@burnbook/domain/spanBatch';
import type { CallRecord, IngestBatch } from '../store/ingestBatch.js';
import { emitterOf, type Emitter } from './emitter.js';
import { settleTimes } from './eventTime.js';
import { readModelCall, USAGE_FACTS, type ModelCall } from './modelCall.js';

/** Finds the price of a call; given by the composition root, so that the ingest knows nothing of catalogues. */
export type ResolvePrice = (
  call: Pick<ModelCall, 'provider' | 'model' | 'requestModel' | 'tier'>,
  startNs: bigint,
) => { readonly price: PriceVersion } | { readonly unpriced: string };

export interface IngestRows {
  readonly batch: IngestBatch;
  /** Prices that lines of this batch are pinned to. */
  readonly prices: ReadonlyMap<string, PriceVersion>;
}

const CALL_FACTS: ReadonlySet<Fact> = new Set<Fact>([...USAGE_FACTS, 'model']);
/** By key code: 1 when the key can make its span a model call. */
const CALL_CODES = Uint8Array.from(PROMOTED_KEYS, ({ fact }) => (CALL_FACTS.has(fact) ? 1 : 0));
/** By key code: 1 when the key says why a span failed. */
const ERROR_CODES = Uint8Array.from(PROMOTED_KEYS, ({ fact }) =>
  fact === 'httpStatus' || fact === 'errorType' ? 1 : 0,
);

export function ingestRows(
  spans: SpanBatch,
  receivedNs: bigint,
  resolvePrice: ResolvePrice,
): IngestRows {
  const times = settleTimes(spans, receivedNs);
  const prices = new Map<string, PriceVersion>();
  const calls: CallRecord[] = [];
  const factSet = new FactSet();
  const emitters: Emitter[] = [];
  const emitterOfSpan = (span: number): Emitter => {
    const source = spans.source[span] ?? 0;
    return (emitters[source] ??= emitterOf(spans.sources[source]?.scope ?? ''));
  };
  const { facts } = spans;
  for (let at = 0; at < facts.length;) {
    const span = facts.span[at] ?? 0;
    let end = at;
    let maybeCall = false;
    while (end < facts.length && facts.span[end] === span) {
      maybeCall ||= CALL_CODES[facts.key[end] ?? 0] === 1;
      end++;
    }
    if (maybeCall) {
      factSet.clear();
      factSet.addSpan(facts, at, span, spans.strings);
      const call = readModelCall(factSet, {
        failed: spans.status[span] === 2,
        emitter: emitterOfSpan(span),
      });
      if (call) {
        const startNs = times.startNs[span] ?? receivedNs;
        const durationNs = times.durationNs[span] ?? 0n;
        const found = resolvePrice(call, startNs);
        calls.push(priced(call, { span, durationNs }, found, prices));
      }
    }
    at = end;
  }
  const { length, traceHi, traceLo, spanId, parentId, kind, status, name, source } = spans;
  return {
    batch: {
      length,
      receivedNs,
      traceHi,
      traceLo,
      spanId,
      parentId,
      ...times,
      kind,
      status,
      name,
      source,
      attrs: spans.attrs,
      attrsEnd: spans.attrsEnd,
      facts: storedFacts(spans),
      strings: spans.strings,
      sources: spans.sources,
      calls,
    },
    prices,
  };
}

/**
 * What the store attributes by: usage is in `calls`, and two spans of three carry nothing else but an HTTP status, which
 * tells something of a failure alone.
 */
function storedFacts({ facts, status }: SpanBatch): FactColumns {
  const span = new Uint32Array(facts.length);
  const key = new Uint16Array(facts.length);
  const type = new Uint8Array(facts.length);
  const num = new Float64Array(facts.length);
  const text = new Uint32Array(facts.length);
  let length = 0;
  for (let i = 0; i < facts.length; i++) {
    const code = facts.key[i] ?? 0;
    const isOfUsage = ((GROUP_OF_CODE[code] ?? 0) & FACT_GROUP.usage) !== 0;
    const tellsFailure = ERROR_CODES[code] === 1 && status[facts.span[i] ?? 0] === 2;
    if (isOfUsage && !tellsFailure) continue;
    span[length] = facts.span[i] ?? 0;
    key[length] = code;
    type[length] = facts.type[i] ?? 0;
    num[length] = facts.num[i] ?? 0;
    text[length] = facts.text[i] ?? 0;
    length++;
  }
  return {
    length,
    span: span.slice(0, length),
    key: key.slice(0, length),
    type: type.slice(0, length),
    num: num.slice(0, length),
    text: text.slice(0, length),
  };
}

function priced(
  call: ModelCall,
  { span, durationNs }: { readonly span: number; readonly durationNs: bigint },
  found: ReturnType<ResolvePrice>,
  prices: Map<string, PriceVersion>,
): CallRecord {
  const { usage, fault } = call;
  const billedNs = call.modelNs === null ? durationNs : BigInt(call.modelNs);
  let priceId: string | null = null;
  let costNanoUsd: bigint | null = null;
  let unpricedReason = fault ?? ('unpriced' in found ? found.unpriced : null);
  if (fault === null && 'price' in found) {
    const result = priceCall(found.price, usage, { billedNs, images: call.images });
    if ('unpriced' in result) unpricedReason = result.unpriced;
    else {
      priceId = found.price.id;
      costNanoUsd = result.costNanoUsd;
      prices.set(priceId, found.price);
    }
  }
  // Every call waits for its commit in this form: put together by spreads it takes twice the memory.
  const record: CallRecord = {
    span,
    provider: call.provider,
    model: call.model,
    requestModel: call.requestModel,
    tier: call.tier,
    operation: call.operation,
    usage,
    usageFault: fault,
    billedNs,
    images: call.images,
    priceId,
    costNanoUsd,
    unpricedReason,
    reportedNanoUsd: call.reportedNanoUsd,
    responseId: call.responseId,
    aggregate: call.aggregate,
  };
  const { reportedNote } = call;
  return reportedNote === null ? record : { ...record, reportedNote };
}
