import { request } from 'node:http';
import { connect } from 'node:net';
import * as zlib from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { otlpRoutes } from '../../server/api/otlp.js';
import { CONTENT_ENCODINGS } from '../../server/api/otlpInflate.js';
import { assertFullSuccess, assertStatus, partialSuccess } from './conformance/answers.js';
import { traceBody } from './conformance/bodies.js';
import { CONTENT_TYPE } from './conformance/target.js';
import type { Answer, Encoding, Target } from './conformance/target.js';
import { attributesText } from './support/spanModel.js';
import { startReceiver } from './support/receiver.js';
import type { Receiver, ReceiverOptions } from './support/receiver.js';

const ENCODINGS: readonly Encoding[] = ['protobuf', 'json'];
const KIB = 1024;
const MIB = 1024 * KIB;

describe('the OTLP receiver', () => {
  let receiver: Receiver | undefined;

  async function start(options: ReceiverOptions = {}): Promise<Receiver> {
    receiver = await startReceiver(options);
    return receiver;
  }

  afterEach(async () => {
    await receiver?.close();
    receiver = undefined;
  });

  it('answers only after the sink has committed', async () => {
    const events: string[] = [];
    let commit = (): void => undefined;
    const committed = new Promise<void>((resolve) => (commit = resolve));
    const { target } = await start({
      ingest: async () => {
        events.push('decoded');
        await committed;
        events.push('committed');
        return { kind: 'committed' };
      },
    });
    const answer = target.post('json', traceBody('json', [{}])).then((received) => {
      events.push('answered');
      return received;
    });
    while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(events).toEqual(['decoded']);
    commit();
    assertFullSuccess(await answer, 'json');
    expect(events).toEqual(['decoded', 'committed', 'answered']);
  });

  it.each([
    { kind: 'busy' as const, retryAfterS: 1, header: '1' },
    { kind: 'unavailable' as const, retryAfterS: 2, header: '2' },
    { kind: 'busy' as const, retryAfterS: 30, header: '2' },
    { kind: 'unavailable' as const, retryAfterS: 0, header: '1' },
  ])(
    'answers 503 when the sink is $kind for $retryAfterS s, Retry-After $header',
    async (given) => {
      const { target } = await start({
        ingest: async () => ({ kind: given.kind, retryAfterS: given.retryAfterS }),
      });
      for (const encoding of ENCODINGS) {
        const answer = await target.post(encoding, traceBody(encoding, [{}]));
        assertStatus(answer, encoding, [503]);
        expect(answer.headers['retry-after']).toBe(given.header);
      }
    },
  );

  it('answers 503 when the sink fails, and reports the failure', async () => {
    const fault = new Error('disk on fire');
    const { target, errors } = await start({ ingest: async () => Promise.reject(fault) });
    const answer = await target.post('protobuf', traceBody('protobuf', [{}]));
    assertStatus(answer, 'protobuf', [503]);
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.body.toString()).not.toContain('disk');
    expect(errors).toEqual([fault]);
  });

  it('hands an empty request to nobody', async () => {
    const { target, batches } = await start();
    assertFullSuccess(await target.post('json', '{}'), 'json');
    assertFullSuccess(await target.post('protobuf', ''), 'protobuf');
    const none = await target.post('json', traceBody('json', [{ traceId: '0'.repeat(32) }]));
    expect(partialSuccess(none, 'json')).toEqual({
      rejected: 1,
      message: '1 of 1 spans were rejected: 1 with a trace id that is not 16 bytes or is all zero',
    });
    expect(batches).toEqual([]);
  });

  it('remarks on invalid UTF-8 with rejected 0 and keeps the spans', async () => {
    const { target, batches } = await start();
    const body = traceBody('protobuf', [{ name: 'marker-0' }]);
    body[body.indexOf('marker-0') + 7] = 0xff;
    const answer = await target.post('protobuf', body);
    expect(partialSuccess(answer, 'protobuf')).toEqual({
      rejected: 0,
      message: '1 texts were not valid UTF-8; the invalid bytes were replaced by U+FFFD',
    });
    expect(batches[0]?.strings).toContain('marker-\ufffd');
  });

  it.each(['/v1/metrics', '/v1/logs'])(
    'answers %s, which it does not take, with 404',
    async (path) => {
      const { target } = await start();
      for (const encoding of ENCODINGS) {
        const headers = { 'content-type': CONTENT_TYPE[encoding] };
        assertStatus(await target.send({ path, headers, body: '' }), encoding, [404]);
      }
    },
  );

  it('takes a body of exactly the limit and refuses one byte more', async () => {
    const body = traceBody('json', [{ name: 'x'.repeat(5000) }]);
    const { target } = await start({ limits: { compressedBytesMax: body.length } });
    const headers = { 'content-type': CONTENT_TYPE.json };
    for (const chunked of [false, true]) {
      assertFullSuccess(await target.send({ headers, body, chunked }), 'json');
      const longer = Buffer.concat([body, Buffer.from(' ')]);
      assertStatus(await target.send({ headers, body: longer, chunked }), 'json', [413]);
    }
  });

  it('answers a client that looks for an answer only when it has sent all of a body too long', async () => {
    const { target } = await start({ limits: { compressedBytesMax: 4 * MIB } });
    const answer = await sendsAllFirst(target, 8 * MIB);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('bounds the inflated body, whether it is inflated on the spot or in the pool', async () => {
    const body = traceBody('json', [{ name: 'x'.repeat(5000) }]);
    const small = await start({ limits: { inflatedBytesMax: body.length } });
    assertFullSuccess(await small.target.post('json', body, 'gzip'), 'json');
    const longer = Buffer.concat([body, Buffer.from(' ')]);
    assertStatus(await small.target.post('json', longer, 'gzip'), 'json', [413]);
    assertStatus(await small.target.post('json', longer), 'json', [413]);
    await small.close();

    const large = await start({ limits: { inflatedBytesMax: 8 * MIB, concurrentInflatesMax: 1 } });
    const padded = (bytes: number): Buffer =>
      Buffer.concat([body, Buffer.alloc(bytes - body.length, ' ')]);
    for (let i = 0; i < 3; i++) {
      assertFullSuccess(await large.target.post('json', padded(8 * MIB), 'gzip'), 'json');
      assertStatus(await large.target.post('json', padded(8 * MIB + 1), 'gzip'), 'json', [413]);
    }
  });

  it('inflates many gzip bombs of 1 GiB at once in bounded memory', async () => {
    const { target } = await start();
    // 64 members of 16 MiB each: 1 GiB in about 1 MB.
    const member = zlib.gzipSync(Buffer.alloc(16 * MIB), { level: 9 });
    const bomb = Buffer.concat(Array.from({ length: 64 }, () => member));
    const headers = { 'content-type': CONTENT_TYPE.protobuf, 'content-encoding': 'gzip' };
    let peakBytes = 0;
    const before = process.memoryUsage().arrayBuffers;
    const sampler = setInterval(() => {
      peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers - before);
    }, 2);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => target.send({ headers, body: bomb })),
    );
    clearInterval(sampler);
    for (const answer of answers) assertStatus(answer, 'protobuf', [413]);
    // Two at once hold 64 MiB each; twelve would hold 768.
    expect(peakBytes).toBeGreaterThan(0);
    expect(peakBytes).toBeLessThan(400 * MIB);
    await assertAlive(target);
  });

  it('asks a client to try again when its body does not arrive in time', async () => {
    const { target } = await start({ limits: { requestTimeoutMs: 500 } });
    const answer = await stalledRequest(target);
    assertStatus(answer, 'json', [503]);
    expect(answer.headers['retry-after']).toBe('1');
    await assertAlive(target);
  });

  it('asks clients to try again when all bodies together are too many bytes', async () => {
    const { target } = await start({ limits: { bufferedBytesMax: 64 * KIB } });
    const headers = { 'content-type': CONTENT_TYPE.json };
    const body = traceBody('json', [{ name: 'x'.repeat(70 * KIB) }]);
    const answer = await target.send({ headers, body });
    assertStatus(answer, 'json', [503]);
    // What a refused request held is free again.
    for (let i = 0; i < 20; i++) await assertAlive(target, 'x'.repeat(40 * KIB));
  });

  it('frees what a client that hangs up had sent', async () => {
    const { target } = await start({ limits: { bufferedBytesMax: 64 * KIB } });
    for (let i = 0; i < 5; i++) await hangUp(target, 30 * KIB);
    const body = traceBody('json', [{ name: 'x'.repeat(40 * KIB) }]);
    // The receiver learns of the hang-ups in its own time; what was not freed would be refused for ever.
    let answer = await target.post('json', body);
    for (let tries = 0; tries < 200 && answer.status === 503; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      answer = await target.post('json', body);
    }
    assertFullSuccess(answer, 'json');
  });

  it('takes zstd where Node has it, and says so where it has not', async () => {
    const { target } = await start();
    const compress = Reflect.get(zlib, 'zstdCompressSync') as typeof zlib.gzipSync | undefined;
    const body = traceBody('json', [{}]);
    const answer = await target.send({
      headers: { 'content-type': CONTENT_TYPE.json, 'content-encoding': 'zstd' },
      body: compress ? compress(body) : body,
    });
    if (compress) {
      assertFullSuccess(answer, 'json');
    } else {
      assertStatus(answer, 'json', [415]);
      expect(answer.headers['accept-encoding']).toBe('gzip, deflate');
    }
    expect(CONTENT_ENCODINGS.includes('zstd')).toBe(compress !== undefined);
  });

  it('takes deflate with and without the zlib header', async () => {
    const { target, batches } = await start();
    for (const body of [zlib.deflateSync, zlib.deflateRawSync].map((deflate) =>
      deflate(traceBody('json', [{}])),
    )) {
      const headers = { 'content-type': CONTENT_TYPE.json, 'content-encoding': 'deflate' };
      assertFullSuccess(await target.send({ headers, body }), 'json');
    }
    expect(batches.length).toBe(2);
  });

  it('keeps times, ids and attributes exact on the way to the sink', async () => {
    const { target, batches } = await start();
    const body =
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"00000000000000010000000000000002",' +
      '"spanId":"ffffffffffffffff","startTimeUnixNano":1795000000000000123,' +
      '"endTimeUnixNano":"18446744073709551615","attributes":[{"key":"n","value":{"intValue":9007199254740993}}]}]}]}]}';
    assertFullSuccess(await target.post('json', body), 'json');
    const [batch] = batches;
    expect(batch?.traceHi[0]).toBe(1n);
    expect(batch?.traceLo[0]).toBe(2n);
    expect(batch?.spanId[0]).toBe(2n ** 64n - 1n);
    expect(batch?.startNs[0]).toBe(1_795_000_000_000_000_123n);
    expect(batch?.endNs[0]).toBe(2n ** 64n - 1n);
    expect(batch && attributesText(batch, 0)).toBe('{"n":{"$int":"9007199254740993"}}');
  });

  it('answers a fault of its own with 500 and a Status, and reports it', async () => {
    const errors: unknown[] = [];
    const fault = new Error('no clock');
    const app = otlpRoutes({
      ingest: { ingest: async () => ({ kind: 'committed' }) },
      nowNs: () => {
        throw fault;
      },
      reportError: (error) => errors.push(error),
    });
    const answer = await app.request('/v1/traces', {
      method: 'POST',
      headers: { 'content-type': CONTENT_TYPE.json },
      body: '{}',
    });
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ code: 13, message: 'the receiver has a fault' });
    expect(errors).toEqual([fault]);
  });

  it('works without a Node server around it', async () => {
    const received: bigint[] = [];
    const app = otlpRoutes({
      ingest: {
        ingest: async (_, receivedNs) => {
          received.push(receivedNs);
          return { kind: 'committed' };
        },
      },
      nowNs: () => 42n,
    });
    const answer = await app.request('/v1/traces', {
      method: 'POST',
      headers: { 'content-type': CONTENT_TYPE.json },
      body: traceBody('json', [{}]).toString(),
    });
    expect(answer.status).toBe(200);
    expect(received).toEqual([42n]);
  });

  it.each(['compressedBytesMax', 'concurrentInflatesMax', 'requestTimeoutMs'] as const)(
    'refuses a limit %s that is not a positive whole number',
    (name) => {
      for (const value of [0, -1, 1.5, Number.NaN]) {
        const ingest = { ingest: async () => ({ kind: 'committed' as const }) };
        expect(() => otlpRoutes({ ingest, nowNs: () => 0n, limits: { [name]: value } })).toThrow(
          new RangeError(`limits.${name} must be a positive whole number, not ${value}`),
        );
      }
    },
  );
});

