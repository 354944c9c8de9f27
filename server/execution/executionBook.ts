/**
 * The one place where executions of runbooks change. Everything is decided on what is stored, one after the other, and is
 * written in one transaction with its line in the incident's timeline. After a write that failed, or of which nobody knows
 * whether it happened, what is stored is read again; an event's id is its client's, so that sent again it happens once.
 */
import { randomUUID } from 'node:crypto';
import { SYSTEM_ACTOR } from '@burnbook/domain/alert/incident';
import {
  executionState,
  isStepEvent,
  isVerified,
  type ExecutionOutcome,
} from '@burnbook/domain/runbook/execution';
import { verifyText } from '@burnbook/domain/runbook/executionWords';
import { afterRound, afterStep, isAsked, type VerifyRound } from '@burnbook/domain/runbook/verify';
import { DAY_NS } from '@burnbook/domain/time';
import type { AlertDesk } from '../alert/alertDesk.js';
import type { CheckAnswer } from '../contract.js';
import type { AlertDeskChange } from '../store/commands/changeAlerts.js';
import { StoreError } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { ExecutionRefusal } from './executionRefusal.js';
import { eventRow, executionRow, planText } from './executionRows.js';
import { happened, type Followed, type FollowedEvent } from './followed.js';
import { beginningOf, isSameWork, type NewExecution, type RunbookOf } from './newExecution.js';
import { entriesOf, finishedText, takenEvents, type NewEvent } from './newEvents.js';
import { readExecutions, type ExecutionsAsked } from './readExecutions.js';
import { VerifyWatch, type AnswersOf, type Watched } from './verifyWatch.js';

export interface ExecutionBookOptions {
  readonly store: StoreClient;
  readonly desk: Pick<AlertDesk, 'act' | 'actWith'>;
  readonly runbookOf: RunbookOf;
  readonly answersOf: AnswersOf;
  readonly nowNs: () => bigint;
  /** Between two looks at what Verify asks, ms; default as `VerifyWatch` says. */
  readonly verifyEveryMs?: number | undefined;
  /** Told of failures, but for those of a store that is away or busy. */
  readonly report: (error: unknown) => void;
}

export interface ExecutionFilter {
  readonly runbook: string | null;
  readonly incidentId: string | null;
  readonly state: 'open' | 'finished' | null;
  readonly limit: number;
  readonly offset: number;
}

/** Told of the ids of those that changed, after it is on disk. */
export type ExecutionListener = (executionIds: readonly string[]) => void;

const OPEN_MAX = 200;
const OF_INCIDENT_MAX = 50;
/** Further changes of Verify are kept in memory alone: who looks sees them, and nothing fills the disk. */
const VERIFY_EVENTS_MAX = 200;
/** Where nobody has done anything for so long, Verify is asked more rarely. */
const QUIET_NS = DAY_NS;
const QUIET_ASK_NS = 300_000_000_000n;

