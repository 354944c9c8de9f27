/**
 * Delivers what stands in the outbox: at least once, each message under one id. What is under way is in memory, all
 * else in the store, so a restart forgets no message and no time of a next try.
 */
import type { Destination } from '@burnbook/domain/notify/notifySettings';
import { NS_PER_MS, NS_PER_SECOND } from '@burnbook/domain/time';
import type { DeliveryResult } from '../store/commands/settleDeliveries.js';
import { StoreError } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { deliver, type Attempt } from './deliver.js';
import { DestinationGates } from './destinationGates.js';
import type { Resolve } from './guardedLookup.js';
import { messageOf, waitingOf, type Waiting } from './waitingMessage.js';
import { isGivenUp, retryAfterNs, retryDelayNs } from './retryTimes.js';

/** One settled try of a message, for who counts them. */
export interface CountedDelivery {
  /** Of the destination: webhook, slack … */
  readonly kind: string;
  /** `failed`: it will be tried again. */
  readonly outcome: 'delivered' | 'failed' | 'dead';
  /** Since the message was written. */
  readonly latencyMs: number;
}

export interface DeliveryLoopOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
  /** Told of faults of ours. */
  readonly report: (error: unknown) => void;
  readonly delivered: (delivery: CountedDelivery) => void;
  readonly resolve?: Resolve;
}

interface Settling {
  readonly key: string;
  readonly result: DeliveryResult;
  readonly disable: { readonly destination: string; readonly reason: string } | null;
}

const TICK_MS = 500;
/** Somebody else may have written to the outbox without a word. */
const LOOK_AGAIN_NS = 30n * NS_PER_SECOND;
const EACH_MAX = 50;
const AT_ONCE_MAX = 4;
const CLOSE_WAIT_MS = 2_000;
const NEVER_NS = 1n << 62n;

export class DeliveryLoop {
  readonly #o: DeliveryLoopOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #abort = new AbortController();
  readonly #underWay = new Map<string, { destination: string; done: Promise<void> }>();
  readonly #gates = new DestinationGates();
  readonly #failing = new Set<string>();
  /** Destinations that are switched off, with the reason; null: not read yet. */
  #off: Map<string, string> | null = null;
  #destinations = new Map<string, Destination>();
  #settling: Settling[] = [];
  #turn: Promise<void> | null = null;
  #dirty = true;
  #lookNs = 0n;
  #lastNs = 0n;
  #stopped = false;

  constructor(options: DeliveryLoopOptions) {
    this.#o = options;
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  define(destinations: readonly Destination[]): void {
    this.#destinations = new Map(destinations.map((each) => [each.name, each]));
    this.#gates.forgetPauses();
    this.touched();
  }

  /** There may be something to deliver. */
  touched(): void {
    this.#dirty = true;
    this.#go();
  }

  /** The store has a new word on destinations. */
  switched(): void {
    this.#off = null;
    this.touched();
  }

  /** Resolves when nothing is under way; what could not be settled will be sent again, with its id. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#turn;
    const all = Promise.all([...this.#underWay.values()].map(({ done }) => done));
    const waiting = setTimeout(() => this.#abort.abort(), CLOSE_WAIT_MS).unref();
    await all;
    clearTimeout(waiting);
    await this.#settle();
  }

  #tick(): void {
    const nowNs = this.#o.nowNs();
    const wasSetBack = nowNs < this.#lastNs;
    this.#lastNs = nowNs;
    if (wasSetBack) {
      this.#gates.forgetPauses();
      // A turn that is under way may have looked by the old clock: it looks again.
      this.#dirty = true;
    }
    if (this.#dirty || nowNs >= this.#lookNs || this.#settling.length > 0) {
      this.#go();
    }
  }

  #go(): void {
    if (this.#turn || this.#stopped) return;
    this.#turn = this.#work().finally(() => {
      this.#turn = null;
    });
  }

  /** Until nothing is left to begin; a store that is away is asked again with the next tick. */
  async #work(): Promise<void> {
    do {
      if (!this.#o.store.ready) return;
      try {
        if (!(await this.#settle())) return;
        this.#dirty = false;
        await this.#begin();
      } catch (error) {
        this.#dirty = true;
        const passes = error instanceof StoreError && error.reason !== 'error';
        if (!passes) this.#o.report(error);
        return;
      }
    } while (this.#dirty && !this.#stopped);
  }

  /** @returns whether all that has an outcome is on disk. */
  async #settle(): Promise<boolean> {
    const settling = this.#settling;
    if (settling.length === 0) return true;
    this.#settling = [];
    try {
      await this.#o.store.command('settleDeliveries', {
        results: settling.map(({ result }) => result),
        disable: settling.flatMap(({ disable }) => disable ?? []),
        atNs: this.#o.nowNs(),
      });
    } catch (error) {
      // Kept, and its key with it: so nothing is sent twice while the store is away.
      this.#settling = [...settling, ...this.#settling];
      if (!(error instanceof StoreError && error.reason === 'unavailable')) this.#o.report(error);
      return false;
    }
    for (const { key } of settling) this.#underWay.delete(key);
    return true;
  }

  async #begin(): Promise<void> {
    const { store } = this.#o;
    const nowNs = this.#o.nowNs();
    // What is waited for goes by this clock: that it is set back must be noticed even if no tick saw it.
    if (nowNs > this.#lastNs) this.#lastNs = nowNs;
    this.#off ??= new Map(
      (await store.query('destination_states'))
        .filter((row) => row['enabled'] === false)
        .map((row) => [row['destination'] as string, row['reason'] as string]),
    );
    const rows = await store.query('waiting_messages', { now: nowNs, each: EACH_MAX });
    let lookNs = nowNs + LOOK_AGAIN_NS;
    for (const waiting of rows.map(waitingOf)) {
      if (this.#stopped) return;
      const atNs = this.#start(waiting, nowNs);
      if (atNs < lookNs) lookNs = atNs;
    }
    this.#lookNs = lookNs;
  }

  /** Begins to deliver it if it may go now. @returns when to look at it again. */
  #start(waiting: Waiting, nowNs: bigint): bigint {
    const { destination: name } = waiting;
    const key = `${name}\n${waiting.dedupKey}`;
    // Its end brings the next turn.
    if (this.#underWay.has(key)) return NEVER_NS;
    if (!waiting.due) return waiting.nextNs;
    if (this.#off?.has(name)) {
      this.#finish({ waiting, key, nowNs }, { state: 'disabled', nextNs: nowNs });
      return NEVER_NS;
    }
    const destination = this.#destinations.get(name);
    if (!destination) {
      const error = 'notify.yaml has no such destination';
      this.#failed({ waiting, key, nowNs }, { ...NO_ANSWER, error });
      return NEVER_NS;
    }
    const atOnce = [...this.#underWay.values()].filter((each) => each.destination === name);
    if (atOnce.length >= AT_ONCE_MAX) return NEVER_NS;
    const laterNs = this.#gates.admit(destination, nowNs);
    if (laterNs !== null) return laterNs;
    const done = this.#deliver(waiting, destination, key);
    this.#underWay.set(key, { destination: name, done });
    return NEVER_NS;
  }

  async #deliver(waiting: Waiting, destination: Destination, key: string): Promise<void> {
    const { resolve } = this.#o;
    const { messageId, replaces } = waiting;
    const message = messageOf(waiting);
    const attempt = message
      ? await deliver({ messageId, message, replaces, nowNs: this.#o.nowNs() }, destination, {
          signal: this.#abort.signal,
          ...(resolve ? { resolve } : {}),
        })
      : { ...NO_ANSWER, error: 'the stored message cannot be read' };
    // Cut off by our own end: nobody knows how it went, so it goes again after the start.
    if (this.#abort.signal.aborted) return;
    const nowNs = this.#o.nowNs();
    const own = { waiting, key, nowNs };
    if (attempt.outcome === 'delivered') {
      this.#count(own, 'delivered');
      if (this.#failing.delete(waiting.destination)) {
        this.#o.log('info', `messages to ${waiting.destination} are delivered again`);
      }
      this.#finish(own, { state: 'delivered', nextNs: nowNs, attempt });
    } else if (attempt.outcome === 'gone') {
      const reason = 'it answered 410: it takes no messages any more';
      this.#off?.set(waiting.destination, reason);
      this.#o.log('warn', `${waiting.destination} is switched off: ${reason}`);
      this.#count(own, 'failed');
      this.#finish(own, {
        state: 'disabled',
        nextNs: nowNs,
        attempt,
        disable: { destination: waiting.destination, reason },
      });
    } else this.#failed(own, attempt);
  }

