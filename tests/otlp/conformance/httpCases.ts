import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { assertFullSuccess, assertStatus, describe } from './answers.js';
import { traceBody } from './bodies.js';
import type { ConformanceCase } from './conformanceCase.js';
import { CONTENT_TYPE } from './target.js';
import type { Compression, Encoding, Target } from './target.js';

const ENCODINGS: readonly Encoding[] = ['protobuf', 'json'];
const COMPRESSIONS: readonly Compression[] = ['identity', 'gzip'];
const MIB = 1024 * 1024;
/** The default limit of OTLP 1.11, before and after decompression. */
const BODY_MAX_MIB = 64;

/** What concerns HTTP rather than the message. */
export function httpCases(): ConformanceCase[] {
  return [
    ...successCases(),
    ...refusalCases(),
    ...compressionCases(),
    ...sizeCases(),
    ...connectionCases(),
  ];
}

function successCases(): ConformanceCase[] {
  const pairs = ENCODINGS.flatMap((encoding) =>
    COMPRESSIONS.map((compression) => ({ encoding, compression })),
  );
  return [
    ...pairs.map(({ encoding, compression }): ConformanceCase => ({
      level: 'MUST',
      name: `answers ${encoding} (${compression}) with 200, its own Content-Type and an empty response`,
      check: async (target) => {
        assertFullSuccess(
          await target.post(encoding, traceBody(encoding, [{}]), compression),
          encoding,
        );
      },
    })),
    ...ENCODINGS.map((encoding): ConformanceCase => ({
      level: 'MUST',
      name: `tolerates parameters and upper case in the Content-Type of ${encoding}`,
      check: async (target) => {
        for (const type of [
          `${CONTENT_TYPE[encoding]}; charset=utf-8`,
          `${CONTENT_TYPE[encoding]};x=1`,
          CONTENT_TYPE[encoding].toUpperCase(),
        ]) {
          const body = traceBody(encoding, [{}]);
          const answer = await target.send({ headers: { 'content-type': type }, body });
          assertFullSuccess(answer, encoding);
        }
      },
    })),
    ...ENCODINGS.map((encoding): ConformanceCase => ({
      level: 'SHOULD',
      name: `takes an empty body as an empty request in ${encoding}`,
      check: async (target) => assertFullSuccess(await target.post(encoding, ''), encoding),
    })),
    ...ENCODINGS.map((encoding): ConformanceCase => ({
      level: 'MUST',
      name: `takes a chunked ${encoding} body`,
      check: async (target) => {
        const headers = { 'content-type': CONTENT_TYPE[encoding] };
        const body = traceBody(encoding, [{}]);
        assertFullSuccess(await target.send({ headers, body, chunked: true }), encoding);
      },
    })),
    ...ENCODINGS.map((encoding): ConformanceCase => ({
      level: 'MUST',
      name: `answers the same ${encoding} body sent again with success`,
      check: async (target) => {
        const body = traceBody(encoding, [{}]);
        assertFullSuccess(await target.post(encoding, body), encoding);
        assertFullSuccess(await target.post(encoding, body), encoding);
      },
    })),
  ];
}

function refusalCases(): ConformanceCase[] {
  return ENCODINGS.flatMap((encoding): ConformanceCase[] => {
    const headers = { 'content-type': CONTENT_TYPE[encoding] };
    return [
      {
        level: 'SHOULD',
        name: `answers an unknown path with 404 and a Status in ${encoding}`,
        check: async (target) => {
          const answer = await target.send({ path: '/v1/nothing-here', headers, body: '' });
          assertStatus(answer, encoding, [404]);
        },
      },
      {
        level: 'SHOULD',
        name: `answers a wrong method with 405, Allow and a Status in ${encoding}`,
        check: async (target) => {
          for (const method of ['GET', 'PUT', 'DELETE']) {
            const answer = await target.send({ method, headers });
            assertStatus(answer, encoding, [405]);
            assert.match(String(answer.headers.allow), /\bPOST\b/, 'Allow names POST');
          }
        },
      },
      {
        level: 'MUST',
        name: `answers an unknown Content-Encoding with 415 and a Status in ${encoding}`,
        check: async (target) => {
          for (const name of ['compress', 'br2', 'gzip, gzip', '\u00e9']) {
            const answer = await target.send({
              headers: { ...headers, 'content-encoding': Buffer.from(name).toString('latin1') },
              body: traceBody(encoding, [{}]),
            });
            assertStatus(answer, encoding, [415]);
          }
        },
      },
      {
        level: 'MUST',
        name: `answers what can never be decoded with 400 and a Status in ${encoding}`,
        check: async (target) => {
          const whole = traceBody(encoding, [{}]);
          for (const body of [whole.subarray(0, -1), Buffer.from('garbage'), Buffer.from([0xff])]) {
            assertStatus(await target.post(encoding, body), encoding, [400]);
          }
        },
      },
    ];
  }).concat({
    level: 'SHOULD',
    name: 'answers another or no Content-Type with 415',
    check: async (target) => {
      for (const type of [
        'text/plain',
        'application/x-protobuffer',
        'application/json5',
        undefined,
      ]) {
        const answer = await target.send({
          headers: type === undefined ? {} : { 'content-type': type },
          body: traceBody('json', [{}]),
        });
        assert.equal(answer.status, 415, describe(answer));
      }
    },
  });
}

