/** A real SMTP server that keeps what it is sent, or fails to take it, as a test tells it. */
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Mailed {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came over the wire. */
  readonly raw: string;
  readonly secure: boolean;
  readonly user: string | null;
}

export interface Mailbox {
  readonly port: number;
  readonly mails: readonly Mailed[];
  /** What it says to a mail whose data has come; null: it takes it. */
  refuse: { readonly code: number; readonly message: string } | null;
  close(): Promise<void>;
}

export async function startMailbox(options: SMTPServerOptions): Promise<Mailbox> {
  const mails: Mailed[] = [];
  const server = new SMTPServer({
    logger: false,
    disableReverseLookup: true,
    onData(stream, session, callback) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        if (mailbox.refuse) {
          const { code, message } = mailbox.refuse;
          callback(Object.assign(new Error(message), { responseCode: code }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(parts).toString('utf8'),
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
        });
        callback();
      });
    },
    ...options,
  });
  // Clients that hang up are what the tests are about.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const mailbox: Mailbox = {
    port: (server.server.address() as AddressInfo).port,
    mails,
    refuse: null,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return mailbox;
}
