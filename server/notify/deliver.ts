/** One try to deliver one message; whatever goes wrong is an outcome, told without anything secret. */
import type { Destination, HttpDestination } from '@burnbook/domain/notify/notifySettings';
import { alertmanager } from './formats/alertmanager.js';
import { email } from './formats/email.js';
import { pagerduty } from './formats/pagerduty.js';
import { slack } from './formats/slack.js';
import { standardWebhook } from './formats/standardWebhook.js';
import type { Format, Outgoing } from './formats/wireRequest.js';
import type { Resolve } from './guardedLookup.js';
import { sendHttp } from './httpSend.js';
import { sendMail } from './mailSend.js';

export interface Attempt {
  /** `gone`: the receiver said that it does not want any more (410). */
  readonly outcome: 'delivered' | 'failed' | 'gone';
  /** Of the HTTP or SMTP answer; null when there was none. */
  readonly status: number | null;
  readonly error: string | null;
  /** As the receiver sent it. */
  readonly retryAfter: string | null;
  /** Whether the receiver asked to be left alone for a while, whatever the message. */
  readonly busy: boolean;
}

export interface DeliverOptions {
  readonly signal?: AbortSignal;
  readonly resolve?: Resolve;
}

const FORMATS: Readonly<Record<HttpDestination['kind'], Format>> = {
  webhook: standardWebhook,
  slack,
  pagerduty,
  alertmanager,
};
const GONE = 410;

export async function deliver(
  outgoing: Outgoing,
  destination: Destination,
  options: DeliverOptions = {},
): Promise<Attempt> {
  const rule = { allowPrivate: destination.allowPrivate, ...options };
  try {
    if (destination.kind === 'email') {
      await sendMail({ mail: email(outgoing, destination), destination, ...rule });
      return { outcome: 'delivered', status: null, error: null, retryAfter: null, busy: false };
    }
    const { headers, body } = FORMATS[destination.kind](outgoing, destination);
    const { status, retryAfter, text } = await sendHttp({
      ...rule,
      url: destination.url.reveal(),
      method: 'POST',
      headers: { 'user-agent': 'Burnbook', ...headers },
      body,
      timeoutMs: destination.timeoutMs,
    });
    const isTaken = status >= 200 && status < 300;
    return {
      outcome: isTaken ? 'delivered' : status === GONE ? 'gone' : 'failed',
      status,
      error: isTaken ? null : answerText(status, destination.kind === 'slack' ? text : ''),
      retryAfter,
      busy: status === 429 || status === 503,
    };
  } catch (error) {
    return {
      outcome: 'failed',
      status: responseCodeOf(error),
      error: errorText(error, destination.timeoutMs),
      retryAfter: null,
      busy: false,
    };
  }
}

/** Of an answer's own words only Slack's error codes are kept: anything else could repeat a secret. */
function answerText(status: number, text: string): string {
  const word = /^[a-z]+(?:_[a-z]+){0,6}$/.test(text) && text.length <= 60 ? ` (${text})` : '';
  const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : '';
  return `answered ${status}${word}${redirect}`;
}

/** By its code alone: messages of libraries name addresses, answers and people. */
export function errorText(error: unknown, timeoutMs: number): string {
  const { name, code, cause } = error as Error & { code?: unknown };
  const reason = cause instanceof Error ? cause.name : name;
  if (reason === 'TimeoutError' || code === 'ETIMEDOUT') {
    return `no answer within ${timeoutMs / 1_000} s`;
  }
  if (code === 'PRIVATE_ADDRESS') return (error as Error).message;
  const smtp = responseCodeOf(error);
  if (smtp !== null) return `the mail server answered ${smtp}`;
  return `cannot be reached (${codeOf(error) ?? name})`;
}

/** The mail library says ESOCKET and puts the system's own code into the sentence. */
function codeOf(error: unknown): string | null {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || !/^[A-Z0-9_]{2,60}$/.test(code)) return null;
  if (code !== 'ESOCKET' || typeof message !== 'string') return code;
  if (/certificate/.test(message)) return 'certificate not valid';
  return /\bE(?:CONN[A-Z]+|HOSTUNREACH|NETUNREACH|PIPE)\b/.exec(message)?.[0] ?? code;
}

function responseCodeOf(error: unknown): number | null {
  const { responseCode } = error as { responseCode?: unknown };
  return typeof responseCode === 'number' ? responseCode : null;
}
