import type { DemoServer } from './demoServer.js';
import type { FaultPlace } from './fault.js';

const waitMsMax = 30_000;
const pollMs = 100;

/** Ends the store's process, or has it stand still; the server has a door for it, in a demo alone. */
export async function breakStore(
  { server }: Pick<FaultPlace, 'server'>,
  how: { act: 'end' } | { act: 'pause'; seconds: number },
): Promise<void> {
  const { status, body } = await server.post('/api/demo/store', how);
  if (status >= 300) throw new Error(`the store could not be broken: ${JSON.stringify(body)}`);
}

/** Resolves once the server takes telemetry. */
export async function untilReady({ server, sleep }: FaultPlace): Promise<void> {
  for (let waitedMs = 0; waitedMs < waitMsMax; waitedMs += pollMs) {
    if (await isReady(server)) return;
    await sleep(pollMs);
  }
  throw new Error('the store does not come back');
}

const isReady = async (server: DemoServer): Promise<boolean> =>
  (await server.get('/readyz')).status === 200;
