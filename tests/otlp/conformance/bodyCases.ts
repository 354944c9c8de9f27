import assert from 'node:assert/strict';
import { assertFullSuccess, assertStatus, describe, partialSuccess } from './answers.js';
import { field, fixed64, hexId, recentNs, stringAttribute, traceBody, varint } from './bodies.js';
import type { SpanParts } from './bodies.js';
import type { ConformanceCase } from './conformanceCase.js';
import type { Answer, Encoding, Target } from './target.js';

const ENCODINGS: readonly Encoding[] = ['protobuf', 'json'];
const ZERO_TRACE_ID = '0'.repeat(32);
const MIB = 1024 * 1024;

/** What concerns the message: both encodings, then each. */
export function bodyCases(): ConformanceCase[] {
  return [
    ...ENCODINGS.flatMap(partialCases),
    ...ENCODINGS.flatMap(hostileCases),
    ...jsonCases(),
    ...protobufCases(),
  ];
}

function partialCases(encoding: Encoding): ConformanceCase[] {
  return [
    {
      level: 'MUST',
      name: `counts exactly the spans of ${encoding} that it cannot keep, and says why in English`,
      check: async (target) => {
        const spans: SpanParts[] = [
          {},
          { traceId: ZERO_TRACE_ID },
          { spanId: '0'.repeat(16) },
          {},
          { traceId: hexId(8) },
          { spanId: 'abcd' },
        ];
        const { rejected, message } = partialSuccess(
          await target.post(encoding, traceBody(encoding, spans)),
          encoding,
        );
        assert.equal(rejected, 4);
        assert.match(message, /[A-Za-z]{3}/);
      },
    },
    {
      level: 'MUST',
      name: `keeps its answer to ${encoding} below 4 MiB however much is rejected`,
      check: async (target) => {
        const spans = Array.from({ length: 5000 }, (_, i) => ({
          traceId: ZERO_TRACE_ID,
          name: `span ${i}`,
        }));
        const answer = await target.post(encoding, traceBody(encoding, spans));
        assert.equal(partialSuccess(answer, encoding).rejected, 5000);
        assert.ok(answer.body.length <= 4 * MIB);
      },
    },
    {
      level: 'SHOULD',
      name: `takes an empty envelope in ${encoding}`,
      check: async (target) => {
        const envelopes =
          encoding === 'json'
            ? [
                '{}',
                '{"resourceSpans":[]}',
                '{"resourceSpans":[{}]}',
                '{"resourceSpans":[{"scopeSpans":[{"spans":[]}]}]}',
              ]
            : [field(1, ''), field(1, field(2, ''))];
        for (const body of envelopes)
          assertFullSuccess(await target.post(encoding, body), encoding);
      },
    },
    {
      level: 'SHOULD',
      name: `keeps the text of ${encoding} that is not valid UTF-8, with or without a remark`,
      check: async (target) => {
        const body = traceBody(encoding, [{ name: 'marker-0' }]);
        body[body.indexOf('marker-0') + 7] = 0xff;
        const answer = await target.post(encoding, body);
        assert.equal(answer.status, 200, describe(answer));
        if (answer.body.length > 2) assert.equal(partialSuccess(answer, encoding).rejected, 0);
      },
    },
  ];
}

function hostileCases(encoding: Encoding): ConformanceCase[] {
  return [
    {
      level: 'MUST',
      name: `survives a value of ${encoding} nested 50,000 deep`,
      check: async (target) => {
        const answer = await target.post(encoding, deepBody(encoding, 50_000));
        assert.ok([200, 400].includes(answer.status), describe(answer));
        await assertAlive(target, encoding);
      },
    },
    {
      level: 'MUST',
      name: `survives an attribute of 1 MB and 10,000 attributes on a span in ${encoding}`,
      check: async (target) => {
        const large = 'x'.repeat(1_000_000);
        const keys = Array.from({ length: 10_000 }, (_, i) => `key.${i}`);
        const attributes: [string, string][] = [
          ['large', large],
          ...keys.map((key): [string, string] => [key, 'v']),
        ];
        await assertTaken(target, encoding, attributesSpan(attributes));
      },
    },
    {
      level: 'MUST',
      name: `survives keys like __proto__ and texts with U+0000 in ${encoding}`,
      check: async (target) => {
        const attributes: [string, string][] = [
          ['__proto__', 'a'],
          ['constructor', 'b'],
          ['nul\0key', 'nul\0value'],
          ['', ''],
        ];
        await assertTaken(target, encoding, attributesSpan(attributes));
      },
    },
    {
      level: 'MUST',
      name: `survives times of 0, beyond 2^63 and an end before the start in ${encoding}`,
      check: async (target) => {
        for (const [start, end] of [
          [0n, 0n],
          [2n ** 63n, 2n ** 64n - 1n],
          [recentNs(), recentNs() - 10n ** 9n],
        ] as const) {
          await assertTaken(target, encoding, {
            rawProtobuf: Buffer.concat([fixed64(7, start), fixed64(8, end)]),
            rawJson: [`"startTimeUnixNano":"${start}"`, `"endTimeUnixNano":"${end}"`],
          });
        }
      },
    },
  ];
}

