/** Our own sign of life, sent to a watchdog elsewhere while all is well here: when it stops, somebody else pages. */
import type { HeartbeatTarget } from '@burnbook/domain/notify/notifySettings';
import { NS_PER_SECOND } from '@burnbook/domain/time';
import { errorText } from './deliver.js';
import type { Resolve } from './guardedLookup.js';
import { sendHttp } from './httpSend.js';

export interface OutgoingHeartbeatOptions {
  readonly nowNs: () => bigint;
  /** Whether there is life to tell of. */
  readonly healthy: () => boolean;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
  readonly resolve?: Resolve;
}

const TICK_MS = 1_000;
const TIMEOUT_MS = 10_000;

export class OutgoingHeartbeat {
  readonly #o: OutgoingHeartbeatOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #abort = new AbortController();
  #target: HeartbeatTarget | null = null;
  #dueNs = 0n;
  #sending: Promise<void> | null = null;
  #lastSentNs: bigint | null = null;
  #lastError: string | null = null;

  constructor(options: OutgoingHeartbeatOptions) {
    this.#o = options;
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  define(target: HeartbeatTarget | null): void {
    this.#target = target;
    this.#dueNs = 0n;
    this.#tick();
  }

  get state() {
    return {
      configured: this.#target !== null,
      lastSentNs: this.#lastSentNs,
      lastError: this.#lastError,
    };
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#abort.abort();
    await this.#sending;
  }

  #tick(): void {
    const target = this.#target;
    const nowNs = this.#o.nowNs();
    if (!target || this.#sending || this.#abort.signal.aborted || !this.#o.healthy()) return;
    const everyNs = BigInt(target.everySeconds) * NS_PER_SECOND;
    // The second test: the clock was set back.
    if (nowNs < this.#dueNs && this.#dueNs - nowNs <= everyNs) return;
    this.#dueNs = nowNs + everyNs;
    this.#sending = this.#send(target).finally(() => {
      this.#sending = null;
    });
  }

  async #send({ url, allowPrivate }: HeartbeatTarget): Promise<void> {
    const { resolve } = this.#o;
    let error: string | null;
    try {
      const { status } = await sendHttp({
        url: url.reveal(),
        method: 'GET',
        headers: { 'user-agent': 'Burnbook' },
        body: null,
        allowPrivate,
        timeoutMs: TIMEOUT_MS,
        signal: this.#abort.signal,
        ...(resolve ? { resolve } : {}),
      });
      error = status >= 200 && status < 300 ? null : `answered ${status}`;
    } catch (caught) {
      error = errorText(caught, TIMEOUT_MS);
    }
    if (this.#abort.signal.aborted) return;
    if (error === null) this.#lastSentNs = this.#o.nowNs();
    else if (this.#lastError === null) this.#o.log('warn', `the outgoing heartbeat: ${error}`);
    this.#lastError = error;
  }
}