export class ExecutionBook {
  readonly #o: ExecutionBookOptions;
  readonly #watch: VerifyWatch;
  readonly #listeners = new Set<ExecutionListener>();
  /** Those that are not finished, by id. */
  #open: ReadonlyMap<string, Followed> = new Map();
  /** False while nobody knows whether a write happened. */
  #isCertain = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ExecutionBookOptions) {
    this.#o = options;
    const { answersOf, nowNs, verifyEveryMs: everyMs } = options;
    this.#watch = new VerifyWatch({
      answersOf,
      nowNs,
      everyMs,
      watched: () => this.#queue(() => this.#watched()),
      settle: (executionId, round) => this.#queue(() => this.#settle(executionId, round)),
      report: (error) => this.#failed(error),
    });
  }

  /** Reads what is open; before it nothing may be decided about incidents. @throws StoreError */
  async load(): Promise<void> {
    await this.#queue(() => this.#loaded());
    if (this.#open.size > 0) this.#watch.touched();
  }

  /** @returns stops the telling. */
  listen(listener: ExecutionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether the Verify of every runbook that is being followed for an incident has passed; of none, yes. From memory. */
  verified({ incidentId }: { readonly incidentId: string }): boolean {
    return [...this.#open.values()].every(
      ({ start, state }) =>
        start.incidentId !== incidentId || (this.#isCertain && isVerified(state)),
    );
  }

  /** Begins an execution, or gives the open one of the same work. @throws ExecutionRefusal, StoreError */
  start(asked: NewExecution): Promise<Followed> {
    return this.#queue(() => this.#start(asked));
  }

  /** Takes over what people did, all of it or none; what is known already happens once. @throws ExecutionRefusal, StoreError */
  record(executionId: string, news: readonly NewEvent[], actor: string): Promise<Followed> {
    return this.#queue(() => this.#record(executionId, news, actor));
  }

  /** @throws ExecutionRefusal, StoreError */
  finish(
    executionId: string,
    end: {
      readonly outcome: ExecutionOutcome;
      readonly reason: string | null;
      readonly actor: string;
    },
  ): Promise<Followed> {
    return this.#queue(() => this.#finish(executionId, end));
  }

  /** @throws ExecutionRefusal where there is none of that id. */
  async find(executionId: string): Promise<Followed> {
    const known = this.#isCertain ? this.#open.get(executionId) : undefined;
    if (known) return known;
    const { items } = await this.#read({ id: executionId });
    if (items[0]) return items[0];
    const message = `there is no execution ${JSON.stringify(executionId)}`;
    throw new ExecutionRefusal('unknown', message, 'id');
  }

  /** The newest first. */
  list(filter: ExecutionFilter): Promise<{ items: readonly Followed[]; matching: number }> {
    const { incidentId: incident, ...rest } = filter;
    return this.#read({ ...rest, incident });
  }

  /** Those of an incident, the newest first. */
  async ofIncident(incident: string): Promise<readonly Followed[]> {
    return (await this.#read({ incident, limit: OF_INCIDENT_MAX })).items;
  }

  /** Resolves when nothing is under way and nothing will begin by itself. */
  async close(): Promise<void> {
    await this.#watch.stop();
    await this.#last;
  }

  #queue<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #start(asked: NewExecution): Promise<Followed> {
    const { store, runbookOf, nowNs } = this.#o;
    const open = await this.#loaded();
    const atNs = nowNs();
    const executionId = randomUUID();
    const { start, checks } = await beginningOf(asked, { store, runbookOf, executionId, atNs });
    const same = [...open.values()].find((each) => isSameWork(each.start, start));
    if (same) return same;
    if (open.size >= OPEN_MAX) {
      const message = `${OPEN_MAX} executions are open, and there can be no more: finish one`;
      throw new ExecutionRefusal('conflict', message);
    }
    const empty: Followed = { start, checks, events: [], state: executionState(start, []) };
    const begun = happened(empty, [
      {
        eventId: randomUUID(),
        atNs,
        doneNs: atNs,
        actor: asked.actor,
        kind: 'started',
        step: null,
        text: null,
      },
    ]);
    await this.#write(empty, begun);
    return begun;
  }

  async #record(executionId: string, news: readonly NewEvent[], actor: string): Promise<Followed> {
    const { store, nowNs } = this.#o;
    const open = await this.#loaded();
    const followed = open.get(executionId) ?? (await this.find(executionId));
    const ids = news.map(({ eventId }) => eventId);
    const rows = await store.query('execution_event_owners', { ids });
    const owners = new Map(rows.map((row) => [row['event_id'], row['execution_id']]));
    const foreign = ids.findIndex((id) => (owners.get(id) ?? executionId) !== executionId);
    if (foreign >= 0) {
      const message = `the id ${ids[foreign]} is of an event of another execution`;
      throw new ExecutionRefusal('conflict', message, `events.${foreign}.id`);
    }
    const fresh = news.filter(
      ({ eventId }, index) => !owners.has(eventId) && ids.indexOf(eventId) === index,
    );
    if (fresh.length === 0) return followed;
    const now = happened(followed, takenEvents(fresh, followed, { actor, atNs: nowNs() }));
    await this.#write(followed, now);
    return now;
  }

  async #finish(
    executionId: string,
    { outcome, reason, actor }: { outcome: ExecutionOutcome; reason: string | null; actor: string },
  ): Promise<Followed> {
    const open = await this.#loaded();
    const followed = open.get(executionId) ?? (await this.find(executionId));
    const { finished, verify } = followed.state;
    if (finished) {
      // The answer to the same words was lost.
      if (finished.by === actor && finished.outcome === outcome) return followed;
      throw new ExecutionRefusal('conflict', finishedText(followed));
    }
    const wasVerified = isVerified(followed.state);
    if (!wasVerified && reason === null && (outcome === 'resolved' || outcome === 'mitigated')) {
      const message = `Verify has not passed (${verifyText(verify)}): say why it is ${outcome} all the same`;
      throw new ExecutionRefusal('conflict', message, 'reason');
    }
    const atNs = this.#o.nowNs();
    const ended = happened(followed, [
      {
        eventId: randomUUID(),
        atNs,
        doneNs: atNs,
        actor,
        kind: 'finished',
        step: null,
        text: reason,
        verify,
        outcome,
        wasVerified,
      },
    ]);
    await this.#write(followed, ended);
    return ended;
  }

  /** Takes over what the checks said; a change of what it means is kept. */
  async #settle(executionId: string, round: VerifyRound<CheckAnswer>): Promise<void> {
    const open = await this.#loaded();
    const followed = open.get(executionId);
    if (!followed) return;
    const { state, events } = followed;
    const verify = afterRound(state.verify, round);
    const asked: Followed = { ...followed, state: { ...state, verify } };
    if (verify.state === state.verify.state) {
      this.#keep(asked);
      return;
    }
    const kept = events.filter(({ kind }) => kind === 'verify').length;
    if (kept >= VERIFY_EVENTS_MAX) {
      this.#keep(asked);
      this.#tell(executionId);
      await this.#wakeDesk(followed, asked);
      return;
    }
    const atNs = this.#o.nowNs();
    const event: FollowedEvent = {
      eventId: randomUUID(),
      atNs,
      doneNs: atNs,
      actor: SYSTEM_ACTOR,
      kind: 'verify',
      step: null,
      text: verifyText(verify),
      verify,
    };
    await this.#write(followed, { ...asked, events: [...events, event] });
  }

  /** null: nothing is being followed. */
  async #watched(): Promise<readonly Watched[] | null> {
    const open = [...(await this.#loaded()).values()];
    const nowNs = this.#o.nowNs();
    if (open.every(({ state }) => !isAsked(state.verify))) return null;
    return open
      .filter(({ state, events }) => {
        const { verify } = state;
        const newest = events.findLast(({ kind }) => kind !== 'verify');
        const isQuiet = newest !== undefined && nowNs - newest.atNs > QUIET_NS;
        const isFresh = verify.askedNs !== null && nowNs - verify.askedNs < QUIET_ASK_NS;
        return isAsked(verify) && !(isQuiet && isFresh);
      })
      .map(({ start, checks }) => ({ executionId: start.executionId, checks }));
  }

  /** Writes what is new in an execution, and takes it over. */
  async #write(before: Followed, after: Followed): Promise<void> {
    const { store, desk, nowNs } = this.#o;
    const { start, checks } = after;
    const { incidentId, executionId, expectedMinutes } = start;
    const news = after.events.slice(before.events.length);
    const isNew = before.events.length === 0;
    const commit = async (alerts: AlertDeskChange | null): Promise<void> => {
      await store.command('recordExecution', {
        execution: isNew ? executionRow(start) : null,
        events: news.map((event) =>
          eventRow(
            executionId,
            event,
            event.kind === 'started' ? planText({ checks, expectedMinutes }) : null,
          ),
        ),
        alerts,
      });
    };
    const entries = entriesOf(news, before);
    try {
      if (incidentId === null) await commit(null);
      else {
        const isWork = news.some(({ kind }) => kind !== 'verify');
        const input = { kind: 'entries', incidentId, entries, isWork, atNs: nowNs() } as const;
        await desk.actWith(input, commit);
      }
    } catch (error) {
      this.#isCertain = false;
      this.#watch.touched();
      throw error;
    }
    if (after.state.finished) this.#forget(executionId);
    else this.#keep(after);
    this.#tell(executionId);
    if (news.some(({ kind }) => kind === 'started' || isStepEvent(kind))) this.#watch.touched();
    await this.#wakeDesk(before, after);
  }

  /** What waited for Verify need not wait for the next minute. */
  async #wakeDesk(before: Followed, after: Followed): Promise<void> {
    const released = ({ state }: Followed): boolean => state.finished !== null || isVerified(state);
    if (after.start.incidentId === null || released(before) || !released(after)) return;
    try {
      await this.#o.desk.act({ kind: 'tick', atNs: this.#o.nowNs() });
    } catch (error) {
      this.#failed(error);
    }
  }

  #keep(followed: Followed): void {
    this.#open = new Map(this.#open).set(followed.start.executionId, followed);
  }

  #forget(executionId: string): void {
    this.#open = new Map([...this.#open].filter(([id]) => id !== executionId));
  }

  #tell(executionId: string): void {
    for (const listener of this.#listeners) listener([executionId]);
  }

  async #loaded(): Promise<ReadonlyMap<string, Followed>> {
    if (this.#isCertain) return this.#open;
    const { items } = await this.#read({ state: 'open', limit: OPEN_MAX });
    this.#open = new Map(items.map((each) => [each.start.executionId, recalled(each)]));
    this.#isCertain = true;
    return this.#open;
  }

  /** As the store has them; what the checks of an open one said last is in memory alone. */
  async #read(asked: ExecutionsAsked): Promise<{ items: readonly Followed[]; matching: number }> {
    const { items, matching } = await readExecutions(this.#o.store, asked);
    if (!this.#isCertain) return { items, matching };
    return {
      items: items.map((each) => this.#open.get(each.start.executionId) ?? each),
      matching,
    };
  }

  #failed(error: unknown): void {
    const passes = error instanceof StoreError && error.reason !== 'error';
    if (!passes) this.#o.report(error);
  }
}

/** Where not every change of Verify was kept, the last that was says nothing. */
function recalled(followed: Followed): Followed {
  const { state, events } = followed;
  const kept = events.filter(({ kind }) => kind === 'verify').length;
  if (kept < VERIFY_EVENTS_MAX || !isAsked(state.verify)) return followed;
  return { ...followed, state: { ...state, verify: afterStep(state.verify, state.verify.stepNs) } };
}
