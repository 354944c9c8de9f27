/** Whether the database holds demo data alone: only there may a game day make faults. */
import { StoreError } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';

/** The caller's mistake: `--demo` on data that somebody needs. */
export class DemoDataError extends Error {
  override readonly name = 'DemoDataError';
}

/**
 * What the database remembers; a new one is marked where `isWanted`.
 * @throws DemoDataError where it is wanted of a database that holds other telemetry already.
 */
export async function demoDataOf(
  store: StoreClient,
  { isWanted, atNs }: { readonly isWanted: boolean; readonly atNs: bigint },
): Promise<boolean> {
  if (!isWanted) return (await store.query('demo_data')).length > 0;
  try {
    await store.command('markDemoData', { atNs });
    return true;
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== 'refused') throw error;
    throw new DemoDataError(
      `--demo: ${error.message}. Choose a new folder with --data, or leave --demo out`,
    );
  }
}
