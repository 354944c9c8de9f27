import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alertsSchema, type CheckAnswer, type RunbookCheck } from '../../../server/contract.js';
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
  /** What the checks of Verify answer from now on. */
  verify: (state: CheckAnswer['state']) => void;
  close: () => Promise<void>;
}

const RUNBOOKS = fileURLToPath(new URL('../../../runbooks', import.meta.url));
const PAGE = fileURLToPath(new URL('../../../dist/web', import.meta.url));
const SECOND_NS = 1_000_000_000n;
/** Verify asks so often; between two rounds the server's clock goes on by what it wants between them. */
const ROUND_MS = 300;

export async function startRunbookServer(): Promise<RunbookServer> {
  const folder = mkdtempSync(join(tmpdir(), 'burnbook-runbooks-'));
  cpSync(RUNBOOKS, folder, { recursive: true });
  writeFileSync(join(folder, 'RetryStorm.md'), longRunbook());
  let state: CheckAnswer['state'] = 'fails';
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
    answersOf: (checks) => {
      server.nowNs += 15n * SECOND_NS;
      return Promise.resolve(checks.map((check) => answerOf(check, state, server.nowNs)));
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
    verify: (next) => (state = next),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answerOf(
  { question, params, expect }: RunbookCheck,
  state: CheckAnswer['state'],
  atNs: bigint,
): CheckAnswer {
  const at = new Date(Number(atNs / 1_000_000n)).toISOString();
  return {
    ...{ question, params, expect, state, at },
    value: null,
    number: null,
    factsAt: at,
    coverage: null,
    reason: null,
    evidence: null,
  };
}
