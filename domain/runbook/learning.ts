/** What following a runbook has shown, by its revision: how long it took, how far people came, what they left out. */
import { median } from '../slo/expectedEvents.js';

/** An event of an execution that says something of a step. */
export interface StepEvent {
  readonly kind: 'tick' | 'untick' | 'skip';
  readonly step: number;
  /** When it was done, UTC nanoseconds. */
  readonly doneNs: bigint;
}

export interface LearnedStep {
  readonly number: number;
  readonly text: string;
}

/** An execution with what is known of the alert or incident that it was for. Times in UTC nanoseconds. */
export interface LearnedExecution {
  readonly id: string;
  readonly revision: string;
  readonly isGameDay: boolean;
  /** Of what it was for: several executions may be for the same; null: for nothing that is known. */
  readonly cause: string | null;
  readonly startedNs: bigint;
  readonly firedNs: bigint | null;
  readonly acknowledgedNs: bigint | null;
  readonly resolvedNs: bigint | null;
  /** null: it is open. */
  readonly outcome: string | null;
  /** When something last happened in it. */
  readonly lastNs: bigint;
  readonly steps: readonly LearnedStep[];
  /** In the order in which they were written. */
  readonly events: readonly StepEvent[];
}

/** A step as an execution left it. */
export interface StepEnd {
  readonly number: number;
  readonly state: 'done' | 'skipped';
  readonly doneNs: bigint;
  /** Since the step that was ended before it, or since the start, seconds. */
  readonly seconds: number;
}

export interface LearnedFigures {
  /** Medians; null: nothing is known to take one of. */
  readonly mttaSeconds: number | null;
  readonly mttrSeconds: number | null;
  readonly firstActionSeconds: number | null;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly steps: readonly StepFigures[];
}

export interface StepFigures extends LearnedStep {
  readonly reached: number;
  readonly done: number;
  readonly skipped: number;
  readonly droppedOff: number;
  /** Median of those that did it. */
  readonly seconds: number | null;
}

/** What it ends with when it has helped. */
const GOOD_OUTCOMES: ReadonlySet<string> = new Set(['resolved', 'mitigated']);
/** An open execution in which nothing happened for so long was left. */
const LEFT_AFTER_NS = 86_400_000_000_000n;
const NS_PER_SECOND = 1e9;

/** How the steps stand after all events, in the order in which they were ended. */
export function stepEnds({ startedNs, events }: LearnedExecution): StepEnd[] {
  const ends = new Map<number, Omit<StepEnd, 'seconds'>>();
  for (const { kind, step, doneNs } of events.toSorted((a, b) => compare(a.doneNs, b.doneNs))) {
    const state = kind === 'skip' ? 'skipped' : 'done';
    if (kind === 'untick') ends.delete(step);
    // Of two people who do the same, the first has done it.
    else if (ends.get(step)?.state !== state) ends.set(step, { number: step, state, doneNs });
  }
  let beforeNs = startedNs;
  return [...ends.values()]
    .toSorted((a, b) => compare(a.doneNs, b.doneNs) || a.number - b.number)
    .map((end) => {
      const seconds = secondsBetween(beforeNs, end.doneNs) ?? 0;
      beforeNs = end.doneNs;
      return { ...end, seconds };
    });
}

/** @param executions of one revision, alike in being game days or not. */
export function learnedFigures(
  executions: readonly LearnedExecution[],
  nowNs: bigint,
): LearnedFigures {
  const causes = new Map(executions.map((execution) => [execution.cause, execution]));
  causes.delete(null);
  const outcomes: Record<string, number> = {};
  for (const { outcome } of executions) {
    if (outcome !== null) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return {
    mttaSeconds: medianOf([...causes.values()], ({ firedNs, acknowledgedNs }) =>
      secondsBetween(firedNs, acknowledgedNs),
    ),
    mttrSeconds: medianOf([...causes.values()], ({ firedNs, resolvedNs }) =>
      secondsBetween(firedNs, resolvedNs),
    ),
    firstActionSeconds: medianOf(executions, (execution) =>
      secondsBetween(
        execution.startedNs,
        stepEnds(execution).find(({ state }) => state === 'done')?.doneNs ?? null,
      ),
    ),
    outcomes,
    steps: stepFigures(executions, nowNs),
  };
}

/** The steps are those of the first execution: all of a revision have the same. */
function stepFigures(executions: readonly LearnedExecution[], nowNs: bigint): StepFigures[] {
  const ways = executions.map((execution) => wayOf(execution, nowNs));
  return (executions[0]?.steps ?? []).map(({ number, text }) => {
    const ends = ways.flatMap(({ ends: all }) => all.filter((end) => end.number === number));
    const done = ends.filter(({ state }) => state === 'done');
    return {
      number,
      text,
      reached: ways.filter(({ reached }) => reached >= number).length,
      done: done.length,
      skipped: ends.length - done.length,
      droppedOff: ways.filter(({ droppedOff }) => droppedOff === number).length,
      seconds: median(done.map(({ seconds }) => seconds)),
    };
  });
}

/**
 * How far an execution came. One that did not come to a good end stands before the step after the last that it ended:
 * it reached that one, and left there.
 */
function wayOf(
  execution: LearnedExecution,
  nowNs: bigint,
): {
  readonly ends: readonly StepEnd[];
  readonly reached: number;
  readonly droppedOff: number | null;
} {
  const { outcome, steps, lastNs } = execution;
  const ends = stepEnds(execution);
  const furthest = Math.max(0, ...ends.map(({ number }) => number));
  if (outcome !== null && GOOD_OUTCOMES.has(outcome)) {
    return { ends, reached: furthest, droppedOff: null };
  }
  const next = steps.find(({ number }) => number > furthest)?.number ?? furthest;
  const isLeft = outcome !== null || nowNs - lastNs >= LEFT_AFTER_NS;
  return { ends, reached: next, droppedOff: isLeft && next > 0 ? next : null };
}

/** Median of what is known of each; null: of none. */
function medianOf<Item>(
  items: readonly Item[],
  figure: (item: Item) => number | null,
): number | null {
  return median(items.flatMap((item) => figure(item) ?? []));
}

/** null where one is not known, or they are the wrong way round: what was done before cannot have answered it. */
function secondsBetween(fromNs: bigint | null, toNs: bigint | null): number | null {
  if (fromNs === null || toNs === null || toNs < fromNs) return null;
  return Number(toNs - fromNs) / NS_PER_SECOND;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
