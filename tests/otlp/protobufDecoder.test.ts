import { describe, expect, it } from 'vitest';
import { PROMOTED_KEYS } from '@burnbook/domain/semconv';
import { DecodeError } from '../../server/otlp/decodeError.js';
import { decodeTracesProtobuf } from '../../server/otlp/decodeTracesProtobuf.js';
import { field, hexId, stringAttribute, traceBody, varint } from './conformance/bodies.js';
import { attributesText, readBatch } from './support/spanModel.js';

const IDS = { traceId: Buffer.from(hexId(16), 'hex'), spanId: Buffer.from(hexId(8), 'hex') };

describe('the protobuf decoder', () => {
  it('merges a resource, a scope and a status that come in pieces, wherever they stand', () => {
    const span = Buffer.concat([
      field(1, IDS.traceId),
      field(15, field(2, 'broken')),
      field(2, IDS.spanId),
      field(15, Buffer.from([0x18, 2])),
    ]);
    const body = field(
      1,
      Buffer.concat([
        field(
          2,
          Buffer.concat([field(2, span), field(1, field(1, 'lib')), field(1, field(2, '1'))]),
        ),
        field(1, stringAttribute(1, 'service.name', 'a')),
        field(1, stringAttribute(1, 'team', 'b')),
      ]),
    );
    const [model] = readBatch(decodeTracesProtobuf(body));
    expect(model).toMatchObject({
      resource: '{"service.name":"a","team":"b"}',
      scope: '{"name":"lib","version":"1"}',
      status: 2,
      extra: '{"statusMessage":"broken"}',
    });
    expect(model?.resourceFacts.map(([code, value]) => [PROMOTED_KEYS[code]?.fact, value])).toEqual(
      [
        ['serviceName', 'a'],
        ['team', 'b'],
      ],
    );
  });

  it('merges a value that comes in pieces, and lets the last member of another kind win', () => {
    const arrayOf = (text: string) => field(5, field(1, field(1, text)));
    const attribute = (key: string, ...pieces: Buffer[]) =>
      field(9, Buffer.concat([...pieces.map((piece) => field(2, piece)), field(1, key)]));
    const mapOf = (key: string) => field(6, stringAttribute(1, key, 'v'));
    const body = traceBody('protobuf', [
      {
        rawProtobuf: Buffer.concat([
          attribute('array', arrayOf('a'), arrayOf('b')),
          attribute('inOne', Buffer.concat([mapOf('x'), mapOf('y'), mapOf('x')])),
          attribute('scalarWins', arrayOf('a'), Buffer.from([0x18, 7])),
          attribute('arrayWins', Buffer.from([0x18, 7]), arrayOf('a')),
          attribute('reset', arrayOf('a'), arrayOf('b'), Buffer.from([0x18, 7]), arrayOf('c')),
          attribute('team', field(1, 'one'), field(1, 'two')),
        ]),
      },
    ]);
    const batch = decodeTracesProtobuf(body);
    expect(attributesText(batch, 0)).toBe(
      '{"array":["a","b"],"inOne":{"x":"v","y":"v"},"scalarWins":7,"arrayWins":["a"],"reset":["c"],"team":"two"}',
    );
    expect(readBatch(batch)[0]?.facts).toMatchObject([{ type: 0, value: 'two' }]);
  });

  it('is not misled by a long key that looks like a short one', () => {
    // Read with a length of one byte, this key would end one byte early at what looks like the tag of a value.
    const key = `${'k'.repeat(199)}\x12`;
    const body = traceBody('protobuf', [{ rawProtobuf: stringAttribute(9, key, 'v'.repeat(15)) }]);
    expect(JSON.parse(attributesText(decodeTracesProtobuf(body), 0))).toEqual({
      [key]: 'v'.repeat(15),
    });
  });

  it('keeps the last of a repeated scalar field and treats a wrong wire type as unknown', () => {
    const body = traceBody('protobuf', [
      {
        name: 'first',
        rawProtobuf: Buffer.concat([
          field(5, 'last'),
          Buffer.from([5 * 8, 1]),
          Buffer.from([6 * 8, 3]),
          field(6, 'kind as text'),
        ]),
      },
    ]);
    expect(readBatch(decodeTracesProtobuf(body))[0]).toMatchObject({ name: 'last', kind: 3 });
  });

  it('refuses groups and values that are nested too deep, and lengths beyond the message', () => {
    const groups = (depth: number) =>
      Buffer.from([
        ...Array.from({ length: depth }, () => varint(20 * 8 + 3)).flat(),
        ...Array.from({ length: depth }, () => varint(20 * 8 + 4)).flat(),
      ]);
    expect(decodeTracesProtobuf(groups(64)).length).toBe(0);
    expect(() => decodeTracesProtobuf(groups(65))).toThrow(
      new DecodeError('malformed', 'the protobuf message has groups nested deeper than 64'),
    );
    expect(() => decodeTracesProtobuf(Buffer.from([0x0a, 0x80, 0x80, 0x80, 0x80, 0x10]))).toThrow(
      new DecodeError('malformed', 'the protobuf message has a tag or length beyond 32 bits'),
    );
  });
});
