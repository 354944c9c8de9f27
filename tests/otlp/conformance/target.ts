import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

export type Encoding = 'protobuf' | 'json';
export type Compression = 'identity' | 'gzip';

export const CONTENT_TYPE: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

export interface Sent {
  readonly method?: string;
  /** Default `/v1/traces`. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Without Content-Length. */
  readonly chunked?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An OTLP/HTTP endpoint under test. */
export class Target {
  /** For example `http://127.0.0.1:4318`. */
  readonly url: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #sockets = new WeakSet<Socket>();

  constructor(url: string) {
    this.url = new URL(url);
  }

  /** Posts a body in an encoding, compressed or not. */
  async post(
    encoding: Encoding,
    body: Uint8Array | string,
    compression: Compression = 'identity',
  ): Promise<Answer> {
    return this.send({
      headers: {
        'content-type': CONTENT_TYPE[encoding],
        ...(compression === 'gzip' && { 'content-encoding': 'gzip' }),
      },
      body: compression === 'gzip' ? gzipSync(body) : body,
    });
  }

  async send(sent: Sent): Promise<Answer> {
    const body = Buffer.from(sent.body ?? '');
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(sent.path ?? '/v1/traces', this.url),
        {
          agent: this.#agent,
          method: sent.method ?? 'POST',
          headers: {
            ...(sent.chunked ? {} : { 'content-length': String(body.length) }),
            ...sent.headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body: Buffer.concat(chunks),
            });
          });
        },
      );
      outgoing.on('error', reject);
      // After an early answer (413) the endpoint may hang up on the rest of the body; the answer counts, and the socket
      // then belongs to no request.
      outgoing.on('socket', (socket) => {
        if (this.#sockets.has(socket)) return;
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
      });
      outgoing.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
