/** What the ledger knows, and which price a call gets. */
import { formatUsd } from '@burnbook/domain/money';
import { storedPrice } from '@burnbook/domain/price';
import { formatMultiplier } from '@burnbook/domain/priceTier';
import { formatTime } from '@burnbook/domain/time';
import type { AppliedPrice, PriceRow } from '../contract.js';
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import type { PriceBook } from './priceBook.js';
import { priceText } from './priceText.js';

export interface PriceFilter {
  readonly provider: string | null;
  readonly model: string | null;
  readonly tier: string | null;
  /** Valid then; null: whenever. */
  readonly atNs: bigint | null;
  readonly knownAtNs: bigint;
  readonly limit: number;
  readonly offset: number;
}

/** @param found the catalogue's names of what is asked for, where they differ. */
export async function listPrices(
  store: StoreClient,
  filter: PriceFilter,
  found: { readonly provider: string | null; readonly model: string | null },
): Promise<{ items: PriceRow[]; total: number }> {
  const rows = await store.query('prices', {
    provider: filter.provider,
    foundProvider: found.provider ?? filter.provider?.toLowerCase() ?? null,
    model: filter.model,
    foundModel: found.model ?? filter.model,
    tier: filter.tier,
    at: filter.atNs,
    knownAt: filter.knownAtNs,
    limit: filter.limit,
    offset: filter.offset,
  });
  return { items: rows.map(priceRow), total: Number(rows[0]?.['matching'] ?? 0) };
}

/** The price of a call at `atNs` that arrives now. */
export function appliedPrice(
  book: PriceBook,
  call: { readonly provider: string | null; readonly model: string; readonly tier: string },
  atNs: bigint,
): AppliedPrice {
  const answer = book.resolve(
    { ...call, provider: call.provider?.toLowerCase() ?? null, requestModel: null },
    atNs,
  );
  if ('unpriced' in answer) {
    return {
      priceId: null,
      provider: null,
      model: null,
      tier: call.tier,
      text: null,
      source: null,
      checkedOn: null,
      unpricedReason: answer.unpriced,
    };
  }
  const { price } = answer;
  return {
    priceId: price.id,
    provider: price.provider,
    model: price.model,
    tier: price.tier,
    text: priceText(storedPrice(price).units),
    source: price.source,
    checkedOn: price.checkedOn ?? null,
    unpricedReason: null,
  };
}

function priceRow(row: QueryRow): PriceRow {
  const isMultiplier = row['unit'] === 'multiplier';
  const amount = row['amount'] as bigint;
  const time = (name: string): string | null => {
    const ns = (row[name] ?? null) as bigint | null;
    return ns === null ? null : formatTime(ns);
  };
  const text = (name: string): string | null => (row[name] ?? null) as string | null;
  return {
    provider: row['provider'] as string,
    model: row['model'] as string,
    tier: row['tier'] as string,
    unit: row['unit'] as string,
    aboveTokens: Number(row['above_tokens']),
    usdPerMillion: isMultiplier ? null : formatUsd(amount),
    multiplier: isMultiplier ? formatMultiplier(amount) : null,
    validFrom: time('valid_from_ns'),
    validTo: time('valid_to_ns'),
    dailyFrom: text('daily_from'),
    dailyTo: text('daily_to'),
    knownAt: formatTime(row['known_at_ns'] as bigint),
    knownUntil: time('known_until_ns'),
    origin: row['origin'] as PriceRow['origin'],
    source: row['source'] as string,
    checkedOn: text('checked_on'),
    priceId: text('price_id'),
  };
}
