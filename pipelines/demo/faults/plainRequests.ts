import { randomBytes } from 'node:crypto';
import type { FaultPlace } from './fault.js';

/** What became of requests. */
export interface SentRequests {
  acknowledged: number;
  /** With 503: to be sent again. */
  refused: number;
}

/** So many connections at once. */
const concurrent = 50;

/**
 * Sends requests of one span each, past the collector, which would send again what is refused.
 * @throws what `fetch` throws, and Error where the server says that it is the request's fault.
 */
export async function sendPlain(
  { receiver, stamp }: Pick<FaultPlace, 'receiver' | 'stamp'>,
  count: number,
): Promise<SentRequests> {
  const sent = { acknowledged: 0, refused: 0 };
  const attributes = {
    'pipeline.name': 'game-day-server',
    'pipeline.run.id': `game-day-${stamp}`,
    'pipeline.batch.id': stamp,
  };
  const send = async (): Promise<void> => {
    const status = await postSpan(receiver, { attributes, atMs: Date.now() });
    if (status === 503) sent.refused++;
    else sent.acknowledged++;
  };
  for (let done = 0; done < count; done += concurrent) {
    await Promise.all(Array.from({ length: Math.min(concurrent, count - done) }, send));
  }
  return sent;
}

/**
 * Sends a span of no length in a request of its own. @returns the status: 200 or 503.
 * @throws what `fetch` throws, and Error for any other status.
 */
export async function postSpan(
  { endpoint, headers }: FaultPlace['receiver'],
  of: { attributes: Readonly<Record<string, string>>; atMs: number },
): Promise<number> {
  const atNs = String(BigInt(of.atMs) * 1_000_000n);
  const span = {
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    name: 'game day',
    kind: 1,
    startTimeUnixNano: atNs,
    endTimeUnixNano: atNs,
    attributes: Object.entries(of.attributes).map(([key, stringValue]) => ({
      key,
      value: { stringValue },
    })),
  };
  const response = await fetch(new URL('/v1/traces', endpoint), {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  });
  await response.body?.cancel();
  if (response.ok || response.status === 503) return response.status;
  throw new Error(`the server answered ${response.status} to telemetry`);
}
