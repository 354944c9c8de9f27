/** Says of a database, before its first span, that it will hold demo data alone. It cannot be unsaid. */
import { StoreError } from '../protocol.js';
import type { CommandContext } from './command.js';

/** @throws StoreError `refused` where telemetry is stored that nobody said it of. */
export async function markDemoData(
  { connection, sql }: CommandContext,
  { atNs }: { readonly atNs: bigint },
): Promise<void> {
  const hasRow = async (query: string): Promise<boolean> =>
    (await connection.runAndReadAll(sql.get(query))).getRows().length > 0;
  if (await hasRow('demo_data')) return;
  if (await hasRow('any_span')) {
    throw new StoreError('refused', 'the database holds telemetry that is no demo data');
  }
  await connection.run(sql.get('insert_demo_data'), { at: atNs });
}
