/**
 * What Lighthouse says of the pages that people need at night, on its phone with its throttling. It is 110 MB, so it is no
 * dependency: npm brings it when this is run.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { incidentsSchema } from '../../server/contract.js';
import { startBuiltServer, type BuiltServer } from './support/builtServer.js';
import { NOTIFY, sendTrouble, SLOS } from './support/sendTrouble.js';

const LIGHTHOUSE = 'lighthouse@12.2.3';
const CATEGORIES = ['accessibility', 'best-practices', 'performance'] as const;
const CHROME_FLAGS = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run';
const RUN_MS_MAX = 240_000;

const reportSchema = z.object({
  runtimeError: z.object({ message: z.string() }).optional(),
  categories: z.record(
    z.string(),
    z.object({
      score: z.number().nullable(),
      auditRefs: z.array(z.object({ id: z.string(), weight: z.number() })),
    }),
  ),
  audits: z.record(
    z.string(),
    z.object({ score: z.number().nullable(), displayValue: z.string().optional() }),
  ),
});

let server: BuiltServer;
let incident = '';

beforeAll(async () => {
  server = await startBuiltServer({ slos: SLOS, notify: NOTIFY });
  await sendTrouble(server.origin, Date.now());
  incident = await vi.waitUntil(
    async () => {
      const answer = await fetch(`${server.origin}/api/incidents`);
      return incidentsSchema.parse(await answer.json()).items[0]?.id ?? false;
    },
    { timeout: 20_000, interval: 100 },
  );
});

afterAll(async () => {
  await server.stop();
});

test.each([
  { page: 'a runbook', path: () => `/runbooks/RetryStorm?pipeline=mail-etl&incident=${incident}` },
  { page: 'an incident', path: () => `/incidents/${incident}` },
  { page: 'the overview', path: () => '/' },
])('Lighthouse finds $page accessible in everything that it tries', async ({ page, path }) => {
  const { categories, audits } = await audit(server.origin + path());
  const scores = CATEGORIES.map((name) => `${name} ${percent(categories[name]?.score)}`);
  const paint = audits['largest-contentful-paint']?.displayValue ?? 'unknown';
  console.log(`${page}: ${scores.join(', ')}; largest contentful paint ${paint}`);
  const { score, auditRefs = [] } = categories['accessibility'] ?? {};
  const failed = auditRefs.flatMap(({ id, weight }) =>
    weight > 0 && audits[id]?.score === 0 ? [id] : [],
  );
  expect({ score, failed }).toEqual({ score: 1, failed: [] });
});

async function audit(url: string): Promise<z.infer<typeof reportSchema>> {
  const folder = mkdtempSync(join(tmpdir(), 'burnbook-lighthouse-'));
  const file = join(folder, 'report.json');
  try {
    await promisify(execFile)(
      'npm',
      [
        ...['exec', '--yes', `--package=${LIGHTHOUSE}`, '--', 'lighthouse', url],
        ...['--quiet', '--output=json', `--output-path=${file}`],
        ...[`--only-categories=${CATEGORIES.join(',')}`, `--chrome-flags=${CHROME_FLAGS}`],
      ],
      { cwd: folder, timeout: RUN_MS_MAX, env: { ...process.env, CHROME_PATH: await chrome() } },
    );
    const report = reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    if (report.runtimeError) throw new Error(report.runtimeError.message);
    return report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function chrome(): Promise<string> {
  const own = process.env['BURNBOOK_CHROMIUM'];
  return own ?? (await import('@sparticuz/chromium')).default.executablePath();
}

const percent = (score: number | null | undefined): string =>
  score === null || score === undefined ? 'unknown' : String(Math.round(score * 100));
