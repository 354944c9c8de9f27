/**
 * A runbook being followed: what was said when it began plus everything that happened since gives how it stands. Steps are
 * ordered by when they were done, by the clock of who did them; Verify by when the server heard of it.
 */
import {
  afterStep,
  beginVerify,
  overridden,
  type VerifyAnswer,
  type VerifyStanding,
} from './verify.js';

export const OUTCOMES = ['resolved', 'mitigated', 'escalated', 'notHelped'] as const;
export type ExecutionOutcome = (typeof OUTCOMES)[number];

export type ExecutionEventKind =
  'started' | 'tick' | 'untick' | 'skip' | 'note' | 'handOver' | 'override' | 'verify' | 'finished';

/** As it was at the runbook's revision, placeholders filled. */
export interface PlannedStep {
  readonly number: number;
  readonly section: string;
  /** Its first words. */
  readonly text: string;
}

/** What never changes about an execution. */
export interface ExecutionStart {
  readonly executionId: string;
  /** Name of the runbook. */
  readonly runbook: string;
  readonly title: string;
  readonly revision: string;
  readonly place: Readonly<Record<string, string>>;
  readonly steps: readonly PlannedStep[];
  readonly incidentId: string | null;
  readonly alertId: string | null;
  readonly gameDay: boolean;
  readonly startedNs: bigint;
  readonly startedBy: string;
  /** Whether the Verify section asks anything. */
  readonly hasChecks: boolean;
  readonly expectedMinutes: number | null;
}

export interface ExecutionEvent<Answer extends VerifyAnswer = VerifyAnswer> {
  readonly eventId: string;
  /** When the server heard of it. */
  readonly atNs: bigint;
  /** When it was done; never after `atNs`. */
  readonly doneNs: bigint;
  readonly actor: string;
  readonly kind: ExecutionEventKind;
  readonly step: number | null;
  readonly text: string | null;
  /** Of `verify` and `finished`: how it stood then. */
  readonly verify?: VerifyStanding<Answer>;
  /** Of `finished`. */
  readonly outcome?: ExecutionOutcome;
  /** Of `finished`: whether Verify had passed by then, or was overridden. */
  readonly wasVerified?: boolean;
}

export interface StepStanding extends PlannedStep {
  readonly state: 'open' | 'done' | 'skipped';
  readonly by: string | null;
  readonly atNs: bigint | null;
  /** Of a skip. */
  readonly reason: string | null;
  /** From the step that ended before it (or the start) to its own end. */
  readonly tookNs: bigint | null;
}

export interface ExecutionState<Answer extends VerifyAnswer = VerifyAnswer> {
  readonly steps: readonly StepStanding[];
  /** The first open step; null: none is. */
  readonly currentStep: number | null;
  /** Who is at it. */
  readonly holder: string;
  readonly verify: VerifyStanding<Answer>;
  readonly finished: {
    readonly atNs: bigint;
    readonly by: string;
    readonly outcome: ExecutionOutcome;
    readonly reason: string | null;
  } | null;
}

const VERIFY_SECTION = 'Verify';

/** By the time they were done, then by the time they were heard of; those heard of together keep their order. */
export const inOrderDone = <Event extends Pick<ExecutionEvent, 'doneNs' | 'atNs'>>(
  events: readonly Event[],
): Event[] => events.toSorted((a, b) => compare(a.doneNs, b.doneNs) || compare(a.atNs, b.atNs));

/** @param events in the order in which they were heard of. */
export function executionState<Answer extends VerifyAnswer>(
  start: ExecutionStart,
  events: readonly ExecutionEvent<Answer>[],
): ExecutionState<Answer> {
  const done = inOrderDone(events);
  const steps = stepsOf(start, done);
  const end = done.find(({ kind }) => kind === 'finished');
  return {
    steps,
    currentStep: steps.find(({ state }) => state === 'open')?.number ?? null,
    holder: done.findLast(({ kind }) => kind === 'handOver')?.text ?? start.startedBy,
    verify: verifyOf(start, events),
    finished: end
      ? {
          atNs: end.doneNs,
          by: end.actor,
          outcome: end.outcome ?? 'notHelped',
          reason: end.text,
        }
      : null,
  };
}

/** Whether it is over as far as Verify says: by its checks, by a person's word, or by its steps where it has no checks. */
export function isVerified({ steps, verify }: Pick<ExecutionState, 'steps' | 'verify'>): boolean {
  if (verify.state !== 'byHand') return verify.state === 'passed' || verify.state === 'overridden';
  return steps.every(({ section, state }) => section !== VERIFY_SECTION || state === 'done');
}

/** Sections whose steps do nothing to what Verify asks about: somebody is called, or a lesson is written down. */
const AFTERWARDS: ReadonlySet<string> = new Set(['Escalate', 'Prevent']);

/** Whether an event is about something that was done which Verify has to look at again: a step, but for those of afterwards. */
export const isVerifiedAnew = (
  { kind, step }: Pick<ExecutionEvent, 'kind' | 'step'>,
  { steps }: Pick<ExecutionStart, 'steps'>,
): boolean =>
  isStepEvent(kind) &&
  !steps.some(({ number, section }) => number === step && AFTERWARDS.has(section));

/** Whether an event is about a step: done, not done after all, or skipped. */
export const isStepEvent = (kind: ExecutionEventKind): boolean =>
  kind === 'tick' || kind === 'untick' || kind === 'skip';

interface Ending {
  readonly state: 'done' | 'skipped';
  readonly by: string;
  readonly atNs: bigint;
  readonly reason: string | null;
}

function stepsOf(
  { steps, startedNs }: ExecutionStart,
  events: readonly ExecutionEvent[],
): StepStanding[] {
  const endings = new Map<number, Ending>();
  for (const { kind, step, actor, doneNs, text } of events) {
    if (step === null || !isStepEvent(kind)) continue;
    const state = kind === 'skip' ? 'skipped' : 'done';
    if (kind === 'untick') endings.delete(step);
    // Of two people who do the same, the first has done it.
    else if (endings.get(step)?.state !== state) {
      const reason = kind === 'skip' ? text : null;
      endings.set(step, { state, by: actor, atNs: doneNs, reason });
    }
  }
  const took = new Map<number, bigint>();
  let beforeNs = startedNs;
  for (const [number, { atNs }] of [...endings].toSorted(([, a], [, b]) =>
    compare(a.atNs, b.atNs),
  )) {
    took.set(number, atNs - beforeNs);
    beforeNs = atNs;
  }
  const open = { state: 'open', by: null, atNs: null, reason: null } as const;
  return steps.map((step) => ({
    ...step,
    ...(endings.get(step.number) ?? open),
    tookNs: took.get(step.number) ?? null,
  }));
}

function verifyOf<Answer extends VerifyAnswer>(
  start: ExecutionStart,
  events: readonly ExecutionEvent<Answer>[],
): VerifyStanding<Answer> {
  const { hasChecks, startedNs } = start;
  // What is told after the end leaves it as it ended.
  const end = events.findIndex(({ kind }) => kind === 'finished');
  return events.slice(0, end < 0 ? events.length : end + 1).reduce<VerifyStanding<Answer>>(
    (standing, event) => {
      const { kind, atNs, text, verify } = event;
      if (isVerifiedAnew(event, start)) return afterStep(standing, atNs);
      if (kind === 'override') return overridden(standing, text ?? '');
      return verify ?? standing;
    },
    beginVerify({ hasChecks, atNs: startedNs }),
  );
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
