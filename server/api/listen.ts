/** The server's socket: what is served on it, and how long it waits for whom. */
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';

/** Longer than the 90 s of Go's clients: a server that closes first races with the next request. */
const KEEP_ALIVE_MS = 120_000;
const HEADERS_MS = 10_000;

/** Rejects with the listen error (`EADDRINUSE`). */
export function listen(
  fetch: Parameters<typeof serve>[0]['fetch'],
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch,
        hostname: host,
        port,
        serverOptions: {
          keepAliveTimeout: KEEP_ALIVE_MS,
          headersTimeout: HEADERS_MS,
          requestTimeout: 60_000,
          maxHeaderSize: 32_768,
        },
      },
      () => resolve(server as Server),
    );
    server.once('error', reject);
  });
}
