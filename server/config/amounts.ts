/** Amounts of money in configuration files: quoted decimals, so that no float ever comes between. */
import { z } from 'zod';
import { parseUsd, parseUsdPerUnit } from '@burnbook/domain/money';

const AMOUNT_WANTED = 'write the amount as a quoted decimal number of US dollars, such as "0.15"';
/** Beyond it, the nano-USD of a million units would not fit into 64 bits. */
const UNIT_USD_MAX = 1_000n;
const NANO_OF_A_MILLION = 10n ** 15n;

/** US dollars of one unit (a second, a request), at most fifteen places. */
export const unitPrice = z
  .string({ error: AMOUNT_WANTED })
  .refine(
    (text) => isAmount(text, parseUsdPerUnit),
    'not an amount of US dollars with at most 15 decimal places, from 0',
  )
  .refine(
    (text) =>
      !isAmount(text, parseUsdPerUnit) || parseUsdPerUnit(text) <= UNIT_USD_MAX * NANO_OF_A_MILLION,
    `must be at most ${UNIT_USD_MAX} US dollars a unit`,
  );

/** US dollars, at most nine places. */
export const amount = z
  .string({ error: AMOUNT_WANTED })
  .refine(
    (text) => isAmount(text, parseUsd),
    'not an amount of US dollars with at most 9 decimal places, from 0',
  );

/** US dollars of a million tokens. */
export const perMillion = amount.refine(
  (text) => !isAmount(text, parseUsd) || parseUsd(text) <= UNIT_USD_MAX * NANO_OF_A_MILLION,
  `must be at most ${UNIT_USD_MAX * 1_000_000n} US dollars a million`,
);

/**
 * Nothing is converted, since a rate that nobody wrote down cannot be shown: whoever says that an amount is in another
 * currency is told so, and not just that the key is unknown.
 * @param what the amounts, in the plural.
 */
export const usdOnly = (what: string) =>
  z
    .literal('USD', {
      error: `${what} are in US dollars: write the amounts in USD, and the rate and its date into \`source\``,
    })
    .optional();

function isAmount(text: string, parse: (text: string) => bigint): boolean {
  try {
    return parse(text) >= 0n;
  } catch {
    return false;
  }
}
