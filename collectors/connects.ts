import { connect } from 'node:net';

/** A receiver that takes longer to accept a connection is as good as down. */
const CONNECT_MS = 1_000;

/**
 * Whether somebody listens where the URL points: undefined, or why not. The exporter would retry a refused connection
 * for its whole time limit, and its timers would keep a finished process alive meanwhile. Never rejects.
 */
export function connects(url: string): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const { hostname, port, protocol } = new URL(url);
    const socket = connect({
      // An IPv6 address stands in brackets in a URL.
      host: hostname.replace(/^\[|\]$/gu, ''),
      port: Number(port === '' ? DEFAULT_PORTS[protocol] : port),
    });
    const finish = (error?: Error): void => {
      socket.destroy();
      resolve(error);
    };
    socket.setTimeout(CONNECT_MS, () => finish(new Error('connection timed out')));
    socket.once('connect', () => finish());
    socket.on('error', finish);
  });
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
