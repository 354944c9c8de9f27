import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alertsSchema } from '../../../server/contract.js';
import { vi } from 'vitest';
import { NOBODY_LISTENS, operations } from '../../support/alerts.js';
import { ratio, sloConfig, sloOf } from '../../support/slos.js';
import { loadRunbooks } from '../../../server/runbook/loadRunbooks.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';
import { longRunbook } from './longRunbook.js';
import { sendBatches } from './sendBatches.js';

/** A server with the built page, a runbook of 30 steps and 6 panels for RetryStorm, and such an alert standing. */
export interface RunbookServer {
  server: TestServer;
  incident: string;
  alert: string;
  /** The check of Verify, on the free room of the disk, passes from now on; until then it fails. */
  pass: () => void;
  close: () => Promise<void>;
}

const RUNBOOKS = fileURLToPath(new URL('../../../runbooks', import.meta.url));
const PAGE = fileURLToPath(new URL('../../../dist/web', import.meta.url));
/** Verify asks so often; each time the server's clock goes on by more than it wants between two looks. */
const ROUND_MS = 1_000;
const BETWEEN_NS = 11_000_000_000n;

export async function startRunbookServer(): Promise<RunbookServer> {
  const folder = mkdtempSync(join(tmpdir(), 'burnbook-runbooks-'));
  cpSync(RUNBOOKS, folder, { recursive: true });
  writeFileSync(join(folder, 'RetryStorm.md'), longRunbook());
  let freeShare = 0.5;
  const server = await startTestServer({
    runbooks: await loadRunbooks(folder),
    webFolder: PAGE,
    config: {
      ...sloConfig(
        sloOf({
          name: 'mail-attempts',
          indicator: ratio('attempts', { pipeline: ['mail'] }),
          pipelines: ['mail'],
        }),
      ),
      notify: NOBODY_LISTENS,
    },
    alertPauseMsMax: 50,
    verifyEveryMs: ROUND_MS,
    readDisk: () => {
      server.nowNs += BETWEEN_NS;
      return Promise.resolve({ freeBytes: freeShare * 1e12, totalBytes: 1e12 });
    },
  });
  await sendBatches(server.url);
  const tries = operations('mail', { atNs: server.nowNs, count: 25, attempts: 2 });
  await server.sendAtLast(tries);
  const alert = await vi.waitUntil(
    async () => (await server.get('/api/alerts?name=RetryStorm', alertsSchema)).items[0] ?? false,
    { timeout: 15_000, interval: 50 },
  );
  return {
    server,
    alert: alert.id,
    incident: alert.incidentId ?? '',
    pass: () => (freeShare = 0.9),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
