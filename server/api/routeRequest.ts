/** What a route takes from a request besides its query: the body, checked, and who asks. */
import { unturned } from '@burnbook/domain/unturned';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ApiError } from './problem.js';
import type { Route } from './route.js';

const BODY_BYTES_MAX = 1_048_576;
const ACTOR_LENGTH_MAX = 200;
/** Who asks and says no name. */
export const UNNAMED = 'anonymous';

const limitStream = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: () => {
    throw tooLong();
  },
});

/** Bounds the body. @throws ApiError 413 */
export const limitBody: MiddlewareHandler = async (context, next) => {
  const { req } = context;
  const length = req.header('content-length');
  // Node reads no more than that; who says nothing is counted while it is read.
  if (length === undefined || req.header('transfer-encoding') !== undefined) {
    return limitStream(context, next);
  }
  if (Number(length) > BODY_BYTES_MAX) throw tooLong();
  await next();
};

const tooLong = (): ApiError =>
  new ApiError(413, `the body must not exceed ${BODY_BYTES_MAX} bytes`);

/** @throws ApiError 400 naming the field, 415 for anything but JSON. */
export async function readBody(route: Route, context: Context): Promise<unknown> {
  if (!route.body) return undefined;
  const type = context.req.header('content-type') ?? '';
  if (!/^application\/json\s*(?:;|$)/i.test(type)) {
    throw new ApiError(415, `the body must be application/json, not ${JSON.stringify(type)}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(await context.req.text(), storable);
  } catch (error) {
    throw new ApiError(400, `the body is not JSON: ${(error as Error).message}`);
  }
  const result = route.body.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.map(String).join('.') ?? '';
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const name = [field, unknown].filter(Boolean).join('.');
  throw new ApiError(400, `${name || 'body'}: ${issue?.message ?? 'invalid'}`, name || undefined);
}

/**
 * Text that every part can hold: half an emoji, which an input cuts off at its length, and NUL become U+FFFD. The store
 * takes neither, and what a phone could not send it would try to send for ever.
 */
const storable = (_name: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value;

/** The person or program that asks, by the header `burnbook-actor` (percent-encoded where it is not ASCII). */
export function actorOf(context: Context): string {
  const said = context.req.header('burnbook-actor')?.trim();
  if (!said) return UNNAMED;
  return unturned(decoded(said).slice(0, ACTOR_LENGTH_MAX).toWellFormed());
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
