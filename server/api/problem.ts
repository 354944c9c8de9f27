/** Errors as RFC 9457 problem+json: the one place where a failure becomes an HTTP answer. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { ZodError } from 'zod';
import type { Problem } from '../contract.js';
import { StoreError } from '../store/protocol.js';

/** A request that cannot be answered as asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: 400 | 401 | 403 | 404 | 405 | 406 | 409 | 410 | 413 | 415 | 422;
  readonly field: string | undefined;
  readonly members: Readonly<Record<string, unknown>>;

  /** @param members more of the problem's own members (RFC 9457, 3.2). */
  constructor(
    status: ApiError['status'],
    detail: string,
    field?: string,
    members: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.status = status;
    this.field = field;
    this.members = members;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Token needed',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Cannot be done',
  500: 'Internal error',
  503: 'Unavailable',
  504: 'Too slow',
};

/** @param report is told of what is a fault of ours. */
export function problemOf(error: unknown, report: (error: unknown) => void): Problem {
  if (error instanceof ApiError) {
    return { ...error.members, ...problem(error.status, error.message, error.field) };
  }
  if (error instanceof ZodError) {
    const issue = error.issues[0];
    return problem(
      400,
      issue?.message ?? 'invalid',
      issue?.path.map(String).join('.') || undefined,
    );
  }
  if (error instanceof HTTPException && error.status < 500)
    return problem(error.status, error.message);
  if (error instanceof StoreError && error.reason !== 'error') {
    return problem(error.reason === 'timeout' ? 504 : 503, error.message);
  }
  report(error);
  return problem(500, 'The server made a mistake; its log says which.');
}

export function sendProblem(context: Context, answer: Problem): Response {
  return context.body(JSON.stringify(answer), answer.status as 400, {
    'content-type': 'application/problem+json',
    ...(answer.status === 503 ? { 'retry-after': '1' } : {}),
  });
}

function problem(status: number, detail: string, field?: string): Problem {
  return {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    ...(field === undefined ? {} : { field }),
  };
}
