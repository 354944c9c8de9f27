/** When a message that was not delivered is tried again, and when it is given up. All times in UTC nanoseconds. */
import { NS_PER_MS, NS_PER_SECOND } from '@burnbook/domain/time';

const HOUR_NS = 3_600n * NS_PER_SECOND;
/** A message is tried for at least as long. */
export const GIVE_UP_AFTER_NS = 72n * HOUR_NS;
/** And as often, however far the clock was moved ahead: by then hours have really passed. */
export const ATTEMPTS_MIN = 14;

const FIRST_MS = 10_000;
const LONGEST_MS = 6 * 3_600_000;
const SHORTEST_MS = 1_000;

/**
 * Full jitter: anything up to 10 s after the first try, twice as much after each further one, at most 6 h.
 * @param attempts tries so far, from 1.
 * @param random from 0 to below 1.
 */
export function retryDelayNs(attempts: number, random: number): bigint {
  const longestMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 30));
  return BigInt(Math.round(SHORTEST_MS + random * (longestMs - SHORTEST_MS))) * NS_PER_MS;
}

export const isGivenUp = (message: {
  readonly attempts: number;
  readonly expiresNs: bigint;
  readonly nowNs: bigint;
}): boolean => message.attempts >= ATTEMPTS_MIN && message.nowNs >= message.expiresNs;

/**
 * What a `Retry-After` asks for (RFC 9110, 10.2.3: seconds or a date), at most 6 h.
 * @returns null where the header is missing or says nothing that can be obeyed.
 */
export function retryAfterNs(header: string | null, nowNs: bigint): bigint | null {
  const said = header?.trim() ?? '';
  let ms: number;
  if (/^\d{1,15}$/.test(said)) ms = Number(said) * 1_000;
  else {
    const at = /[A-Za-z]{3}/.test(said) ? Date.parse(said) : Number.NaN;
    if (Number.isNaN(at)) return null;
    ms = at - Number(nowNs / NS_PER_MS);
  }
  return BigInt(Math.min(Math.max(ms, 0), LONGEST_MS)) * NS_PER_MS;
}
