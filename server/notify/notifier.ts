/** Tells people: which destinations an event goes to, and that it gets there. */
import { randomUUID } from 'node:crypto';
import type { NotifyEvent } from '@burnbook/domain/notify/notifyEvent';
import {
  NO_NOTIFY_SETTINGS,
  RETRY_PERIODS,
  type Destination,
  type NotifySettings,
} from '@burnbook/domain/notify/notifySettings';
import type { OutboxRow } from '../store/commands/outbox.js';
import { DeliveryLoop, type DeliveryLoopOptions } from './deliveryLoop.js';
import { HeartbeatBook, type HeartbeatBookOptions } from './heartbeatBook.js';
import { OutgoingHeartbeat } from './outgoingHeartbeat.js';
import { expiresAt } from './retryTimes.js';
import { messagesFor, messageTo } from './routing.js';

export type NotifierOptions = DeliveryLoopOptions & Pick<HeartbeatBookOptions, 'heartbeatsChanged'>;

export class Notifier {
  readonly heartbeats: HeartbeatBook;
  readonly #o: NotifierOptions;
  readonly #loop: DeliveryLoop;
  readonly #heartbeat: OutgoingHeartbeat;
  #settings: NotifySettings = NO_NOTIFY_SETTINGS;

  constructor(options: NotifierOptions) {
    this.#o = options;
    this.#loop = new DeliveryLoop(options);
    this.heartbeats = new HeartbeatBook(options);
    this.#heartbeat = new OutgoingHeartbeat({
      ...options,
      healthy: () => options.store.ready,
    });
  }

  define(settings: NotifySettings): void {
    this.#settings = settings;
    this.heartbeats.define(settings.heartbeats);
    this.#heartbeat.define(settings.heartbeat);
    this.#loop.define(settings.destinations);
  }

  get settings(): NotifySettings {
    return this.#settings;
  }

  get outgoingHeartbeat(): OutgoingHeartbeat['state'] {
    return this.#heartbeat.state;
  }

  /** The messages of an event, to be written in the transaction of what they tell; then call `touched`. */
  messagesFor(event: NotifyEvent): OutboxRow[] {
    return messagesFor(this.#settings, event);
  }

  /** There are new messages in the store. */
  touched(): void {
    this.#loop.touched();
  }

  destination(name: string): Destination | null {
    return this.#settings.destinations.find((each) => each.name === name) ?? null;
  }

  /** @returns the id of the test message to that destination. */
  async test(name: string, actor: string): Promise<string> {
    const atNs = this.#o.nowNs();
    const destination = this.destination(name) ?? { name, retry: RETRY_PERIODS };
    const message = messageTo(destination, testEvent({ name, actor, atNs }), this.#settings);
    await this.#o.store.command('queueMessages', [message]);
    this.touched();
    return message.messageId;
  }

  /** @returns whether there is such a message. @throws StoreError `refused` when it is not one to send again. */
  async replay(messageId: string, actor: string): Promise<boolean> {
    const atNs = this.#o.nowNs();
    const found = await this.#o.store.command('replayDelivery', {
      messageId,
      actor,
      atNs,
      expiresNs: expiresAt(atNs),
      expiresOf: this.#settings.destinations.map(({ name, retry }) => ({
        destination: name,
        expiresNs: expiresAt(atNs, retry),
      })),
    });
    this.touched();
    return found;
  }

  async switch(change: {
    readonly destination: string;
    readonly enabled: boolean;
    readonly actor: string;
    readonly reason: string;
  }): Promise<void> {
    const atNs = this.#o.nowNs();
    const expiresNs = expiresAt(atNs, this.destination(change.destination)?.retry);
    await this.#o.store.command('changeDestination', { ...change, atNs, expiresNs });
    this.#loop.switched();
  }

  async stop(): Promise<void> {
    this.heartbeats.stop();
    await Promise.all([this.#loop.stop(), this.#heartbeat.stop()]);
  }
}

function testEvent({
  name,
  actor,
  atNs,
}: {
  readonly name: string;
  readonly actor: string;
  readonly atNs: bigint;
}): NotifyEvent {
  return {
    kind: 'test',
    alert: {
      alertId: `test-${randomUUID()}`,
      name: 'Test',
      subject: { destination: name },
      severity: 'ticket',
      told: null,
      state: 'firing',
      summary: `This is a test of ${name}: nothing is wrong.`,
      details: {},
      owner: null,
      startedNs: atNs,
      firedNs: atNs,
      resolvedNs: null,
      reason: null,
    },
    incident: null,
    atNs,
    note: `Asked for by ${actor}.`,
    runbookPath: '/runbooks',
    firstAction: 'Nothing: this is a test.',
  };
}
