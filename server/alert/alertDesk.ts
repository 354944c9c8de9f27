/**
 * The one place where alerts change. Every decision is made on what is stored, one after the other, and what it leads to
 * (alert, incident, timeline, messages) is written in one transaction. After a write that failed, or of which nobody knows
 * whether it happened, what is stored is read again: nothing is lost and nothing happens twice.
 */
import { createHash } from 'node:crypto';
import { decide, type DeskInput, type DeskReport } from '@burnbook/domain/alert/decide';
import {
  isEmptyChange,
  type DeskChange,
  type DeskContext,
  type DeskState,
} from '@burnbook/domain/alert/deskDraft';
import { REOPEN_NS } from '@burnbook/domain/alert/grouping';
import type { AlertCondition, AlertSource } from '@burnbook/domain/alert/alert';
import type { AlertName } from '@burnbook/domain/alertNames';
import type { DeskEvent } from '@burnbook/domain/alert/deskEvent';
import type { NotifyEvent } from '@burnbook/domain/notify/notifyEvent';
import type { AlertDeskChange } from '../store/commands/changeAlerts.js';
import type { OutboxRow } from '../store/commands/outbox.js';
import type { StoreClient } from '../store/storeClient.js';
import { alertOf, incidentOf, silenceOf } from './alertRows.js';

export interface AlertDeskOptions extends Pick<DeskContext, 'verified'> {
  readonly store: StoreClient;
  readonly upstreams: () => DeskContext['upstreams'];
  /** What the runbooks say about an alert. */
  readonly guide: (event: DeskEvent) => Pick<NotifyEvent, 'runbookPath' | 'firstAction'>;
  /** The messages that an event leads to, each with an id that follows from it. */
  readonly messagesFor: (event: NotifyEvent) => readonly OutboxRow[];
}

/** What a report speaks about. */
export type ReportScope = Pick<DeskReport, 'names' | 'withdrawn'>;

/** Told after a change is on disk. */
export type DeskListener = (change: DeskChange) => void;

/** Writes a change together with the caller's own; null: there is none. */
export type CommitWith = (change: AlertDeskChange | null) => Promise<void>;

/** Conditions beyond it are left out, tickets first: nobody can work on so many. */
const CONDITIONS_MAX = 2_000;
export class AlertDesk {
  readonly #o: AlertDeskOptions;
  readonly #listeners = new Set<DeskListener>();
  /** null: not read yet, or not certain any more. */
  #state: DeskState | null = null;
  /** When somebody last reported, by what the report spoke about: names of alerts, or a source. */
  readonly #heardNs = new Map<string, bigint>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: AlertDeskOptions) {
    this.#o = options;
  }

  /** @returns stops the telling. */
  listen(listener: DeskListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Takes over all that a source sees now: what it no longer reports resolves.
   * @throws StoreError when it could not be written; the next report makes up for it.
   */
  async report(
    source: AlertSource,
    conditions: readonly AlertCondition[],
    atNs: bigint,
    more: ReportScope = {},
  ): Promise<void> {
    await this.act(reportOf(source, conditions, atNs, more));
    for (const about of more.names ?? [source]) this.#heardNs.set(about, atNs);
  }

  /**
   * When whoever watches for an alert last said what it sees; null: nobody has yet.
   * @param source who does, where no rule of its own speaks of that name.
   */
  heardNs(name: AlertName, source: AlertSource): bigint | null {
    return this.#heardNs.get(name) ?? this.#heardNs.get(source) ?? null;
  }

  /** The same, written in the transaction of the caller's own change. `commit` is called once, whatever comes of it. */
  async reportWith(
    report: {
      readonly source: AlertSource;
      readonly conditions: readonly AlertCondition[];
      readonly atNs: bigint;
    } & Pick<ReportScope, 'withdrawn'>,
    commit: CommitWith,
  ): Promise<void> {
    const { source, conditions, atNs, ...more } = report;
    await this.actWith(reportOf(source, conditions, atNs, more), commit);
    this.#heardNs.set(source, atNs);
  }

  /** @throws DeskRefusal, StoreError */
  act(input: DeskInput): Promise<DeskChange> {
    return this.actWith(input, async (change) => {
      if (change) await this.#o.store.command('changeAlerts', change);
    });
  }

  /** The same, written by the caller together with a change of its own; not called where the desk refuses. */
  actWith(input: DeskInput, commit: CommitWith): Promise<DeskChange> {
    return this.#queue(() => this.#decide(input, commit));
  }

  /** What stands, after all that was asked before. @throws StoreError */
  state(): Promise<DeskState> {
    return this.#queue(() => this.#loaded());
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#last;
  }

  #queue<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #decide(input: DeskInput, commit: CommitWith): Promise<DeskChange> {
    const before = await this.#with(await this.#loaded(), input);
    const { verified, upstreams } = this.#o;
    const { state, change } = decide(before, input, { newId, verified, upstreams: upstreams() });
    try {
      await commit(isEmptyChange(change) ? null : this.#written(change));
    } catch (error) {
      this.#state = null;
      throw error;
    }
    this.#state = state;
    if (!isEmptyChange(change)) for (const listener of this.#listeners) listener(change);
    return change;
  }

  #written({ events, ...change }: DeskChange): AlertDeskChange {
    return {
      ...change,
      messages: events.flatMap((event) =>
        this.#o.messagesFor({
          ...event,
          ...this.#o.guide(event),
          destinations: event.alert.details.destinations ?? [],
        }),
      ),
    };
  }

  async #loaded(): Promise<DeskState> {
    this.#state ??= await this.#load();
    return this.#state;
  }

  async #load(): Promise<DeskState> {
    const { store } = this.#o;
    const since = { since: await this.#newestChangeNs() };
    const [alerts, incidents, silences] = await Promise.all([
      store.query('alert_desk', since),
      store.query('incident_desk', since),
      store.query('silence_desk', { at: since.since }),
    ]);
    return {
      alerts: new Map(alerts.map((row) => [row['alert_id'] as string, alertOf(row)])),
      incidents: new Map(incidents.map((row) => [row['incident_id'] as string, incidentOf(row)])),
      silences: new Map(silences.map((row) => [row['silence_id'] as string, silenceOf(row)])),
      quiet: new Map(),
    };
  }

  /** From when on what ended may come back: what is older than that before the newest change is never asked for. */
  async #newestChangeNs(): Promise<bigint> {
    const [row] = await this.#o.store.query('newest_alert_change');
    return ((row?.['at_ns'] ?? 0n) as bigint) - REOPEN_NS;
  }

  /** Someone may write into the timeline of an incident that closed long ago. */
  async #with(state: DeskState, input: DeskInput): Promise<DeskState> {
    if (!('incidentId' in input) || state.incidents.has(input.incidentId)) return state;
    const [row] = await this.#o.store.query('incident_by_id', { id: input.incidentId });
    if (!row) return state;
    return {
      ...state,
      incidents: new Map([...state.incidents, [input.incidentId, incidentOf(row)]]),
    };
  }
}

function reportOf(
  source: AlertSource,
  conditions: readonly AlertCondition[],
  atNs: bigint,
  more: ReportScope,
): DeskInput {
  const worst =
    conditions.length <= CONDITIONS_MAX
      ? conditions
      : conditions
          .toSorted((a, b) => Number(b.severity === 'page') - Number(a.severity === 'page'))
          .slice(0, CONDITIONS_MAX);
  return { kind: 'report', source, conditions: worst, atNs, ...more };
}

/** 80 bits of sha-256: nobody can make two alerts share one by choosing names. */
const newId = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 20);
