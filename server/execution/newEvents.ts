/** What people say they did, checked against how the execution stands. */
import {
  executionState,
  isStepEvent,
  type ExecutionEventKind,
} from '@burnbook/domain/runbook/execution';
import { eventFacts, eventWords, OUTCOME_WORDS } from '@burnbook/domain/runbook/executionWords';
import type { NewEntry } from '@burnbook/domain/alert/decide';
import { formatTime } from '@burnbook/domain/time';
import { ExecutionRefusal } from './executionRefusal.js';
import type { Followed, FollowedEvent } from './followed.js';

export interface NewEvent {
  /** Made by the client. */
  readonly eventId: string;
  readonly kind: Extract<
    ExecutionEventKind,
    'tick' | 'untick' | 'skip' | 'note' | 'handOver' | 'override'
  >;
  readonly step: number | null;
  readonly text: string | null;
  /** When it was done, by the clock of who did it; null: now. */
  readonly doneNs: bigint | null;
}

/** More events of people than these are no work on an incident any more. */
const EVENTS_MAX = 1_000;
const NAME_LENGTH_MAX = 200;
/** What may be told after the end, when it was done before. */
const LATE_KINDS: readonly ExecutionEventKind[] = ['tick', 'untick', 'skip', 'note'];

/**
 * The events as they are to be kept. One that was done before the execution began, or later than now, was not: its time
 * becomes that of the beginning, or now.
 * @throws ExecutionRefusal that says what stands.
 */
export function takenEvents(
  news: readonly NewEvent[],
  followed: Followed,
  { actor, atNs }: { readonly actor: string; readonly atNs: bigint },
): FollowedEvent[] {
  const { start, events, state } = followed;
  const byPeople = events.filter(({ kind }) => kind !== 'verify').length;
  if (byPeople + news.length > EVENTS_MAX) {
    const message = `the execution holds ${byPeople} events, at most ${EVENTS_MAX}: finish it and start anew`;
    throw new ExecutionRefusal('conflict', message);
  }
  return news.map((event, index) => {
    const field = (name: string): string => `events.${index}.${name}`;
    checkShape(event, field);
    const { kind, step, eventId, text } = event;
    if (step !== null && !start.steps.some(({ number }) => number === step)) {
      const last = start.steps.at(-1)?.number;
      const there = last === undefined ? 'has no steps' : `has the steps 1 to ${last}`;
      const message = `there is no step ${step}: ${start.runbook} at revision ${start.revision} ${there}`;
      throw new ExecutionRefusal('conflict', message, field('step'));
    }
    const doneNs = clamp(event.doneNs ?? atNs, start.startedNs, atNs);
    const { finished } = state;
    if (finished && !(LATE_KINDS.includes(kind) && doneNs < finished.atNs)) {
      throw new ExecutionRefusal('conflict', finishedText(followed));
    }
    return { eventId, atNs, doneNs, actor, kind, step, text };
  });
}

/** What stands when an execution is over. */
export function finishedText({ state: { finished } }: Followed): string {
  if (!finished) return 'the execution is open';
  const { by, atNs, outcome } = finished;
  return `the execution is finished: ${OUTCOME_WORDS[outcome]}, by ${by} at ${formatTime(atNs)}`;
}

/** Lines of the incident's timeline. What changes nothing, such as the tick of a step that is done, has none. */
export function entriesOf(
  news: readonly FollowedEvent[],
  { start, events }: Pick<Followed, 'start' | 'events'>,
): NewEntry[] {
  const heard = [...events];
  return news.flatMap((event): NewEntry[] => {
    const before = executionState(start, heard).steps;
    heard.push(event);
    const after = executionState(start, heard).steps;
    const isIdle =
      isStepEvent(event.kind) && before.every(({ state }, index) => state === after[index]?.state);
    const text = isIdle ? null : eventWords(event, start);
    if (text === null) return [];
    const { kind, doneNs: atNs, actor } = event;
    const facts = eventFacts(event, start);
    return [{ entry: kind === 'note' ? 'note' : 'step', atNs, actor, text, facts }];
  });
}

/** @throws ExecutionRefusal `invalid` */
function checkShape({ kind, step, text }: NewEvent, field: (name: string) => string): void {
  const refuse = (name: string, message: string): ExecutionRefusal =>
    new ExecutionRefusal('invalid', `${field(name)}: ${message}`, field(name));
  if (step === null && isStepEvent(kind)) throw refuse('step', `a ${kind} is of a step`);
  if (text === null && NEEDED_TEXT[kind] !== undefined)
    throw refuse('text', NEEDED_TEXT[kind] ?? '');
  if (kind === 'handOver' && (text ?? '').length > NAME_LENGTH_MAX) {
    throw refuse('text', `must be a name of at most ${NAME_LENGTH_MAX} characters`);
  }
}

const NEEDED_TEXT: Readonly<Partial<Record<ExecutionEventKind, string>>> = {
  skip: 'say why the step is skipped',
  note: 'a note has words',
  handOver: 'say who takes over',
  override: 'say why it is over although Verify has not passed',
};

const clamp = (ns: bigint, minNs: bigint, maxNs: bigint): bigint =>
  ns < minNs ? minNs : ns > maxNs ? maxNs : ns;
