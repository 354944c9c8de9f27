/** One HTTP request to a destination: bounded in time and in what is read of the answer, redirects not followed. */
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { checkLiteral, guardedLookup, type AddressRule } from './guardedLookup.js';

export interface HttpRequest extends AddressRule {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** For all of it: name, connection, answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** The answer's beginning. */
  readonly text: string;
}

const ANSWER_BYTES_MAX = 4_096;

/** @throws Error with a `code` when there was no answer. */
export function sendHttp(asked: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const url = new URL(asked.url);
    checkLiteral(url.hostname, asked);
    const timeout = AbortSignal.timeout(asked.timeoutMs);
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: asked.method,
      headers: {
        ...asked.headers,
        ...(asked.body === null ? {} : { 'content-length': Buffer.byteLength(asked.body) }),
      },
      // A connection of its own: none that was made under another rule is used again.
      agent: false,
      lookup: guardedLookup(asked),
      signal: asked.signal ? AbortSignal.any([asked.signal, timeout]) : timeout,
      maxHeaderSize: 16_384,
    });
    let answered = false;
    // After the status it ends the reading of what hangs behind it.
    request.on('error', (error) => {
      if (!answered) reject(error);
    });
    // An end without an answer and without an error: a switch of protocols that nobody asked for.
    request.once('close', () => {
      if (!answered) reject(Object.assign(new Error('no answer'), { code: 'NO_ANSWER' }));
    });
    request.once('response', (response) => {
      answered = true;
      // The status is the answer: what is cut or hangs behind it changes nothing.
      void beginningOf(response).then((text) => {
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'] ?? null,
          text,
        });
        request.destroy();
      });
    });
    request.end(asked.body ?? undefined);
  });
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      bytes += part.length;
      if (bytes >= ANSWER_BYTES_MAX) break;
    }
  } catch {
    // Cut off: what has come is enough.
  }
  return Buffer.concat(parts).subarray(0, ANSWER_BYTES_MAX).toString('utf8');
}
