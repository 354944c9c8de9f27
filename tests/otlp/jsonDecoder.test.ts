import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROMOTED_KEYS } from '@burnbook/domain/semconv';
import { DecodeError } from '../../server/otlp/decodeError.js';
import { decodeTracesJson } from '../../server/otlp/decodeTracesJson.js';
import { traceBody } from './conformance/bodies.js';
import { attributesText, readBatch } from './support/spanModel.js';
import type { SpanModel } from './support/spanModel.js';

const EXAMPLE = fileURLToPath(new URL('../../../shared/data/otlp/trace.json', import.meta.url));

describe('the JSON decoder', () => {
  const decode = (text: string) => decodeTracesJson(Buffer.from(text));
  const spanJson = (...members: string[]) => traceBody('json', [{ rawJson: members }]).toString();
  const attributesJson = (...values: string[]) =>
    spanJson(
      `"attributes":[${values.map((value, i) => `{"key":"k${i}","value":${value}}`).join(',')}]`,
    );

  it('reads the official example', ({ skip }) => {
    if (!existsSync(EXAMPLE)) {
      console.log(`skipped: the official OTLP/JSON example is not at ${EXAMPLE}`);
      skip();
    }
    expect(readBatch(decodeTracesJson(readFileSync(EXAMPLE)))).toEqual<SpanModel[]>([
      {
        traceId: '5b8efff798038103d269b633813fc60c',
        spanId: 'eee19b7ec3c1b174',
        parentId: 'eee19b7ec3c1b173',
        name: "I'm a server span",
        startNs: '1544712660000000000',
        endNs: '1544712661000000000',
        kind: 2,
        status: 0,
        attrs: '{"my.span.attr":"some value"}',
        resource: '{"service.name":"my.service"}',
        resourceFacts: [
          [PROMOTED_KEYS.findIndex(({ key }) => key === 'service.name'), 'my.service'],
        ],
        scope:
          '{"name":"my.library","version":"1.0.0","attributes":{"my.scope.attribute":"some scope attribute"}}',
        facts: [],
        events: '',
        links: '',
        extra: '',
      },
    ]);
  });

  it('reads every integer exactly, however it is written', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.integer({ min: 0, max: 3 }),
        (value, time, zeros) => {
          const texts = [
            `${value}`,
            `"${value}"`,
            `${value}.${'0'.repeat(zeros + 1)}`,
            value === 0n ? '0e9' : `${value}${'0'.repeat(zeros)}e-${zeros}`,
          ];
          const body = spanJson(
            `"startTimeUnixNano":${time}`,
            `"attributes":[${texts.map((text, i) => `{"key":"k${i}","value":{"intValue":${text}}}`).join(',')}]`,
          );
          const batch = decode(body);
          expect(batch.startNs[0]).toBe(time);
          const isSafe = value > -(2n ** 53n) && value < 2n ** 53n;
          const expected = isSafe ? `${value}` : `{"$int":"${value}"}`;
          expect(attributesText(batch, 0)).toBe(
            `{${texts.map((_, i) => `"k${i}":${expected}`).join(',')}}`,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['"12a"', 'intValue must be a signed 64-bit integer'],
    ['""', 'intValue must be a signed 64-bit integer'],
    ['1.5', 'intValue must be a signed 64-bit integer'],
    ['1e999999999', 'intValue must be a signed 64-bit integer'],
    ['true', 'intValue must be an integer'],
    ['{}', 'intValue must be an integer'],
  ])('refuses %s as an integer', (text, message) => {
    expect(() => decode(attributesJson(`{"intValue":${text}}`))).toThrow(
      new DecodeError('malformed', message),
    );
  });

  it.each([
    '-9223372036854775809',
    '9223372036854775808',
    '18446744073709551616',
    '1e400',
    `1${'0'.repeat(500)}`,
  ])('keeps %s, which no integer holds, as text and remarks on it', (text) => {
    for (const written of [text, `"${text}"`]) {
      const batch = decode(attributesJson(`{"intValue":${written}}`));
      expect(attributesText(batch, 0)).toBe(`{"k0":"${text}"}`);
      expect(batch.warning).toBe('1 intValue were beyond 64 bits; they were kept as text');
    }
    const nested = decode(attributesJson(`{"arrayValue":{"values":[{"intValue":${text}}]}}`));
    expect(attributesText(nested, 0)).toBe(`{"k0":["${text}"]}`);
  });

  it.each([
    ['{"doubleValue":"nan"}', 'doubleValue must be a double'],
    ['{"doubleValue":1e999}', 'doubleValue must be a double'],
    ['{"boolValue":"true"}', 'boolValue must be true or false'],
    ['{"bytesValue":"***"}', 'bytesValue must be base64'],
    ['{"stringValue":7}', 'stringValue must be a string'],
    ['{"arrayValue":[]}', 'arrayValue must be an object'],
    ['{"kvlistValue":{"values":{}}}', 'values must be an array'],
  ])('refuses the value %s', (value, message) => {
    expect(() => decode(attributesJson(value))).toThrow(new DecodeError('malformed', message));
  });

  it('takes null for absent, the last of a repeated member, and escaped member names', () => {
    const batch = decode(
      spanJson(
        '"name":"a"',
        '"n\\u0061me":"b"',
        '"kind":null',
        '"events":null',
        '"attributes":[{"value":{"stringValue":"v"},"key":"k"},{"key":"n","value":null},{"key":"k","value":{"intValue":1}}]',
      ),
    );
    expect(readBatch(batch)[0]).toMatchObject({ name: 'b', kind: 0, attrs: '{"k":"v","n":null}' });
  });

  it('replaces half a surrogate pair and remarks on it', () => {
    const batch = decode(
      attributesJson('{"stringValue":"a\\ud800b\\udc00\\ud83d\\ude00\\ud800\\ue000"}'),
    );
    expect(attributesText(batch, 0)).toBe('{"k0":"a\ufffdb\ufffd😀\ufffd\ue000"}');
    expect(batch.warning).toBe(
      '1 texts were not valid UTF-8; the invalid bytes were replaced by U+FFFD',
    );
  });

  it('accepts exactly what JSON.parse accepts', () => {
    const piece = fc.constantFrom(
      ...'{}[],:"\\ -+.eE0123456789tfnu',
      'true',
      'false',
      'null',
      '"a"',
      '"a":',
      '\\u00e9',
      '\n',
      '\u0001',
      '1.5e3',
      '[]',
      '{"a":1}',
    );
    const document = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      fc
        .json()
        .chain((text) =>
          fc
            .tuple(fc.nat({ max: text.length }), piece)
            .map(([at, inserted]) => text.slice(0, at) + inserted + text.slice(at)),
        ),
    );
    fc.assert(
      fc.property(document, (text) => {
        // As an unknown member, so that every document is a request.
        const request = `{"unknown":${text}}`;
        const isJson = parses(request);
        if (isJson) expect(decode(request).length).toBe(0);
        else expect(() => decode(request)).toThrow(DecodeError);
      }),
      { numRuns: 3000 },
    );
  });

  it('refuses JSON nested too deep without recursion', () => {
    expect(() => decode(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)).toThrow(
      new DecodeError('malformed', 'the JSON is nested deeper than 640'),
    );
    expect(() => decode('['.repeat(50_000))).toThrow(DecodeError);
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
