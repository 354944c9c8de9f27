/** Asks the server about reservations, over the address and with the headers of the telemetry. */
import type { Runtime } from './runtime.js';

export interface ReservationClientOptions {
  /** Base URL of the server, without a slash at its end. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly runtime: Runtime;
}

/** What the server answered. `away`: nothing that could be understood, in all tries. */
export type ServerAnswer =
  | { readonly kind: 'ok'; readonly body: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly body: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'away'; readonly why: string };

const TRIES = 3;
const PAUSE_MS = 100;

export class ReservationClient {
  readonly #options: ReservationClientOptions;

  constructor(options: ReservationClientOptions) {
    this.#options = options;
  }

  /** Never rejects. Requests are idempotent: one without an answer is sent again. @param timeoutMs of each try. */
  async send(
    method: 'POST' | 'DELETE',
    path: string,
    { body, timeoutMs }: { readonly body?: unknown; readonly timeoutMs: number },
  ): Promise<ServerAnswer> {
    let why = '';
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await this.#options.runtime.sleep(PAUSE_MS * tries);
      try {
        const answer = await this.#try(method, path, { body, timeoutMs });
        if (answer.kind !== 'away') return answer;
        ({ why } = answer);
      } catch (error) {
        why = error instanceof Error ? error.message : String(error);
      }
    }
    return { kind: 'away', why };
  }

  async #try(
    method: string,
    path: string,
    { body, timeoutMs }: { readonly body?: unknown; readonly timeoutMs: number },
  ): Promise<ServerAnswer> {
    const { url, headers } = this.#options;
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status >= 500 || answer.status === 429) {
      return { kind: 'away', why: `HTTP ${answer.status}` };
    }
    const said = JSON.parse(text) as Record<string, unknown>;
    return answer.ok
      ? { kind: 'ok', body: said }
      : { kind: 'refused', status: answer.status, body: said };
  }
}