function jsonCases(): ConformanceCase[] {
  const post = (target: Target, rawJson: string[], span: SpanParts = {}): Promise<Answer> =>
    target.post('json', traceBody('json', [{ ...span, rawJson }]));
  return [
    {
      level: 'MUST',
      name: 'takes JSON ids in upper and lower case',
      check: async (target) => {
        const ids = { traceId: hexId(16), spanId: hexId(8) };
        assertFullSuccess(await post(target, [], ids), 'json');
        const upper = { traceId: ids.traceId.toUpperCase(), spanId: ids.spanId.toUpperCase() };
        assertFullSuccess(await post(target, [], upper), 'json');
      },
    },
    {
      level: 'MUST',
      name: 'refuses JSON ids in base64',
      check: async (target) => {
        const traceId = Buffer.from(hexId(16), 'hex').toString('base64');
        const answer = await post(target, [], { traceId });
        if (answer.status === 200) assert.equal(partialSuccess(answer, 'json').rejected, 1);
        else assertStatus(answer, 'json', [400]);
      },
    },
    {
      level: 'MUST',
      name: 'refuses names of JSON enum values',
      check: async (target) => {
        assertStatus(await post(target, ['"kind":"SPAN_KIND_SERVER"']), 'json', [400]);
        assertStatus(await post(target, ['"status":{"code":"STATUS_CODE_OK"}']), 'json', [400]);
      },
    },
    {
      level: 'MUST',
      name: 'takes 64-bit JSON numbers as strings and as numbers',
      check: async (target) => {
        const times = [String(recentNs()), `"${recentNs()}"`];
        for (const time of times) {
          assertFullSuccess(await post(target, [`"startTimeUnixNano":${time}`]), 'json');
        }
        for (const value of ['7', '"7"', '"-9223372036854775808"', '9223372036854775807']) {
          const attribute = `"attributes":[{"key":"n","value":{"intValue":${value}}}]`;
          assertFullSuccess(await post(target, [attribute]), 'json');
        }
      },
    },
    {
      level: 'MUST',
      name: 'ignores unknown JSON members',
      check: async (target) => {
        const unknown = ['"unknown":{"a":[1,{"b":null}]}', '"futureCount":"9"'];
        assertFullSuccess(await post(target, unknown), 'json');
        assertFullSuccess(await target.post('json', '{"later":[[]],"resourceSpans":[]}'), 'json');
      },
    },
    {
      level: 'MUST',
      name: 'does not take snake_case names of JSON for the fields',
      check: async (target) => {
        const span = `{"trace_id":"${hexId(16)}","span_id":"${hexId(8)}","name":"snake"}`;
        const body = `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`;
        const answer = await target.post('json', body);
        if (answer.status === 200) assert.equal(partialSuccess(answer, 'json').rejected, 1);
        else assertStatus(answer, 'json', [400]);
        assertFullSuccess(await target.post('json', `{"resource_spans":7}`), 'json');
      },
    },
    {
      level: 'MUST',
      name: 'takes "NaN", "Infinity" and "-Infinity" as JSON doubles, and any value type',
      check: async (target) => {
        const values = [
          '{"doubleValue":"NaN"}',
          '{"doubleValue":"-Infinity"}',
          '{"doubleValue":1.5e300}',
          '{"boolValue":false}',
          '{"bytesValue":"AAEC/w=="}',
          '{"arrayValue":{"values":[{"intValue":"1"},{}]}}',
          '{"kvlistValue":{"values":[{"key":"a","value":{"kvlistValue":{"values":[]}}}]}}',
          '{}',
        ];
        const attributes = values.map((value, i) => `{"key":"k${i}","value":${value}}`);
        assertFullSuccess(await post(target, [`"attributes":[${attributes.join(',')}]`]), 'json');
      },
    },
    {
      level: 'MUST',
      name: 'refuses JSON values of the wrong type',
      check: async (target) => {
        for (const member of [
          '"name":7',
          '"attributes":{}',
          '"attributes":[{"key":"a","value":7}]',
          '"startTimeUnixNano":"now"',
          '"startTimeUnixNano":1.5',
          '"endTimeUnixNano":-1',
        ]) {
          assertStatus(await post(target, [member]), 'json', [400]);
        }
      },
    },
  ];
}

