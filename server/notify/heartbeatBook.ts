/** Signs of life that are expected from others, and which of them are missed. */
import type { ExpectedHeartbeat } from '@burnbook/domain/notify/notifySettings';
import { NS_PER_SECOND, NS_PER_MS } from '@burnbook/domain/time';
import type { StoreClient } from '../store/storeClient.js';

export interface HeartbeatState extends ExpectedHeartbeat {
  /** null: never. */
  readonly lastNs: bigint | null;
  /** When it is missed, if nothing comes before. */
  readonly dueNs: bigint;
  readonly missed: boolean;
}

export interface HeartbeatBookOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
  /** Told when one has come, and when one is due and has not: on an idle server nobody else looks for a minute. */
  readonly heartbeatsChanged?: () => void;
}

/** What is due later is looked at again before. */
const WAIT_MS_MAX = 3_600_000;

export class HeartbeatBook {
  readonly #store: StoreClient;
  readonly #nowNs: () => bigint;
  /** Since when each could have been heard: nobody is late for a server that was not there. */
  #expected = new Map<
    string,
    { readonly heartbeat: ExpectedHeartbeat; readonly sinceNs: bigint }
  >();

  readonly #changed: () => void;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor({ store, nowNs, heartbeatsChanged = () => undefined }: HeartbeatBookOptions) {
    this.#store = store;
    this.#nowNs = nowNs;
    this.#changed = heartbeatsChanged;
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  define(heartbeats: readonly ExpectedHeartbeat[]): void {
    const nowNs = this.#nowNs();
    this.#expected = new Map(
      heartbeats.map((heartbeat) => [
        heartbeat.name,
        { heartbeat, sinceNs: this.#expected.get(heartbeat.name)?.sinceNs ?? nowNs },
      ]),
    );
    if (heartbeats.length > 0) this.#changed();
  }

  /** @returns when it was heard; null where no heartbeat of that name is expected. */
  async beat(name: string): Promise<bigint | null> {
    if (!this.#expected.has(name)) return null;
    const atNs = this.#nowNs();
    await this.#store.command('beat', { name, atNs });
    this.#changed();
    return atNs;
  }

  /** All that are expected, in the file's order. */
  async states(): Promise<HeartbeatState[]> {
    if (this.#expected.size === 0) return [];
    const rows = await this.#store.query('heartbeats');
    const last = new Map(rows.map((row) => [row['name'] as string, row['at_ns'] as bigint]));
    const nowNs = this.#nowNs();
    const states = [...this.#expected.values()].map(({ heartbeat, sinceNs }) => {
      const lastNs = last.get(heartbeat.name) ?? null;
      const heardNs = lastNs !== null && lastNs > sinceNs ? lastNs : sinceNs;
      const allowedS = BigInt(heartbeat.everySeconds + heartbeat.graceSeconds);
      const dueNs = heardNs + allowedS * NS_PER_SECOND;
      return { ...heartbeat, lastNs, dueNs, missed: nowNs > dueNs };
    });
    this.#awake(states, nowNs);
    return states;
  }

  /** At the next instant at which one is missed. */
  #awake(states: readonly HeartbeatState[], nowNs: bigint): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const waits = states.flatMap(({ dueNs, missed }) =>
      missed ? [] : [Number((dueNs - nowNs) / NS_PER_MS) + 1],
    );
    if (waits.length === 0 || this.#stopped) return;
    this.#timer = setTimeout(this.#changed, Math.min(WAIT_MS_MAX, ...waits)).unref();
  }
}
