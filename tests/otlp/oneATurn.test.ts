import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { traceBody } from './conformance/bodies.js';
import type { Target } from './conformance/target.js';
import { startReceiver } from './support/receiver.js';

test('the receiver reads each of the bodies that come at once in a turn of the event loop of its own', async () => {
  let turn = 0;
  let counting = setImmediate(function count() {
    turn++;
    counting = setImmediate(count);
  });
  const turns: number[] = [];
  const receiver = await startReceiver({
    ingest: () => {
      turns.push(turn);
      return Promise.resolve({ kind: 'committed' });
    },
  });
  const ends = await Promise.all(Array.from({ length: 16 }, () => begun(receiver.target)));
  await Promise.all(ends.map((end) => end()));
  clearImmediate(counting);
  await receiver.close();
  expect(turns).toHaveLength(ends.length);
  expect(new Set(turns).size).toBe(ends.length);
});

/** Sends all of a body but its last byte. @returns what sends that, and resolves with the answer's first bytes. */
async function begun(target: Target): Promise<() => Promise<Buffer>> {
  const body = Buffer.from(traceBody('json', [{}]));
  const socket = connect(Number(target.url.port), target.url.hostname);
  // Connections are accepted one a turn: this one is there already when its body comes.
  socket.write('GET /v1/logs HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');
  socket.write(
    'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
      `Content-Length: ${body.length}\r\n\r\n`,
  );
  await new Promise((resolve) => socket.write(body.subarray(0, -1), resolve));
  return async () => {
    socket.write(body.subarray(-1));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return answer;
  };
}
