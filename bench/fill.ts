/** A large store, filled through a real server once and kept for later runs. */
import { createHash } from 'node:crypto';
import { cp, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ClientProcess } from './clientProcess.js';
import { SPANS_PER_BODY } from './load.js';
import { repositoryFolder, ServerProcess } from './serverProcess.js';
import { countSpans } from './storedFile.js';

export interface FilledStore {
  readonly folder: string;
  readonly spans: number;
  readonly days: number;
}

interface Mark {
  readonly schema: string;
  readonly spans: number;
  readonly filledAt: string;
}

const DAY_MS = 86_400_000;
/** Days before the filling in which the batches lie; the page's default range is seven. */
const USUAL_DAYS = 6;
const AGE_MS_MAX = 0.8 * DAY_MS;
const CONNECTIONS = 24;

export interface FillOptions {
  /** Default 6, of large batches; over another number of days each body of 512 spans is a run and batch of its own. */
  readonly days?: number;
  readonly mainFile?: string | undefined;
  readonly say: (line: string) => void;
}

/** The kept store of that many spans, built when it is not there, too old or of another schema. */
export async function filledStore(spans: number, options: FillOptions): Promise<FilledStore> {
  const { days = USUAL_DAYS } = options;
  const many = spans % 1_000_000 === 0 ? `${spans / 1_000_000}m` : String(spans);
  const name = days === USUAL_DAYS ? many : `${many}-${days}d`;
  const folder = path.join(tmpdir(), `burnbook-bench-${name}`);
  const mark = path.join(folder, 'bench.json');
  const schema = await schemaHash();
  const known = await readFile(mark, 'utf8').then(
    (text) => JSON.parse(text) as Mark,
    () => null,
  );
  const nowMs = Date.now();
  if (known && known.schema === schema && nowMs - Date.parse(known.filledAt) < AGE_MS_MAX) {
    return { folder, spans: known.spans, days };
  }
  options.say(`filling ${folder} with ${spans} spans; it is kept for the next time`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const filledPerS = await fill({ folder, spans, days, nowMs, mainFile: options.mainFile });
  const stored = await countSpans(folder);
  options.say(`filled at ${Math.round(filledPerS)} spans/s`);
  const filledAt = new Date(nowMs).toISOString();
  await writeFile(mark, JSON.stringify({ schema, spans: stored, filledAt } satisfies Mark));
  return { folder, spans: stored, days };
}

/** Copies a store's database, so that a benchmark may add to it. */
export async function copyStore(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    if (!/\.duckdb(\.wal)?$/.test(name)) continue;
    const copy = path.join(to, name);
    await cp(path.join(from, name), copy);
    // Else the system writes it some 30 s later, in the midst of what is measured.
    const handle = await open(copy, 'r+');
    await handle.sync();
    await handle.close();
  }
}

async function fill(options: {
  folder: string;
  spans: number;
  days: number;
  nowMs: number;
  mainFile: string | undefined;
}): Promise<number> {
  const { folder, spans, days, nowMs, mainFile } = options;
  const spreadMs = days * DAY_MS;
  const bodies = Math.ceil(spans / SPANS_PER_BODY);
  const server = await ServerProcess.start({
    dataFolder: folder,
    ...(mainFile === undefined ? {} : { mainFile }),
  });
  const client = new ClientProcess();
  try {
    await client.prepare({
      seed: 2,
      startNs: BigInt(nowMs - spreadMs) * 1_000_000n,
      stepNs: (BigInt(spreadMs) * 1_000_000n) / BigInt(bodies),
      bodies: 0,
      ...(days === USUAL_DAYS ? {} : { bodiesPerRun: 1 }),
    });
    const startMs = performance.now();
    const result = await client.run({
      port: server.port,
      connections: CONNECTIONS,
      spansPerS: null,
      fill: { from: 0, to: bodies },
    });
    return (result.acknowledgedSpans * 1000) / (performance.now() - startMs);
  } finally {
    client.end();
    await server.stop();
  }
}

async function schemaHash(): Promise<string> {
  const hash = createHash('sha256');
  const folder = path.join(repositoryFolder, 'server', 'store', 'migrations');
  for (const name of (await readdir(folder)).toSorted()) {
    hash.update(await readFile(path.join(folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
