/** A price with its id: the hash of its facts, so that the same facts are the same version. */
import { createHash } from 'node:crypto';
import type { PriceVersion } from '@burnbook/domain/price';

export function priceVersion(price: Omit<PriceVersion, 'id'>): PriceVersion {
  const facts = JSON.stringify(price, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return { id: createHash('sha256').update(facts).digest('hex').slice(0, 16), ...price };
}