async function assertAlive(target: Target, name = 'alive'): Promise<void> {
  assertFullSuccess(await target.post('json', traceBody('json', [{ name }])), 'json');
}

/** Sends the headers and a part of the body, and then nothing more. */
async function stalledRequest(target: Target): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL('/v1/traces', target.url),
      { method: 'POST', headers: { 'content-type': CONTENT_TYPE.json, 'content-length': '1000' } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks),
          });
          outgoing.destroy();
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.write('{"resourceSpans"');
  });
}

/** Reads nothing until the last byte has left. @returns the answer's first bytes. @throws when the other end hangs up. */
function sendsAllFirst(target: Target, bytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(target.url.port), target.url.hostname);
    socket.pause().on('error', reject);
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${bytes}\r\n\r\n`,
    );
    let left = bytes;
    const next = (): void => {
      if (left === 0) {
        socket.once('data', (answer) => {
          resolve(answer.toString('latin1'));
          socket.destroy();
        });
        socket.resume();
        return;
      }
      // Slower than any socket's buffer can hide.
      left -= MIB;
      socket.write(Buffer.alloc(MIB, ' '), () => setTimeout(next, 100));
    };
    next();
  });
}

/** Sends a part of a body and closes the connection. */
async function hangUp(target: Target, bytes: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(target.url.port), target.url.hostname);
    socket.on('error', reject);
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${bytes * 2}\r\n\r\n`,
    );
    socket.write(Buffer.alloc(bytes, ' '), () => {
      setTimeout(() => {
        socket.destroy();
        resolve();
      }, 10);
    });
  });
}
