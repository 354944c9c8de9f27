/** Signs of life that are expected from others, and which of them are missed. */
import type { ExpectedHeartbeat } from '@burnbook/domain/notify/notifySettings';
import { NS_PER_SECOND } from '@burnbook/domain/time';
import type { StoreClient } from '../store/storeClient.js';

export interface HeartbeatState extends ExpectedHeartbeat {
  /** null: never. */
  readonly lastNs: bigint | null;
  /** When it is missed, if nothing comes before. */
  readonly dueNs: bigint;
  readonly missed: boolean;
}

export class HeartbeatBook {
  readonly #store: StoreClient;
  readonly #nowNs: () => bigint;
  /** Since when each could have been heard: nobody is late for a server that was not there. */
  #expected = new Map<
    string,
    { readonly heartbeat: ExpectedHeartbeat; readonly sinceNs: bigint }
  >();

  constructor({ store, nowNs }: { readonly store: StoreClient; readonly nowNs: () => bigint }) {
    this.#store = store;
    this.#nowNs = nowNs;
  }

  define(heartbeats: readonly ExpectedHeartbeat[]): void {
    const nowNs = this.#nowNs();
    this.#expected = new Map(
      heartbeats.map((heartbeat) => [
        heartbeat.name,
        { heartbeat, sinceNs: this.#expected.get(heartbeat.name)?.sinceNs ?? nowNs },
      ]),
    );
  }

  /** @returns when it was heard; null where no heartbeat of that name is expected. */
  async beat(name: string): Promise<bigint | null> {
    if (!this.#expected.has(name)) return null;
    const atNs = this.#nowNs();
    await this.#store.command('beat', { name, atNs });
    return atNs;
  }

  /** All that are expected, in the file's order. */
  async states(): Promise<HeartbeatState[]> {
    if (this.#expected.size === 0) return [];
    const rows = await this.#store.query('heartbeats');
    const last = new Map(rows.map((row) => [row['name'] as string, row['at_ns'] as bigint]));
    const nowNs = this.#nowNs();
    return [...this.#expected.values()].map(({ heartbeat, sinceNs }) => {
      const lastNs = last.get(heartbeat.name) ?? null;
      const heardNs = lastNs !== null && lastNs > sinceNs ? lastNs : sinceNs;
      const allowedS = BigInt(heartbeat.everySeconds + heartbeat.graceSeconds);
      const dueNs = heardNs + allowedS * NS_PER_SECOND;
      return { ...heartbeat, lastNs, dueNs, missed: nowNs > dueNs };
    });
  }
}
