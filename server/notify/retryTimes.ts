/** When a message that was not delivered is tried again, and when it is given up. All times in UTC nanoseconds. */
import { RETRY_PERIODS, type RetryPeriods } from '@burnbook/domain/notify/notifySettings';
import { NS_PER_MS } from '@burnbook/domain/time';

/** So much has really passed before a message is given up, however far the clock was moved ahead. */
const REAL_MS_MIN = 6 * 3_600_000;
const SHORTEST_MS = 1_000;
/** What a receiver asks for is obeyed that far. */
const ASKED_MAX_MS = 6 * 3_600_000;

/**
 * Full jitter: anything up to 10 s after the first try, twice as much after each further one, at most 6 h; or what the
 * file says in their place.
 * @param attempts tries so far, from 1.
 * @param random from 0 to below 1.
 */
export function retryDelayNs(
  attempts: number,
  random: number,
  periods: RetryPeriods = RETRY_PERIODS,
): bigint {
  const longestMs = longestAfter(attempts, periods);
  return BigInt(Math.round(SHORTEST_MS + random * (longestMs - SHORTEST_MS))) * NS_PER_MS;
}

/** How many tries take as long as that, going by the clock's own word for nothing. */
export function attemptsMin(periods: RetryPeriods = RETRY_PERIODS): number {
  const wantedMs = Math.min(REAL_MS_MIN, periods.giveUpMs);
  let attempts = 1;
  for (let ms = 0; ms < wantedMs; attempts++) {
    ms += (SHORTEST_MS + longestAfter(attempts, periods)) / 2;
  }
  return attempts;
}

/** When a message that is written now may be given up. */
export const expiresAt = (atNs: bigint, { giveUpMs }: RetryPeriods = RETRY_PERIODS): bigint =>
  atNs + BigInt(giveUpMs) * NS_PER_MS;

export const isGivenUp = (
  message: { readonly attempts: number; readonly expiresNs: bigint; readonly nowNs: bigint },
  periods: RetryPeriods = RETRY_PERIODS,
): boolean => message.nowNs >= message.expiresNs && message.attempts >= attemptsMin(periods);

const longestAfter = (attempts: number, { firstMs, longestMs }: RetryPeriods): number =>
  Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 30));

/**
 * What a `Retry-After` asks for (RFC 9110, 10.2.3: seconds or a date), at most 6 h.
 * @returns null where the header is missing or says nothing that can be obeyed.
 */
export function retryAfterNs(header: string | null, nowNs: bigint): bigint | null {
  const said = header?.trim() ?? '';
  let ms: number;
  if (/^\d{1,15}$/.test(said)) ms = Number(said) * 1_000;
  else {
    // The oldest of the three forms says no zone: all of them are GMT (RFC 9110, 5.6.7).
    const isBare = /^[A-Za-z]{3} [A-Za-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/.test(said);
    const at = /[A-Za-z]{3}/.test(said) ? Date.parse(isBare ? `${said} GMT` : said) : Number.NaN;
    if (Number.isNaN(at)) return null;
    ms = at - Number(nowNs / NS_PER_MS);
  }
  return BigInt(Math.min(Math.max(ms, 0), ASKED_MAX_MS)) * NS_PER_MS;
}