function protobufCases(): ConformanceCase[] {
  const unknownFields = Buffer.concat([
    Buffer.from([...varint(1000 * 8), 0xff, 0x01]),
    Buffer.from([...varint(1001 * 8 + 1), 1, 2, 3, 4, 5, 6, 7, 8]),
    field(1002, 'text'),
    // A group that holds a varint and another group.
    Buffer.from([
      ...varint(1003 * 8 + 3),
      0x08,
      0x01,
      ...varint(5 * 8 + 3),
      ...varint(5 * 8 + 4),
      ...varint(1003 * 8 + 4),
    ]),
    Buffer.from([...varint(1004 * 8 + 5), 1, 2, 3, 4]),
    Buffer.from([...varint(536_870_911 * 8), 1]),
  ]);
  return [
    {
      level: 'MUST',
      name: 'skips unknown protobuf fields of every wire type, groups included',
      check: async (target) => {
        const body = traceBody('protobuf', [{ rawProtobuf: unknownFields }]);
        assertFullSuccess(
          await target.post('protobuf', Buffer.concat([unknownFields, body])),
          'protobuf',
        );
      },
    },
    {
      level: 'MUST',
      name: 'merges protobuf submessages that come in pieces',
      check: async (target) => {
        const ids = Buffer.concat([
          field(1, Buffer.from(hexId(16), 'hex')),
          field(2, Buffer.from(hexId(8), 'hex')),
        ]);
        const pieces = [
          field(2, field(2, ids)),
          field(1, stringAttribute(1, 'service.name', 'conformance')),
          field(1, stringAttribute(1, 'service.version', '1')),
        ];
        const status = Buffer.concat([
          field(15, field(2, 'message')),
          field(15, Buffer.from([0x18, 2])),
        ]);
        const body = traceBody('protobuf', [{ rawProtobuf: status }]);
        const all = Buffer.concat([field(1, Buffer.concat(pieces)), body]);
        assertFullSuccess(await target.post('protobuf', all), 'protobuf');
      },
    },
    {
      level: 'MUST',
      name: 'answers protobuf that breaks the wire format with 400',
      check: async (target) => {
        for (const bad of [
          Buffer.from([0x0a, 0x05, 0x00]),
          Buffer.from([0x00, 0x00]),
          Buffer.from([0x0f, 0x00]),
          Buffer.from([...varint(9 * 8 + 3), ...varint(8 * 8 + 4)]),
          Buffer.from([...varint(9 * 8 + 3)]),
          Buffer.from([...varint(9 * 8 + 4)]),
          Buffer.from([9 * 8 + 1, 1, 2]),
          Buffer.from([9 * 8 + 5, 1]),
          Buffer.alloc(12, 0xff),
          Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        ]) {
          assertStatus(await target.post('protobuf', bad), 'protobuf', [400]);
        }
      },
    },
  ];
}

/** A span with these attributes in either encoding. */
function attributesSpan(attributes: readonly (readonly [string, string])[]): SpanParts {
  const members = attributes.map(
    ([key, value]) =>
      `{"key":${JSON.stringify(key)},"value":{"stringValue":${JSON.stringify(value)}}}`,
  );
  return {
    rawProtobuf: Buffer.concat(attributes.map(([key, value]) => stringAttribute(9, key, value))),
    rawJson: [`"attributes":[${members.join(',')}]`],
  };
}

/** Arrays inside one another. In protobuf the lengths of all levels are built from the inside. */
function deepBody(encoding: Encoding, depth: number): Buffer {
  if (encoding === 'json') {
    const open = '{"arrayValue":{"values":['.repeat(depth);
    const value = `${open}${']}}'.repeat(depth)}`;
    return traceBody('json', [{ rawJson: [`"attributes":[{"key":"deep","value":${value}}]`] }]);
  }
  const heads: Buffer[] = [];
  let size = 0;
  for (let level = 0; level < depth; level++) {
    const element = Buffer.from([0x0a, ...varint(size)]);
    const array = Buffer.from([0x2a, ...varint(element.length + size)]);
    heads.push(element, array);
    size += element.length + array.length;
  }
  const value = Buffer.concat(heads.reverse());
  const attribute = field(9, Buffer.concat([field(1, 'deep'), field(2, value)]));
  return traceBody('protobuf', [{ rawProtobuf: attribute }]);
}

/** 200: kept whole, or cut with a remark; no span may be lost. */
async function assertTaken(target: Target, encoding: Encoding, span: SpanParts): Promise<void> {
  const answer = await target.post(encoding, traceBody(encoding, [span]));
  assert.equal(answer.status, 200, describe(answer));
  if (answer.body.length > 2) assert.equal(partialSuccess(answer, encoding).rejected, 0);
}

async function assertAlive(target: Target, encoding: Encoding): Promise<void> {
  assertFullSuccess(await target.post(encoding, traceBody(encoding, [{}])), encoding);
}
