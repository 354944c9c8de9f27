/**
 * The file of a database as the store leaves it after its first start: migrated, with the installed prices in its ledger
 * and nothing else. Made once a process by the store itself; a server that begins with a copy starts in half the time.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PriceLedger } from '../../server/cost/priceLedger.js';
import { StoreClient, type StoreClientOptions } from '../../server/store/storeClient.js';

export type StoreSettings = Omit<StoreClientOptions, 'file' | 'tempDirectory' | 'onEvent'>;

/** 2020-01-01: before the time of any test. */
const KNOWN_SINCE_NS = 1_577_836_800_000_000_000n;

let prepared: Promise<Buffer> | undefined;

export function preparedDatabase(settings: StoreSettings): Promise<Buffer> {
  return (prepared ??= prepare(settings));
}

async function prepare(settings: StoreSettings): Promise<Buffer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'burnbook-prepared-'));
  const file = path.join(folder, 'burnbook.duckdb');
  try {
    const store = await StoreClient.open({
      ...settings,
      file,
      tempDirectory: path.join(folder, 'tmp'),
    });
    const failures: unknown[] = [];
    const ledger = new PriceLedger({
      store,
      nowNs: () => KNOWN_SINCE_NS,
      sleep,
      onError: (error) => failures.push(error),
    });
    await ledger.settled();
    await ledger.close();
    // The store writes all into the one file when it closes.
    await store.close();
    if (failures.length > 0) throw new Error('no database was prepared', { cause: failures[0] });
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
