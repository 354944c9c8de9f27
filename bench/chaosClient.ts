/**
 * Sends bodies as exporters do: over several connections, and again until they are acknowledged. One acknowledged body in
 * twenty is sent once more, as by a client that did not hear the answer.
 */
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosBody, ChaosLoad } from './chaosLoad.js';

export interface ChaosClientOptions {
  readonly load: ChaosLoad;
  readonly random: () => number;
  readonly connections: number;
  /** The most bodies a second over all connections: leaves room for what else runs on the machine. */
  readonly bodiesPerS: number;
  readonly port: () => number;
}

const RESEND_AFTER_MS = 100;
const REPEAT_SHARE = 0.05;
const TIMEOUT_MS = 30_000;
/** What a killed server looks like from a client. */
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE']);

export class ChaosClient {
  readonly #options: ChaosClientOptions;
  readonly #agent = new http.Agent({ keepAlive: true });
  readonly bodies: ChaosBody[] = [];
  /** Answers by status, broken connections by code. */
  readonly outcomes = new Map<string, number>();
  acknowledgedSpans = 0;
  #stopped = false;
  #running: Promise<void>[] = [];

  constructor(options: ChaosClientOptions) {
    this.#options = options;
  }

  start(): void {
    const { connections } = this.#options;
    this.#running = Array.from({ length: connections }, () => this.#connection());
  }

  /** Delivers what is under way and what the load still holds, then ends. */
  async finish(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
    const last = this.#options.load.last();
    if (last.spans.length > 0) await this.#deliver(last);
    this.#agent.destroy();
  }

  /** Outcomes that no kill explains: anything but 200, 503 and a broken connection. */
  surprises(): string[] {
    return [...this.outcomes.keys()].filter(
      (outcome) => outcome !== '200' && outcome !== '503' && !BROKEN.has(outcome),
    );
  }

  async #connection(): Promise<void> {
    const { bodiesPerS, connections, load, random } = this.#options;
    const pauseMs = (connections * 1000) / bodiesPerS;
    while (!this.#stopped) {
      const body = load.next();
      await this.#deliver(body);
      if (random() < REPEAT_SHARE) await this.#post(body);
      await sleep(pauseMs * 2 * random());
    }
  }

  async #deliver(body: ChaosBody): Promise<void> {
    this.bodies.push(body);
    while ((await this.#post(body)) !== '200') await sleep(RESEND_AFTER_MS);
    body.acknowledged = true;
    this.acknowledgedSpans += body.spans.length;
  }

  async #post(body: ChaosBody): Promise<string> {
    const outcome = await post({
      agent: this.#agent,
      port: this.#options.port(),
      bytes: body.bytes,
    });
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    return outcome;
  }
}

function post(options: { agent: http.Agent; port: number; bytes: Buffer }): Promise<string> {
  const { agent, port, bytes } = options;
  return new Promise((resolve) => {
    const request = http.request(
      {
        agent,
        host: '127.0.0.1',
        port,
        path: '/v1/traces',
        method: 'POST',
        timeout: TIMEOUT_MS,
        headers: { 'content-type': 'application/x-protobuf', 'content-length': bytes.length },
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve(String(response.statusCode)));
        response.once('error', (error) => resolve(codeOf(error)));
      },
    );
    request.once('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    request.once('error', (error) => resolve(codeOf(error)));
    request.end(bytes);
  });
}

const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.message;
