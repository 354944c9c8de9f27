/** One e-mail through a destination's SMTP server. */
import { createTransport } from 'nodemailer';
import type { EmailDestination } from '@burnbook/domain/notify/notifySettings';
import type { Mail } from './formats/email.js';
import { checkLiteral, guardedLookup, type AddressRule } from './guardedLookup.js';

const ANSWER_BYTES_MAX = 16_384;

export interface MailRequest extends AddressRule {
  readonly mail: Mail;
  readonly destination: EmailDestination;
  readonly signal?: AbortSignal;
}

/** Resolves once the server has taken the mail for at least one recipient. @throws Error with `code` or `responseCode`. */
export async function sendMail({ mail, destination, signal, ...rule }: MailRequest): Promise<void> {
  const { user, secret, timeoutMs } = destination;
  const url = new URL(destination.url.reveal());
  checkLiteral(url.hostname, rule);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = url.protocol === 'smtps:';
  const timeout = AbortSignal.timeout(timeoutMs);
  const ends = signal ? AbortSignal.any([signal, timeout]) : timeout;
  const transport = createTransport({
    // The address that was checked is the one that is connected to; the certificate must be the name's.
    host: await addressOf(host, { ...rule, signal: ends }),
    ...(host === url.hostname ? { servername: host } : {}),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    // In a private network there are relays without TLS. A password never goes without it.
    requireTLS: !secure && (!rule.allowPrivate || user !== null),
    ...(user === null ? {} : { auth: { user, pass: secret?.reveal() ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    maxResponseSize: ANSWER_BYTES_MAX,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  });
  try {
    await transport.sendMail({
      ...mail,
      to: [...mail.to],
      signal: ends,
    });
  } finally {
    transport.close();
  }
}

/** The system's resolver cannot be stopped, and may take far longer than a try: then nobody waits for it. */
function addressOf(
  host: string,
  { signal, ...rule }: AddressRule & { readonly signal: AbortSignal },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const give = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', give, { once: true });
    guardedLookup(rule)(host, { all: false }, (error, address) => {
      signal.removeEventListener('abort', give);
      if (error) reject(error);
      else resolve(typeof address === 'string' ? address : (address[0]?.address ?? host));
    });
  });
}
