import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { grantSchema, reservationRowSchema, type GrantView } from '../../../server/contract.js';
import { spawnServer, type SpawnedServer } from '../../support/spawnServer.js';

const BUDGETS_YAML = `budgets:
  - { id: all, period: { rolling: 30d }, amountUsd: '1', hardLimit: true }
`;

async function post(server: SpawnedServer, where: string, body: object): Promise<Response> {
  return fetch(server.url + where, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const reserve = (server: SpawnedServer, name: string): Promise<Response> =>
  post(server, '/api/reservations', {
    amountUsd: '0.1',
    ttlSeconds: 3600,
    idempotencyKey: name,
    pipeline: 'mail-etl',
  });

async function granted(server: SpawnedServer, name: string): Promise<GrantView> {
  for (;;) {
    const answer = await reserve(server, name);
    if (answer.status === 201) return grantSchema.parse(await answer.json());
    expect(answer.status).toBe(503);
    await answer.arrayBuffer();
    await sleep(100);
  }
}

/** The process that has the database. */
function storeOf(server: SpawnedServer): number {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(server.pid)]).toString();
  return Number(children.trim().split(/\s+/)[0]);
}

test('a server whose data another one had meanwhile knows all that was reserved and settled there', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'burnbook-two-'));
  await writeFile(path.join(root, 'budgets.yaml'), BUDGETS_YAML);
  const start = (): Promise<SpawnedServer> =>
    spawnServer({ args: ['--data', path.join(root, 'data'), '--config', root] });
  const first = await start();
  try {
    const before = await granted(first, 'before');
    // The first one loses its store and is too slow to start another.
    const store = storeOf(first);
    process.kill(first.pid, 'SIGSTOP');
    process.kill(store, 'SIGKILL');
    const second = await start();
    const during = await granted(second, 'during');
    for (let renewal = 0; renewal < 6; renewal++) {
      await post(second, `/api/reservations/${before.id}/renew`, { ttlSeconds: 4_000 + renewal });
    }
    await second.stop();
    process.kill(first.pid, 'SIGCONT');
    expect(await granted(first, 'during')).toEqual(during);
    const settled = await post(first, `/api/reservations/${before.id}/settle`, { actualUsd: '0' });
    expect(settled.status).toBe(200);
    const stored = await fetch(`${first.url}/api/reservations/${before.id}`);
    expect(reservationRowSchema.parse(await stored.json())).toMatchObject({ state: 'settled' });
  } finally {
    await first.kill9();
    await rm(root, { recursive: true, force: true });
  }
});
