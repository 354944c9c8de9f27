import fc from 'fast-check';
import { PROMOTED_KEYS } from '@burnbook/domain/semconv';

/**
 * Requests as plain objects for `encodeRequest` and `jsonBody`: bytes are Uint8Arrays, 64-bit numbers decimal strings.
 * They are small, for the plain reading knows no bounds.
 */
export const arbitraryRequest: fc.Arbitrary<object> = fc.record(
  {
    resourceSpans: fc.array(
      fc.record(
        {
          resource: fc.record({ attributes: attributes() }, { requiredKeys: [] }),
          scopeSpans: fc.array(
            fc.record(
              {
                scope: fc.record(
                  { name: text(), version: text(), attributes: attributes() },
                  { requiredKeys: [] },
                ),
                spans: fc.array(span(), { maxLength: 4 }),
                schemaUrl: text(),
              },
              { requiredKeys: ['spans'] },
            ),
            { maxLength: 2 },
          ),
          schemaUrl: text(),
        },
        { requiredKeys: ['scopeSpans'] },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);

function span(): fc.Arbitrary<object> {
  return fc.record(
    {
      traceId: id(16),
      spanId: id(8),
      traceState: text(),
      parentSpanId: id(8),
      name: text(),
      kind: fc.integer({ min: 0, max: 7 }),
      startTimeUnixNano: uint64(),
      endTimeUnixNano: uint64(),
      attributes: attributes(),
      droppedAttributesCount: uint32(),
      events: fc.array(
        fc.record(
          {
            timeUnixNano: uint64(),
            name: text(),
            attributes: attributes(),
            droppedAttributesCount: uint32(),
          },
          { requiredKeys: [] },
        ),
        { maxLength: 2 },
      ),
      droppedEventsCount: uint32(),
      links: fc.array(
        fc.record(
          {
            traceId: id(16),
            spanId: id(8),
            traceState: text(),
            attributes: attributes(),
            droppedAttributesCount: uint32(),
            flags: uint32(),
          },
          { requiredKeys: [] },
        ),
        { maxLength: 2 },
      ),
      droppedLinksCount: uint32(),
      status: fc.record(
        { message: text(), code: fc.integer({ min: 0, max: 4 }) },
        { requiredKeys: [] },
      ),
      flags: uint32(),
    },
    { requiredKeys: ['traceId', 'spanId'] },
  );
}

/** Mostly of the right size; now and then none, all zero or of another size. */
function id(size: number): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    { weight: 20, arbitrary: fc.uint8Array({ minLength: size, maxLength: size }) },
    { weight: 1, arbitrary: fc.constant(new Uint8Array(size)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  );
}

function attributes(): fc.Arbitrary<object[]> {
  return fc.array(fc.record({ key: key(), value: value() }, { requiredKeys: ['key'] }), {
    maxLength: 8,
  });
}

function key(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...PROMOTED_KEYS.map((promoted) => promoted.key)),
    fc.constantFrom(
      'tag.a',
      'tag.',
      'tag.客户\u001f',
      'a',
      'b',
      '1',
      '__proto__',
      'constructor',
      'quote"\\',
      '',
    ),
    text(),
  );
}

function value(): fc.Arbitrary<object> {
  return fc.letrec<{ value: object }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'value' },
      fc.record({ stringValue: text() }),
      fc.record({ intValue: int64() }),
      fc.record({ doubleValue: fc.double() }),
      fc.record({ boolValue: fc.boolean() }),
      fc.record({ bytesValue: fc.uint8Array({ maxLength: 9 }) }),
      fc.constant({}),
      fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
      fc.record({
        kvlistValue: fc.record({
          values: fc.array(fc.record({ key: key(), value: tie('value') }), { maxLength: 3 }),
        }),
      }),
    ),
  })).value;
}

/** All of Unicode but halves of surrogate pairs, which protobuf cannot carry; long ones cross the word-wise copying. */
function text(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ maxLength: 24 }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom('\0', '\n', '"', '\\', '/', 'é', '€', '😀', '\u2028', 'x', '\x7f'),
      maxLength: 12,
    }),
  );
}

function int64(): fc.Arbitrary<string> {
  return fc
    .oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.bigInt({ min: -1000n, max: 1000n }),
      fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n, 0n),
      fc.constantFrom(2n ** 31n, 2n ** 31n - 1n, 2n ** 32n, -(2n ** 31n), -(2n ** 32n)),
    )
    .map(String);
}

function uint64(): fc.Arbitrary<string> {
  return fc
    .oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.constantFrom(0n, 2n ** 64n - 1n, 2n ** 63n, 1_795_000_000_000_000_123n),
    )
    .map(String);
}

function uint32(): fc.Arbitrary<number> {
  return fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
}
