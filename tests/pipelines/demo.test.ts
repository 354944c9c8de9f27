import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const demoPath = fileURLToPath(new URL('../../pipelines/dist/demo/demo.js', import.meta.url));
const batchPath = '/api/batches/mail-etl/2002-08-24';
let folder: string;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burnbook-demo-'));
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  port = (probe.address() as AddressInfo).port;
  probe.close();
  await once(probe, 'close');
});

afterAll(() => rm(folder, { recursive: true }));

interface Demo {
  child: ChildProcess;
  output: () => string;
}

/** Resolves when the demo says that it is done. */
async function runDemo(): Promise<Demo> {
  const args = [demoPath, '--days', '1', '--port', String(port), '--data', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (data: Buffer) => {
      output += data.toString();
      if (output.includes('Done.')) resolve();
    });
    child.once('exit', () => reject(new Error(`the demo ended:\n${output}`)));
  });
  return { child, output: () => output };
}

async function stop({ child }: Demo): Promise<void> {
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
  await expect(fetch(`http://127.0.0.1:${port}/readyz`)).rejects.toThrow('fetch failed');
}

it(
  'has a bill for a real day of mail, and continues where it stopped',
  { timeout: 90_000 },
  async () => {
    const first = await runDemo();
    expect(first.output()).toContain('2002-08-24  30 mails, 0 quarantined, 71 rows: 35 calls');
    const bill = (await (await fetch(`http://127.0.0.1:${port}${batchPath}/bill`)).json()) as {
      totalUsd: string;
      final: boolean;
      state: string;
      unpriced: { calls: number };
      cost: { modelUsd: string; computeUsd: string };
      linesTotal: number;
    };
    expect(bill).toMatchObject({ final: true, state: 'succeeded', unpriced: { calls: 0 } });
    // A line for each call, for each of the 8 steps and for the run itself.
    expect(bill.linesTotal).toBe(35 + 8 + 1);
    expect(Number(bill.cost.modelUsd)).toBeGreaterThan(0.001);
    expect(Number(bill.cost.computeUsd)).toBeGreaterThan(0);
    await stop(first);

    const second = await runDemo();
    expect(second.output()).toContain('2002-08-24  already done: nothing run, nothing paid');
    const again = await (await fetch(`http://127.0.0.1:${port}${batchPath}/bill`)).json();
    expect(again).toMatchObject({ totalUsd: bill.totalUsd, linesTotal: bill.linesTotal });
    await stop(second);
  },
);
