import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

const guardPath = fileURLToPath(new URL('../../pipelines/dist/demo/guard.js', import.meta.url));
const server = createServer();

afterEach(() => {
  server.close();
});

it('ends its command, in good order, when its own parent is gone', async () => {
  // The command holds a connection and says goodbye on SIGTERM: its life can be watched from here.
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const command = `
    const socket = require('node:net').connect(${port}, '127.0.0.1');
    process.on('SIGTERM', () => socket.end('bye', () => process.exit(0)));`;
  const guard = fork(guardPath, [process.execPath, '-e', command]);
  const [socket] = (await once(server, 'connection')) as [Socket];
  let said = '';
  socket.on('data', (data) => (said += data.toString()));
  guard.disconnect();
  await Promise.all([once(socket, 'close'), once(guard, 'exit')]);
  expect(said).toBe('bye');
  expect(guard.exitCode).toBe(0);
});
