import { describe, expect, it } from 'vitest';
import { encodeStatus, encodeTraceResponse } from '../../server/otlp/encodeAnswer.js';
import { decodeResponse } from './support/officialCodec.js';

describe('encodeTraceResponse', () => {
  it('is empty on full success', () => {
    expect(encodeTraceResponse('protobuf', undefined).length).toBe(0);
    expect(Buffer.from(encodeTraceResponse('json', undefined)).toString()).toBe('{}');
  });

  it.each([0, 1, 127, 128, 5000, 2 ** 31, 2 ** 40])(
    'says that %i spans were rejected as the official codec reads it',
    (rejected) => {
      const given = { rejected, message: 'grün: too old' };
      const read = decodeResponse(encodeTraceResponse('protobuf', given));
      const rejectedSpans = rejected > 0 ? { rejectedSpans: String(rejected) } : {};
      expect(read).toEqual({ partialSuccess: { ...rejectedSpans, errorMessage: 'grün: too old' } });
      expect(JSON.parse(Buffer.from(encodeTraceResponse('json', given)).toString())).toEqual(read);
    },
  );

  it('cuts a message far below the 4 MiB of a response', () => {
    const given = { rejected: 1, message: '😀'.repeat(3_000_000) };
    for (const encoding of ['protobuf', 'json'] as const) {
      expect(encodeTraceResponse(encoding, given).length).toBeLessThan(4096);
      expect(encodeStatus(encoding, { code: 3, message: given.message }).length).toBeLessThan(4096);
    }
    const { partialSuccess } = decodeResponse(encodeTraceResponse('protobuf', given));
    expect((partialSuccess as { errorMessage: string }).errorMessage).toMatch(/^(😀)+\ufffd?…$/);
  });
});

describe('encodeStatus', () => {
  it('writes google.rpc.Status in both encodings', () => {
    const status = { code: 3, message: 'no' };
    expect(Buffer.from(encodeStatus('json', status)).toString()).toBe('{"code":3,"message":"no"}');
    expect([...encodeStatus('protobuf', status)]).toEqual([0x08, 3, 0x12, 2, 0x6e, 0x6f]);
  });
});
