/** Takes over a snapshot of prices: only what changed becomes known anew, and what is gone ends to be known. */
import { TableAppender, type ColumnType } from '../tableAppender.js';
import type { CommandContext } from './command.js';

/** One unit price. Times in UTC nanoseconds; `amount` as in the table `price_ledger`. */
export interface LedgerRow {
  readonly factKey: bigint;
  readonly provider: string;
  readonly model: string;
  readonly tier: string;
  readonly unit: string;
  readonly aboveTokens: number;
  readonly amount: bigint;
  readonly validFromNs: bigint | null;
  readonly validToNs: bigint | null;
  readonly dailyFrom: string | null;
  readonly dailyTo: string | null;
  readonly source: string;
  readonly checkedOn: string | null;
  readonly priceId: string | null;
}

export interface PriceSnapshot {
  readonly origin: string;
  readonly hash: string;
  readonly knownAtNs: bigint;
  readonly rows: readonly LedgerRow[];
}

const COLUMNS: ColumnType[] = [
  'u64',
  'text',
  'text',
  'text',
  'text',
  'i64',
  'i64',
  'i64',
  'i64',
  'text',
  'text',
  'text',
  'text',
  'text',
];

/** @returns how many prices became known. */
export async function recordPrices(
  { connection, sql }: CommandContext,
  { origin, hash, knownAtNs, rows }: PriceSnapshot,
): Promise<number> {
  await connection.run(sql.get('create_incoming_prices'));
  const incoming = new TableAppender(connection, 'incoming_prices', COLUMNS);
  for (const row of rows) {
    incoming.big(row.factKey).text(row.provider).text(row.model).text(row.tier).text(row.unit);
    incoming.number(row.aboveTokens).big(row.amount).big(row.validFromNs).big(row.validToNs);
    incoming.text(row.dailyFrom).text(row.dailyTo).text(row.source).text(row.checkedOn);
    incoming.text(row.priceId).endRow();
  }
  await incoming.finish();
  const values = { origin, known: knownAtNs };
  await connection.run(sql.get('end_known_prices'), values);
  const added = await connection.run(sql.get('insert_known_prices'), values);
  await connection.run(sql.get('delete_price_snapshot'), { origin });
  await connection.run(sql.get('insert_price_snapshot'), { ...values, hash });
  await connection.run(sql.get('drop_incoming_prices'));
  return added.rowsChanged;
}
