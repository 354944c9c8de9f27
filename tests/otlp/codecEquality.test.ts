import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTracesJson } from '../../server/otlp/decodeTracesJson.js';
import { decodeTracesProtobuf } from '../../server/otlp/decodeTracesProtobuf.js';
import { arbitraryRequest } from './support/arbitraryRequest.js';
import { jsonBody } from './support/jsonBody.js';
import { decodeRequest, encodeRequest } from './support/officialCodec.js';
import { plainReading } from './support/plainReading.js';
import { readBatch } from './support/spanModel.js';

const RUNS = 300;

describe('the decoders against the official codec', () => {
  it('reads any protobuf request as the official codec does', () => {
    fc.assert(
      fc.property(arbitraryRequest, (request) => {
        const bytes = encodeRequest(request);
        const expected = plainReading(decodeRequest(bytes));
        const batch = decodeTracesProtobuf(bytes);
        expect(readBatch(batch)).toEqual(expected.spans);
        expect(batch.rejected).toBe(expected.rejected);
        expect(batch.warning).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  it('reads any JSON request, however it is written, into the batch of its protobuf', () => {
    fc.assert(
      fc.property(arbitraryRequest, fc.infiniteStream(fc.nat()), (request, choices) => {
        const text = jsonBody(request, (count) => Number(choices.next().value) % count);
        const fromJson = decodeTracesJson(Buffer.from(text));
        const fromProtobuf = decodeTracesProtobuf(encodeRequest(request));
        expect(readBatch(fromJson)).toEqual(readBatch(fromProtobuf));
        expect(fromJson.rejected).toBe(fromProtobuf.rejected);
        expect(fromJson.rejectedReason).toBe(fromProtobuf.rejectedReason);
      }),
      { numRuns: RUNS },
    );
  });

  it('hands out columns of exactly the batch, which survive a structured clone and the next request', () => {
    fc.assert(
      fc.property(arbitraryRequest, arbitraryRequest, (request, next) => {
        const batch = decodeTracesProtobuf(encodeRequest(request));
        const before = readBatch(batch);
        for (const column of [batch.traceHi, batch.attrsEnd, batch.name, batch.source]) {
          expect(column.length).toBe(batch.length);
          expect(column.buffer.byteLength).toBe(column.byteLength);
        }
        expect(batch.facts.span.length).toBe(batch.facts.length);
        expect(batch.attrs.byteLength).toBe(batch.attrs.buffer.byteLength);
        decodeTracesProtobuf(encodeRequest(next));
        expect(readBatch(structuredClone(batch))).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });
});
