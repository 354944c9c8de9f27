/** One entry of the API: what it takes, what it answers, and how OpenAPI tells it. */
import type { Context } from 'hono';
import type { z } from 'zod';
import type { ApiContext } from './apiContext.js';

export interface Route {
  /** Hono's path: `/api/batches/:pipeline/:batchId`. */
  readonly path: string;
  readonly summary: string;
  /** Query parameters. */
  readonly query: z.ZodRawShape;
  /** Schema of the 200 answer. */
  readonly answer: z.ZodType;
  readonly handle: (request: RouteRequest) => Promise<unknown>;
}

export interface RouteRequest {
  readonly api: ApiContext;
  readonly query: Record<string, string>;
  /** A part of the path, decoded. */
  readonly part: (name: string) => string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  readonly context: Context;
}

/** Keeps the handler's types apart from the table's. */
export const route = (entry: Route): Route => entry;
