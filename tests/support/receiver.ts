/** A real HTTP server that takes messages, or fails to, as a test tells it. */
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the server does with a request; a number is a status with an empty answer. */
export type Reaction = number | ((response: ServerResponse, received: Received) => void);

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** For what comes from now on. */
  reaction: Reaction;
  /** Resolves when that many requests have come. */
  count(wanted: number): Promise<readonly Received[]>;
  close(): Promise<void>;
}

export async function startReceiver(reaction: Reaction = 200, port = 0): Promise<Receiver> {
  const received: Received[] = [];
  let waiters: { wanted: number; resolve: () => void }[] = [];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const message = {
        path: request.url ?? '',
        method: request.method ?? '',
        headers: request.headers,
        body: Buffer.concat(parts).toString('utf8'),
      };
      received.push(message);
      const react = receiver.reaction;
      if (typeof react === 'number') response.writeHead(react).end();
      else react(response, message);
      for (const { wanted, resolve } of waiters) if (received.length >= wanted) resolve();
      waiters = waiters.filter(({ wanted }) => received.length < wanted);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${own}`,
    port: own,
    received,
    reaction,
    count: async (wanted) => {
      if (received.length < wanted) {
        await new Promise<void>((resolve) => waiters.push({ wanted, resolve }));
      }
      return received;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;
}
