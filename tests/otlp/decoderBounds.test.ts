import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanBatch } from '@burnbook/domain/spanBatch';
import { DecodeError } from '../../server/otlp/decodeError.js';
import { decodeTracesJson } from '../../server/otlp/decodeTracesJson.js';
import { decodeTracesProtobuf } from '../../server/otlp/decodeTracesProtobuf.js';
import { field, hexId, stringAttribute, traceBody } from './conformance/bodies.js';
import { encodeRequest } from './support/officialCodec.js';
import { attributesText, readBatch } from './support/spanModel.js';

const IDS = { traceId: Buffer.from(hexId(16), 'hex'), spanId: Buffer.from(hexId(8), 'hex') };

describe.each([['protobuf', decodeTracesProtobuf] as const, ['json', decodeTracesJson] as const])(
  'the bounds of the %s decoder',
  (encoding, decode) => {
    const withAttributes = (attributes: readonly (readonly [string, string])[]): SpanBatch =>
      decode(
        traceBody(encoding, [
          {
            rawProtobuf: Buffer.concat(
              attributes.map(([key, value]) => stringAttribute(9, key, value)),
            ),
            rawJson: [
              `"attributes":[${attributes
                .map(
                  ([key, value]) =>
                    `{"key":${JSON.stringify(key)},"value":{"stringValue":${JSON.stringify(value)}}}`,
                )
                .join(',')}]`,
            ],
          },
        ]),
      );

    it('cuts an attribute of 1 MB at a character boundary and says so', () => {
      const batch = withAttributes([['large', 'é'.repeat(500_000)]]);
      const { large } = JSON.parse(attributesText(batch, 0)) as { large: string };
      expect(large).toBe(`${'é'.repeat(32_768)}…[cut: 1000000 bytes]`);
      const odd = withAttributes([['large', `x${'é'.repeat(500_000)}`]]);
      expect((JSON.parse(attributesText(odd, 0)) as { large: string }).large).toBe(
        `x${'é'.repeat(32_767)}…[cut: 1000001 bytes]`,
      );
    });

    it('cuts a promoted attribute and a name alike', () => {
      const batch = withAttributes([['team', 'x'.repeat(70_000)]]);
      expect(readBatch(batch)[0]?.facts).toMatchObject([
        { value: `${'x'.repeat(65_536)}…[cut: 70000 bytes]` },
      ]);
      const named = decode(traceBody(encoding, [{ name: 'n'.repeat(70_000) }]));
      expect(named.strings).toContain(`${'n'.repeat(65_536)}…[cut: 70000 bytes]`);
    });

    it('keeps 1,024 of 10,000 attributes and counts the rest', () => {
      const batch = withAttributes(
        Array.from({ length: 10_000 }, (_, i): [string, string] => [`key.${i}`, `value ${i}`]),
      );
      const kept = JSON.parse(attributesText(batch, 0)) as Record<string, string>;
      expect(Object.keys(kept).length).toBe(1024);
      expect(kept['key.1023']).toBe('value 1023');
      expect(readBatch(batch)[0]?.extra).toBe('{"droppedAttributesCount":8976}');
    });

    it('drops and counts an attribute whose key is longer than 1 KiB', () => {
      const batch = withAttributes([
        ['k'.repeat(1025), 'v'],
        ['k'.repeat(1024), 'v'],
      ]);
      expect(attributesText(batch, 0)).toBe(`{"${'k'.repeat(1024)}":"v"}`);
      expect(readBatch(batch)[0]?.extra).toBe('{"droppedAttributesCount":1}');
    });

    it('reads more distinct keys than it remembers, and still finds the repeated ones', () => {
      const spans = Array.from({ length: 60 }, (_, span) => ({
        attributes: Array.from({ length: 500 }, (_, i): [string, string] => [
          `${encoding}.${span}.${i}`,
          'v',
        ]),
      }));
      const body = traceBody(
        encoding,
        spans.map(({ attributes }) => {
          const repeated = [
            ...attributes,
            ...attributes.slice(0, 3).map(([key]): [string, string] => [key, 'again']),
          ];
          return {
            rawProtobuf: Buffer.concat(
              repeated.map(([key, value]) => stringAttribute(9, key, value)),
            ),
            rawJson: [
              `"attributes":[${repeated.map(([key, value]) => `{"key":"${key}","value":{"stringValue":"${value}"}}`).join(',')}]`,
            ],
          };
        }),
      );
      const batch = decode(body);
      for (let span = 0; span < spans.length; span++) {
        expect(JSON.parse(attributesText(batch, span))).toEqual(
          Object.fromEntries(spans[span]?.attributes ?? []),
        );
      }
    });

    it('cuts an overlong array to a text of its beginning', () => {
      const text = 'y'.repeat(100);
      const values = Array.from({ length: 2000 }, () => text);
      const batch = decode(
        traceBody(encoding, [
          {
            rawProtobuf: field(
              9,
              Buffer.concat([
                field(1, 'list'),
                field(2, field(5, Buffer.concat(values.map((value) => field(1, field(1, value)))))),
              ]),
            ),
            rawJson: [
              `"attributes":[{"key":"list","value":{"arrayValue":{"values":[${values.map((value) => `{"stringValue":"${value}"}`).join(',')}]}}}]`,
            ],
          },
        ]),
      );
      const { list } = JSON.parse(attributesText(batch, 0)) as { list: string };
      expect(list.startsWith(`["${text}","${text}"`)).toBe(true);
      expect(list.slice(65_536)).toMatch(/^…\[cut: \d+ bytes\]$/);
    });

    it('keeps one key with values of several types, each as it is', () => {
      const span = (rawProtobuf: Buffer, json: string) => ({
        rawProtobuf: field(9, Buffer.concat([field(1, 'pipeline.rows.in'), field(2, rawProtobuf)])),
        rawJson: [`"attributes":[{"key":"pipeline.rows.in","value":${json}}]`],
      });
      const batch = decode(
        traceBody(encoding, [
          span(Buffer.from([0x18, 5]), '{"intValue":5}'),
          span(field(1, '5'), '{"stringValue":"5"}'),
          span(Buffer.from([0x10, 1]), '{"boolValue":true}'),
          span(Buffer.from([0x21, 0, 0, 0, 0, 0, 0, 0x14, 0x40]), '{"doubleValue":5}'),
          span(Buffer.alloc(0), '{}'),
        ]),
      );
      const models = readBatch(batch);
      expect(models.map(({ attrs }) => attrs)).toEqual(
        ['5', '"5"', 'true', '5.0', 'null'].map((text) => `{"pipeline.rows.in":${text}}`),
      );
      expect(models.map(({ facts }) => facts.map(({ type, value }) => [type, value]))).toEqual([
        [[1, 5]],
        [[0, '5']],
        [[3, 1]],
        [[2, 5]],
        [],
      ]);
    });

    it('lists a long text once, and two long texts of one length apart', () => {
      const names = ['a', 'b', 'a'].map((letter) => `${'x'.repeat(20_000)}${letter}`);
      const batch = decode(
        traceBody(
          encoding,
          names.map((name) => ({ name })),
        ),
      );
      expect(readBatch(batch).map(({ name }) => name)).toEqual(names);
      expect(batch.strings.filter((text) => text.length > 20_000)).toEqual(names.slice(0, 2));
    });

    it('tells apart more names than its cache has places', () => {
      const short = Array.from({ length: 12_000 }, (_, i) => (i + 1296).toString(36));
      const middle = Array.from(
        { length: 500 },
        (_, i) => `${'a'.repeat(10)}${i + 1000}${'z'.repeat(20)}`,
      );
      const names = [...short, ...middle];
      const twice = [...names, ...names].map((name) => ({ name }));
      const batch = decode(traceBody(encoding, twice));
      const read = Array.from(batch.name, (index) => batch.strings[index]);
      expect(read).toEqual([...names, ...names]);
    });

    it('keeps U+0000 in the attributes as an escape and replaces it in names and facts', () => {
      const batch = withAttributes([
        ['team', 'a\0b'],
        ['nul\0key', '\0'],
      ]);
      expect(attributesText(batch, 0)).toBe('{"team":"a\\u0000b","nul\\u0000key":"\\u0000"}');
      expect(batch.strings).toContain('a\ufffdb');
      expect(batch.strings.join('').includes('\0')).toBe(false);
    });

    it('replaces invalid UTF-8 just as TextDecoder does', () => {
      const decoder = new TextDecoder();
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 12 }),
        fc.array(
          fc.constantFrom(0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0xef, 0xf0, 0x90, 0xf4, 0xff),
          {
            maxLength: 12,
          },
        ),
      );
      fc.assert(
        fc.property(bytes, (given) => {
          // What JSON would escape is not this property's concern.
          const raw = Buffer.from(given).map((byte) =>
            byte < 0x20 || byte === 0x22 || byte === 0x5c ? 0x2e : byte,
          );
          const expected = decoder.decode(Uint8Array.from([0x2e, ...raw, 0x2e]));
          const batch = decode(
            bodyWithText(encoding, Buffer.concat([Buffer.from('.'), raw, Buffer.from('.')])),
          );
          expect(JSON.parse(attributesText(batch, 0))).toEqual({ team: expected });
          expect(readBatch(batch)[0]?.facts[0]?.value).toBe(expected);
          expect(batch.warning === undefined).toBe(
            Buffer.from(expected).equals(Buffer.concat([Buffer.from('.'), raw, Buffer.from('.')])),
          );
        }),
        { numRuns: 500 },
      );
    });

    it('keeps 1,024 events and links and counts the rest', () => {
      const many = Array.from({ length: 1030 });
      const batch = decode(
        traceBody(encoding, [
          {
            rawProtobuf: Buffer.concat([
              ...many.map(() => field(11, '')),
              ...many.map(() => field(13, '')),
            ]),
            rawJson: [
              `"events":[${many.map(() => '{}').join(',')}]`,
              `"links":[${many.map(() => '{}').join(',')}]`,
            ],
          },
        ]),
      );
      const [model] = readBatch(batch);
      expect(JSON.parse(model?.events ?? '')).toHaveLength(1024);
      expect(JSON.parse(model?.links ?? '')).toHaveLength(1024);
      expect(model?.extra).toBe('{"droppedEventsCount":6,"droppedLinksCount":6}');
    });

    it('refuses what becomes more text than it may hold', () => {
      const resource = 'r'.repeat(60_000);
      const scopes = Array.from({ length: 5000 }, (_, i) => i);
      const body =
        encoding === 'json'
          ? Buffer.from(
              `{"resourceSpans":[{"resource":{"attributes":[{"key":"r","value":{"stringValue":"${resource}"}}]},"scopeSpans":[${scopes
                .map(
                  (i) =>
                    `{"scope":{"name":"${i}"},"spans":[{"traceId":"${hexId(16)}","spanId":"${hexId(8)}"}]}`,
                )
                .join(',')}]}]}`,
            )
          : encodeRequest({
              resourceSpans: [
                {
                  resource: { attributes: [{ key: 'r', value: { stringValue: resource } }] },
                  scopeSpans: scopes.map((i) => ({ scope: { name: String(i) }, spans: [IDS] })),
                },
              ],
            });
      expect(() => decode(body)).toThrow(
        new DecodeError('too_large', 'the resources and scopes are too large'),
      );
    });
  },
);

/** A span whose attribute `team` holds these bytes. */
function bodyWithText(encoding: 'protobuf' | 'json', text: Buffer): Buffer {
  if (encoding === 'protobuf') {
    return traceBody('protobuf', [{ rawProtobuf: stringAttribute(9, 'team', text) }]);
  }
  const [before = '', after = ''] = traceBody('json', [
    { rawJson: ['"attributes":[{"key":"team","value":{"stringValue":"@"}}]'] },
  ])
    .toString()
    .split('@');
  return Buffer.concat([Buffer.from(before), text, Buffer.from(after)]);
}