  #failed(own: Own, attempt: Attempt): void {
    const { waiting, nowNs } = own;
    const attempts = waiting.attempts + 1;
    const periods = this.#destinations.get(waiting.destination)?.retry;
    if (isGivenUp({ attempts, expiresNs: waiting.expiresNs, nowNs }, periods)) {
      this.#count(own, 'dead');
      this.#o.log(
        'error',
        `message ${waiting.messageId} to ${waiting.destination} is given up after ${attempts} tries: ${attempt.error}`,
      );
      this.#finish(own, { state: 'dead', nextNs: nowNs, attempt });
      return;
    }
    if (!this.#failing.has(waiting.destination)) {
      this.#failing.add(waiting.destination);
      this.#o.log('warn', `${waiting.destination}: ${attempt.error}; it will be tried again`);
    }
    this.#count(own, 'failed');
    const askedNs = retryAfterNs(attempt.retryAfter, nowNs) ?? 0n;
    const ownNs = retryDelayNs(attempts, this.#o.random(), periods);
    const nextNs = nowNs + (askedNs > ownNs ? askedNs : ownNs);
    if (attempt.busy && askedNs > 0n) this.#gates.pause(waiting.destination, nowNs + askedNs);
    this.#finish(own, { state: 'pending', nextNs, attempt });
  }

  #finish(
    { waiting, key, nowNs }: Own,
    {
      state,
      nextNs,
      attempt,
      disable,
    }: {
      state: DeliveryResult['state'];
      nextNs: bigint;
      attempt?: Attempt;
      disable?: Settling['disable'];
    },
  ): void {
    this.#settling.push({
      key,
      disable: disable ?? null,
      result: {
        messageId: waiting.messageId,
        state,
        attempts: waiting.attempts + (attempt ? 1 : 0),
        triedNs: attempt ? nowNs : null,
        nextNs,
        status: attempt?.status ?? null,
        error: attempt?.error ?? null,
      },
    });
    if (!this.#underWay.has(key)) {
      this.#underWay.set(key, { destination: waiting.destination, done: Promise.resolve() });
    }
    this.touched();
  }

  #count({ waiting, nowNs }: Own, outcome: CountedDelivery['outcome']): void {
    // A test says nothing about how pages are delivered.
    if (waiting.kind === 'test') return;
    const latencyMs = Math.max(0, Number((nowNs - waiting.createdNs) / NS_PER_MS));
    const kind = this.#destinations.get(waiting.destination)?.kind ?? 'unknown';
    this.#o.delivered({ kind, outcome, latencyMs });
  }
}

/** A message under way, and when it got its outcome. */
interface Own {
  readonly waiting: Waiting;
  readonly key: string;
  readonly nowNs: bigint;
}

const NO_ANSWER: Attempt = {
  outcome: 'failed',
  status: null,
  error: null,
  retryAfter: null,
  busy: false,
};
