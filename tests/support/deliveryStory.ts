/** A server with one webhook at a local receiver, both new for each test but for the server. */
import { expect } from 'vitest';
import type { NotifyKind } from '../../domain/notify/notifyEvent.js';
import type { NotifySettings } from '../../domain/notify/notifySettings.js';
import type { Delivery } from '../../server/contract.js';
import { event, hook, settingsOf, tell, until } from './notifyStory.js';
import { startReceiver, type Received, type Receiver, type Reaction } from './receiver.js';
import { startTestServer, type TestServer } from './testServer.js';

export class DeliveryStory {
  readonly server: TestServer;
  receiver: Receiver;
  settings: NotifySettings;
  /** The destination of the test. */
  name = '';
  #tests = 0;

  constructor(server: TestServer, receiver: Receiver) {
    this.server = server;
    this.receiver = receiver;
    this.settings = settingsOf('');
  }

  /** A destination of its own: none finds what another test left. */
  async next(): Promise<void> {
    await this.receiver.close();
    this.receiver = await startReceiver();
    this.name = `hook-${++this.#tests}`;
    this.configure(hook(this.name, this.receiver.url, ', ratePerMinute: 6000'));
  }

  configure(destinations: string): void {
    this.settings = settingsOf(`destinations:\n${destinations}`);
    this.server.applyConfig({ prices: {}, pipelines: {}, notify: this.settings });
  }

  react(reaction: Reaction): void {
    this.receiver.reaction = reaction;
  }

  /** @returns the id of the message. */
  async fire(
    kind: NotifyKind = 'firing',
    alert: Parameters<typeof event>[1]['alert'] = {},
  ): Promise<string> {
    // Later than the one before, as alerts change one after the other.
    this.server.nowNs += 1_000n;
    const told = event(kind, {
      atNs: this.server.nowNs,
      alert: { alertId: `alert-${this.name}`, ...alert },
    });
    const [message] = await tell(this.server, this.settings, told);
    if (!message) throw new Error('the event went nowhere');
    return message.messageId;
  }

  until(id: string, wanted: (delivery: Delivery) => boolean): Promise<Delivery> {
    return until(this.server, id, wanted);
  }

  delivered(id: string): Promise<Delivery> {
    return this.until(id, ({ state }) => state === 'delivered');
  }

  tried(id: string, times = 1): Promise<Delivery> {
    return this.until(id, ({ attempts }) => attempts === times);
  }

  /** Puts the clock to the message's next try, and waits until it was made. */
  async nextTry(id: string): Promise<void> {
    const before = await this.until(id, ({ state }) => state === 'pending');
    this.server.nowNs = BigInt(Date.parse(before.nextAt ?? '')) * 1_000_000n + 1_000_000n;
    this.server.running.notifier.touched();
    await this.until(id, ({ attempts }) => attempts > before.attempts);
  }

  /** How long until its next try. */
  delayMs({ nextAt }: Delivery): number {
    return Date.parse(nextAt ?? '') - Number(this.server.nowNs / 1_000_000n);
  }

  get received(): readonly Received[] {
    return this.receiver.received;
  }

  ids(): unknown[] {
    return this.received.map(({ headers }) => headers['webhook-id']);
  }

  kinds(): string[] {
    return this.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  }

  async post(path: string, body: object): Promise<void> {
    const answer = await this.server.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.receiver.close();
  }
}

export const startDeliveryStory = async (): Promise<DeliveryStory> =>
  new DeliveryStory(await startTestServer(), await startReceiver());
