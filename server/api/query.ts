/** Query parameters: checked, with the parameter's name in every refusal. */
import { z } from 'zod';
import { DAY_NS, HOUR_NS, isTimeZone, MINUTE_NS, parseTime } from '@burnbook/domain/time';
import { ApiError } from './problem.js';

const NS_PER_UNIT: Readonly<Record<string, bigint>> = {
  m: MINUTE_NS,
  h: HOUR_NS,
  d: DAY_NS,
  w: 7n * DAY_NS,
};
const RANGE_DAYS_MAX = 3_700n;
const TIME_MIN_NS = 0n;
const TIME_MAX_NS = 7_258_118_400_000_000_000n;

export const timeParam = z
  .string()
  .meta({ description: 'RFC 3339 with an offset, or relative to now: -15m, -24h, -7d, -4w, now' });

export const limitParam = (fallback: number, max: number) =>
  z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(max, `must be at most ${max}`)
    .default(fallback);

export const zoneParam = z
  .string()
  .default('UTC')
  .refine(isTimeZone, 'must be an IANA time zone, such as Europe/Berlin');

/** Checks the parameters of a request. @throws ApiError 400 naming the parameter. */
export function parseQuery<Shape extends z.ZodRawShape>(
  shape: Shape,
  query: Record<string, string>,
): z.infer<z.ZodObject<Shape>> {
  refuseUnknown(shape, query);
  const result = z.object(shape).safeParse(query);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.map(String).join('.');
  throw new ApiError(400, `${field}: ${issue?.message ?? 'invalid'}`, field);
}

/** @throws ApiError 400 naming the first parameter that the route does not have. */
export function refuseUnknown(shape: z.ZodRawShape, query: Record<string, string>): void {
  const unknown = Object.keys(query).find((name) => !Object.hasOwn(shape, name));
  if (unknown === undefined) return;
  const names = Object.keys(shape).join(', ');
  const there = names === '' ? 'there is none' : `there are ${names}`;
  throw new ApiError(400, `there is no parameter ${unknown}; ${there}`, unknown);
}

/** Of two values one would have to be left out without a word. @throws ApiError 400 naming the parameter. */
export function refuseRepeated(values: Readonly<Record<string, readonly string[]>>): void {
  const repeated = Object.entries(values).find(([, said]) => said.length > 1)?.[0];
  if (repeated === undefined) return;
  throw new ApiError(400, `${repeated}: is given more than once`, repeated);
}

/** A time parameter in UTC nanoseconds. @throws ApiError 400 naming the parameter. */
export function timeOf(name: string, text: string, nowNs: bigint): bigint {
  if (text === 'now') return nowNs;
  const relative = /^-(\d{1,6})([mhdw])$/.exec(text);
  const ns = relative
    ? nowNs - BigInt(relative[1] ?? 0) * (NS_PER_UNIT[relative[2] ?? ''] ?? 0n)
    : parseTime(text);
  if (ns === null || ns < TIME_MIN_NS || ns > TIME_MAX_NS) {
    throw new ApiError(
      400,
      `${name}: must be RFC 3339 with an offset between 1970 and 2200, or relative as -7d, not ${JSON.stringify(text)}`,
      name,
    );
  }
  return ns;
}

/** A half-open range. @throws ApiError 400 when it is empty, reversed or too long. */
export function rangeOf(
  query: { readonly from?: string | undefined; readonly to?: string | undefined },
  defaults: { readonly nowNs: bigint; readonly spanNs: bigint },
): { fromNs: bigint; toNs: bigint } {
  const toNs = query.to === undefined ? defaults.nowNs : timeOf('to', query.to, defaults.nowNs);
  const fromNs =
    query.from === undefined ? toNs - defaults.spanNs : timeOf('from', query.from, defaults.nowNs);
  if (fromNs >= toNs) throw new ApiError(400, 'from: must be before to', 'from');
  if (toNs - fromNs > RANGE_DAYS_MAX * (NS_PER_UNIT['d'] ?? 0n)) {
    throw new ApiError(
      400,
      `from: the range must not be longer than ${RANGE_DAYS_MAX} days`,
      'from',
    );
  }
  return { fromNs, toNs };
}

/** An opaque position in a list. */
export const cursorOf = (offset: number): string => opaque(`o${offset}`);

/** @throws ApiError 400 when the text is not one of ours. */
export function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  return placeOf(cursor, (text) => {
    const match = /^o(\d{1,9})$/.exec(text);
    return match && Number(match[1]);
  });
}

/** A place in a list as the text of a cursor, which nobody is to read anything into. */
export const opaque = (place: string): string => Buffer.from(place).toString('base64url');

/**
 * The place that a cursor names.
 * @param read null: no place of this list
 * @throws ApiError 400 when the text is not one of ours
 */
export function placeOf<Place>(cursor: string, read: (place: string) => Place | null): Place {
  const place = read(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (place === null) throw new ApiError(400, 'cursor: is not one that this API gave', 'cursor');
  return place;
}
