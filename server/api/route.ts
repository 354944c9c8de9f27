/** One entry of the API: what it takes, what it answers, and how OpenAPI tells it. */
import type { Context } from 'hono';
import type { z } from 'zod';
import type { ApiContext } from './apiContext.js';

export type RouteMethod = 'get' | 'post' | 'put' | 'delete';

export interface Route {
  readonly method?: RouteMethod;
  /** Hono's path: `/api/batches/:pipeline/:batchId`. */
  readonly path: string;
  readonly summary: string;
  /** Query parameters. */
  readonly query: z.ZodRawShape;
  /** Schema of the JSON body; none: the route takes no body. */
  readonly body?: z.ZodType;
  /** Of the answer when all went well; 200 unless said. */
  readonly status?: 200 | 201;
  /** Schema of that answer. */
  readonly answer: z.ZodType;
  readonly handle: (request: RouteRequest) => Promise<unknown>;
}

export interface RouteRequest {
  readonly api: ApiContext;
  readonly query: Record<string, string>;
  /** A part of the path, decoded. */
  readonly part: (name: string) => string;
  /** The body as the route's schema gives it; undefined where the route takes none. */
  readonly body: unknown;
  /** Who asks, by their own word: the header `burnbook-actor`. */
  readonly actor: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  readonly context: Context;
}

/** Keeps the handler's types apart from the table's. */
export const route = (entry: Route): Route => entry;

export const methodOf = ({ method }: Route): RouteMethod => method ?? 'get';