function compressionCases(): ConformanceCase[] {
  return ENCODINGS.flatMap((encoding): ConformanceCase[] => {
    const send = (target: Target, name: string, body: Uint8Array) =>
      target.send({
        headers: { 'content-type': CONTENT_TYPE[encoding], 'content-encoding': name },
        body,
      });
    return [
      {
        level: 'SHOULD',
        name: `takes deflate and identity for ${encoding}, in any case`,
        check: async (target) => {
          const body = traceBody(encoding, [{}]);
          assertFullSuccess(await send(target, 'deflate', deflateSync(body)), encoding);
          assertFullSuccess(await send(target, 'identity', body), encoding);
          assertFullSuccess(await send(target, 'GZIP', gzipSync(body)), encoding);
        },
      },
      {
        level: 'MUST',
        name: `takes ${encoding} in a gzip of several members`,
        check: async (target) => {
          const body = traceBody(encoding, [{}, {}]);
          const middle = Math.floor(body.length / 2);
          const members = [body.subarray(0, middle), body.subarray(middle)].map((part) =>
            gzipSync(part),
          );
          assertFullSuccess(await send(target, 'gzip', Buffer.concat(members)), encoding);
        },
      },
      {
        level: 'MUST',
        name: `answers a truncated, damaged or pretended gzip of ${encoding} with 400`,
        check: async (target) => {
          const body = traceBody(encoding, [{}]);
          const whole = gzipSync(body);
          const damaged = Buffer.from(whole);
          // The checksum stands in the 8 bytes at the end.
          damaged.writeUInt8(damaged.readUInt8(damaged.length - 8) ^ 1, damaged.length - 8);
          for (const bad of [whole.subarray(0, -9), whole.subarray(0, -1), damaged, body]) {
            assertStatus(await send(target, 'gzip', bad), encoding, [400]);
          }
        },
      },
    ];
  });
}

function sizeCases(): ConformanceCase[] {
  return ENCODINGS.flatMap((encoding): ConformanceCase[] => {
    const headers = { 'content-type': CONTENT_TYPE[encoding] };
    return [
      ...[false, true].map((chunked): ConformanceCase => ({
        level: 'MUST',
        name: `answers a ${encoding} body over ${BODY_MAX_MIB} MiB (${chunked ? 'chunked' : 'Content-Length'}) with 413`,
        check: async (target) => {
          const body = Buffer.alloc((BODY_MAX_MIB + 1) * MIB, 0x20);
          assertStatus(await target.send({ headers, body, chunked }), encoding, [413]);
          assertFullSuccess(await target.post(encoding, traceBody(encoding, [{}])), encoding);
        },
      })),
      {
        level: 'MUST',
        name: `answers a gzip of ${encoding} that inflates to more than ${BODY_MAX_MIB} MiB with 413`,
        check: async (target) => {
          const body = gzipSync(Buffer.alloc((BODY_MAX_MIB + 1) * MIB, 0x20), { level: 1 });
          const answer = await target.send({
            headers: { ...headers, 'content-encoding': 'gzip' },
            body,
          });
          assertStatus(answer, encoding, [413]);
          assertFullSuccess(await target.post(encoding, traceBody(encoding, [{}])), encoding);
        },
      },
    ];
  });
}

function connectionCases(): ConformanceCase[] {
  return [
    {
      level: 'SHOULD',
      name: 'answers pipelined requests in order and whole',
      check: async (target) => {
        const good = traceBody('json', [{}]);
        const bad = Buffer.from('{"resourceSpans":1}');
        const bodies = [good, bad, good, bad, good];
        const statuses = await pipeline(target, bodies);
        assert.deepEqual(statuses, [200, 400, 200, 400, 200]);
      },
    },
    {
      level: 'SHOULD',
      name: 'serves many connections at once',
      check: async (target) => {
        const answers = await Promise.all(
          Array.from({ length: 50 }, async (_, i) => {
            const encoding = ENCODINGS[i % 2] ?? 'json';
            return {
              encoding,
              answer: await target.post(encoding, traceBody(encoding, [{}]), 'gzip'),
            };
          }),
        );
        for (const { encoding, answer } of answers) assertFullSuccess(answer, encoding);
      },
    },
  ];
}

/** Sends all requests at once over one connection. @returns the status of each answer. */
async function pipeline(target: Target, bodies: readonly Buffer[]): Promise<number[]> {
  const { hostname, port } = target.url;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port || 80), hostname);
    let received = '';
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    socket.on('end', () => {
      resolve([...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)));
    });
    bodies.forEach((body, i) => {
      const isLast = i === bodies.length - 1;
      socket.write(
        `POST /v1/traces HTTP/1.1\r\nHost: ${target.url.host}\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${body.length}\r\n${isLast ? 'Connection: close\r\n' : ''}\r\n`,
      );
      socket.write(body);
    });
  });
}
