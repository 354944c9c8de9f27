import assert from 'node:assert/strict';
import { CONTENT_TYPE } from './target.js';
import type { Answer, Encoding } from './target.js';

export interface Partial {
  readonly rejected: number;
  readonly message: string;
}

/** The media type must be that of the request; parameters are allowed. */
export function assertContentType(answer: Answer, encoding: Encoding): void {
  const type = answer.headers['content-type']?.split(';')[0]?.trim();
  assert.equal(type, CONTENT_TYPE[encoding], 'the Content-Type of the answer');
}

/** 200 and the empty ExportTraceServiceResponse. */
export function assertFullSuccess(answer: Answer, encoding: Encoding): void {
  assert.equal(answer.status, 200, describe(answer));
  assertContentType(answer, encoding);
  if (encoding === 'protobuf') assert.equal(answer.body.length, 0, 'an empty message has 0 bytes');
  else assert.deepEqual(JSON.parse(answer.body.toString()), {});
}

/** 200 and its partial_success, which must be set. */
export function partialSuccess(answer: Answer, encoding: Encoding): Partial {
  assert.equal(answer.status, 200, describe(answer));
  assertContentType(answer, encoding);
  if (encoding === 'json') {
    const body = JSON.parse(answer.body.toString()) as {
      partialSuccess?: { rejectedSpans?: unknown; errorMessage?: unknown };
    };
    assert.ok(body.partialSuccess, 'partialSuccess must be set');
    const { rejectedSpans = '0', errorMessage = '' } = body.partialSuccess;
    assert.equal(typeof rejectedSpans, 'string', 'rejectedSpans is a decimal string');
    assert.match(String(rejectedSpans), /^\d+$/);
    return { rejected: Number(rejectedSpans), message: String(errorMessage) };
  }
  const inner = fields(answer.body).get(1);
  assert.ok(Buffer.isBuffer(inner), 'partial_success must be set');
  const members = fields(inner);
  return { rejected: Number(members.get(1) ?? 0), message: String(members.get(2) ?? '') };
}

/** Status of 4xx or 5xx with google.rpc.Status in the encoding of the request. */
export function assertStatus(
  answer: Answer,
  encoding: Encoding,
  statuses: readonly number[],
): void {
  assert.ok(
    statuses.includes(answer.status),
    `${describe(answer)}, expected ${statuses.join('/')}`,
  );
  assertContentType(answer, encoding);
  assert.ok(answer.body.length < 4 * 1024 * 1024, 'an answer has at most 4 MiB');
  const { code, message } = rpcStatus(answer, encoding);
  assert.ok(Number.isInteger(code) && code > 0 && code < 17, `code ${code} of google.rpc.Code`);
  assert.ok(message.length > 0, 'a message that says what is wrong');
}

function rpcStatus(answer: Answer, encoding: Encoding): { code: number; message: string } {
  if (encoding === 'json') {
    const { code, message } = JSON.parse(answer.body.toString()) as Record<string, unknown>;
    return { code: Number(code), message: typeof message === 'string' ? message : '' };
  }
  const members = fields(answer.body);
  return { code: Number(members.get(1)), message: String(members.get(2) ?? '') };
}

export function describe(answer: Answer): string {
  return `status ${answer.status}, body ${JSON.stringify(answer.body.subarray(0, 300).toString())}`;
}

/** The varints and length-delimited fields of a small protobuf message. */
function fields(bytes: Buffer): Map<number, number | Buffer> {
  const found = new Map<number, number | Buffer>();
  let at = 0;
  const varint = (): number => {
    for (let value = 0, unit = 1; ; unit *= 128) {
      const byte = bytes.readUInt8(at++);
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const wireType = tag & 7;
    assert.ok(wireType === 0 || wireType === 2, `unexpected wire type ${wireType} in an answer`);
    const number = varint();
    if (wireType === 0) {
      found.set(tag >>> 3, number);
    } else {
      assert.ok(at + number <= bytes.length, 'a field of the answer is truncated');
      found.set(tag >>> 3, bytes.subarray(at, at + number));
      at += number;
    }
  }
  return found;
}
