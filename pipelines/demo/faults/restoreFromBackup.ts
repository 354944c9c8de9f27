import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '../children.js';
import type { Child } from '../children.js';
import { createDemoServer } from './demoServer.js';
import type { DemoServer } from './demoServer.js';
import { sendPlain } from './plainRequests.js';
import type { FaultMaker, FaultPlace } from './fault.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/**
 * RestoreFromBackup, as the exercise that it asks for each quarter: a backup of the demo becomes the database of another
 * server, at another address. What is lost is nobody's.
 */
export const restoreFromBackup: FaultMaker = (place) => {
  let folder: string | undefined;
  let restored: Child | undefined;
  let newest: readonly string[] = [];
  const receiver = (): FaultPlace['receiver'] => ({
    ...place.receiver,
    endpoint: restored?.url ?? '',
  });
  return {
    inject: async () => {
      newest = await batchesOf(place.server, 5);
      const { status, body } = await place.server.post('/api/backups');
      const path = body['path'];
      if (status >= 300 || typeof path !== 'string')
        throw new Error(`no backup was made: ${JSON.stringify(body)}`);
      // Written last: without it, it is no backup.
      await readFile(join(path, 'manifest.json'), 'utf8');
      folder = await mkdtemp(join(tmpdir(), 'burnbook-restore-'));
      const dataFolder = join(folder, 'burnbook-data');
      await mkdir(dataFolder);
      await copyFile(join(path, 'burnbook.duckdb'), join(dataFolder, 'burnbook.duckdb'));
      restored = await startServer({
        root,
        dataFolder,
        port: await freePort(),
        configFolder: place.config().pathOf('.'),
      });
      return `${path} is the database of a server at ${restored.url}`;
    },
    serverUrl: () => restored?.url ?? '',
    revert: async () => {
      const server = createDemoServer({ url: receiver().endpoint, token: place.token });
      const found = await batchesOf(server, 200);
      const lost = newest.filter((batch) => !found.includes(batch));
      if (lost.length > 0) throw new Error(`the restored server lacks ${lost.join(', ')}`);
      await sendPlain({ ...place, receiver: receiver() }, 50);
      return `it has the newest batches of the server that was backed up, and takes telemetry`;
    },
    goOn: async () => void (await sendPlain({ ...place, receiver: receiver() }, 5)),
    end: async () => {
      await restored?.stop();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
};

/** The newest first. */
async function batchesOf(server: DemoServer, limit: number): Promise<readonly string[]> {
  const { status, body } = await server.get(`/api/batches?limit=${limit}`);
  if (status >= 300) throw new Error(`no list of batches: ${JSON.stringify(body)}`);
  const items = body['items'] as readonly { pipeline: string; batchId: string }[];
  return items.map(({ pipeline, batchId }) => `${pipeline} ${batchId}`);
}

/** Free a moment ago: whoever takes it meanwhile makes the start fail with its name. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}
