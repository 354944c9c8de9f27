import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanBatch } from '@burnbook/domain/spanBatch';
import { DecodeError } from '../../server/otlp/decodeError.js';
import { decodeTracesJson } from '../../server/otlp/decodeTracesJson.js';
import { decodeTracesProtobuf } from '../../server/otlp/decodeTracesProtobuf.js';
import { arbitraryRequest } from './support/arbitraryRequest.js';
import { jsonBody } from './support/jsonBody.js';
import { encodeRequest } from './support/officialCodec.js';
import { readBatch } from './support/spanModel.js';

const RUNS = 1500;

/** A change of some bytes at a place that is given as a share of the whole. */
interface Mutation {
  readonly kind: 'set' | 'insert' | 'remove' | 'repeat' | 'cut';
  readonly place: number;
  readonly bytes: Uint8Array;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('set', 'insert', 'remove', 'repeat', 'cut'),
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 4 }),
    fc.constantFrom(
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f),
      Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01),
      Uint8Array.of(0x0b),
      Uint8Array.of(0x22),
      Uint8Array.of(0x5c),
      Uint8Array.of(0x5b),
      Uint8Array.of(0x7b),
    ),
  ),
});

describe('the decoders under fuzzing', () => {
  it.each([
    ['protobuf', decodeTracesProtobuf, (request: object) => encodeRequest(request)] as const,
    [
      'JSON',
      decodeTracesJson,
      (request: object) => Buffer.from(jsonBody(request, () => 0)),
    ] as const,
  ])('turn mutated %s into a sound batch or a DecodeError', (_, decode, encode) => {
    let decoded = 0;
    let refused = 0;
    fc.assert(
      fc.property(
        arbitraryRequest,
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        (request, mutations) => {
          const batch = decodeOrRefuse(
            decode,
            mutations.reduce(mutate, Buffer.from(encode(request))),
          );
          if (batch) decoded++;
          else refused++;
        },
      ),
      { numRuns: RUNS },
    );
    // Both ways out were really taken.
    expect(decoded).toBeGreaterThan(RUNS / 100);
    expect(refused).toBeGreaterThan(RUNS / 100);
  });

  it.each([['protobuf', decodeTracesProtobuf] as const, ['JSON', decodeTracesJson] as const])(
    'turn random bytes into a sound %s batch or a DecodeError',
    (_, decode) => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
          decodeOrRefuse(decode, bytes);
        }),
        { numRuns: RUNS },
      );
    },
  );
});

function mutate(bytes: Buffer, { kind, place, bytes: given }: Mutation): Buffer {
  const at = Math.floor(place * bytes.length);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at);
  switch (kind) {
    case 'set':
      return Buffer.concat([before, given, after.subarray(given.length)]);
    case 'insert':
      return Buffer.concat([before, given, after]);
    case 'remove':
      return Buffer.concat([before, after.subarray(given.length)]);
    case 'repeat':
      return Buffer.concat([bytes, after]);
    case 'cut':
      return Buffer.from(before);
  }
}

/** @returns undefined when it was refused; throws when the batch is unsound or the error is of another kind. */
function decodeOrRefuse(
  decode: (bytes: Uint8Array) => SpanBatch,
  bytes: Uint8Array,
): SpanBatch | undefined {
  let batch;
  try {
    batch = decode(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
  expect(isUtf8(batch.attrs)).toBe(true);
  for (const span of readBatch(batch)) {
    expect(span.traceId).not.toBe('0'.repeat(32));
    expect(span.spanId).not.toBe('0'.repeat(16));
    for (const text of [
      span.attrs,
      span.resource,
      span.scope,
      span.events,
      span.links,
      span.extra,
    ]) {
      if (text) JSON.parse(text);
    }
  }
  expect(batch.rejected > 0).toBe(batch.rejectedReason !== undefined);
  return batch;
}
