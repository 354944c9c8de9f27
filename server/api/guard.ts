/**
 * Who may talk to the server: only by its own names (a page elsewhere must not reach it through DNS), only from its own
 * pages, and beyond loopback only with the token.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { ApiError } from './problem.js';

export interface GuardOptions {
  /** Host names that the server answers to, besides loopback's. */
  readonly hosts: readonly string[];
  /** Required on every request when set, but for /healthz, /readyz and the page's files. */
  readonly token: string | null;
}

const TOKEN_COOKIE = 'burnbook_token';
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

const SECURITY_HEADERS = Object.entries({
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
});

/**
 * Sets them on Node's own answer where there is one: set on the answer of the framework, each would become a stream that
 * is read again.
 */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  const { outgoing } = (context.env ?? {}) as { outgoing?: ServerResponse };
  if (outgoing) for (const [name, value] of SECURITY_HEADERS) outgoing.setHeader(name, value);
  await next();
  if (!outgoing) for (const [name, value] of SECURITY_HEADERS) context.header(name, value);
};

/** @throws ApiError 403 for a foreign Host or Origin. */
export function hostGuard(options: GuardOptions): MiddlewareHandler {
  const known = new Set([...LOOPBACK, ...options.hosts.map((host) => host.toLowerCase())]);
  return async (context, next) => {
    const host = hostName(context.req.header('host') ?? '');
    if (host === null || !known.has(host)) {
      throw new ApiError(403, 'this server does not answer to that Host', 'Host');
    }
    const origin = context.req.header('origin');
    if (origin !== undefined && !isOwnOrigin(origin, context.req.header('host') ?? '')) {
      throw new ApiError(403, 'requests from pages of another Origin are refused', 'Origin');
    }
    await next();
  };
}

/** @throws ApiError 401 without the right token, when there is one. */
export function tokenGuard(options: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const header = context.req.header('authorization') ?? '';
    const given = /^Bearer (.+)$/i.exec(header)?.[1] ?? getCookie(context, TOKEN_COOKIE);
    if (!isToken(options, given)) {
      throw new ApiError(401, 'send the token as Authorization: Bearer …', 'Authorization');
    }
    await next();
  };
}

/** A browser's sign-in: the token in the body becomes a cookie that no script can read. @throws ApiError 401 */
export async function signIn(options: GuardOptions, context: Context): Promise<Response> {
  const body: unknown = await context.req.json().catch(() => null);
  const given =
    typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string'
      ? body.token
      : undefined;
  if (!isToken(options, given)) throw new ApiError(401, 'that is not the token', 'token');
  setCookie(context, TOKEN_COOKIE, given ?? '', { httpOnly: true, sameSite: 'Strict', path: '/' });
  return context.body(null, 204);
}

function isToken(options: GuardOptions, given: string | undefined): boolean {
  if (options.token === null) return true;
  // Digests have one length, so the comparison tells nothing of the token's.
  return given !== undefined && timingSafeEqual(digest(given), digest(options.token));
}

/** `127.0.0.1:4318` → `127.0.0.1`, `[::1]:80` → `[::1]`; null when it is no host. */
function hostName(header: string): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i.exec(header);
  return match?.[1]?.toLowerCase() ?? null;
}

function isOwnOrigin(origin: string, host: string): boolean {
  try {
    return new URL(origin).host === new URL(`http://${host}`).host;
  } catch {
    return false;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
