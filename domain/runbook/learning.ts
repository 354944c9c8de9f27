/** What following a runbook has shown, by its revision: how long it took, how far people came, what they left out. */
import { median } from '../slo/expectedEvents.js';
import { DAY_NS } from '../time.js';
import type { StepStanding } from './execution.js';

type LearnedStep = Pick<StepStanding, 'number' | 'text' | 'state' | 'atNs' | 'tookNs'>;

/** An execution with what is known of the alert or incident that it was for. Times in UTC nanoseconds. */
export interface LearnedExecution {
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
  /** As they stand after all that happened. */
  readonly steps: readonly LearnedStep[];
}

export interface LearnedFigures {
  /** Medians; null: nothing is known to take one of. */
  readonly mttaSeconds: number | null;
  readonly mttrSeconds: number | null;
  readonly firstActionSeconds: number | null;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly steps: readonly StepFigures[];
}

export interface StepFigures {
  readonly number: number;
  readonly text: string;
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
const LEFT_AFTER_NS = DAY_NS;
const NS_PER_SECOND = 1e9;

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
      secondsBetween(execution.startedNs, firstDoneNs(execution)),
    ),
    outcomes,
    steps: stepFigures(executions, nowNs),
  };
}

/** The steps are those of the first execution: all of a revision have the same. */
function stepFigures(executions: readonly LearnedExecution[], nowNs: bigint): StepFigures[] {
  const ways = executions.map((execution) => wayOf(execution, nowNs));
  return (executions[0]?.steps ?? []).map(({ number, text }) => {
    const steps = executions.flatMap(
      ({ steps: all }) => all.find((step) => step.number === number) ?? [],
    );
    const done = steps.filter(({ state }) => state === 'done');
    return {
      number,
      text,
      reached: ways.filter(({ reached }) => reached >= number).length,
      done: done.length,
      skipped: steps.filter(({ state }) => state === 'skipped').length,
      droppedOff: ways.filter(({ droppedOff }) => droppedOff === number).length,
      seconds: medianOf(done, ({ tookNs }) => secondsBetween(0n, tookNs)),
    };
  });
}

/**
 * How far an execution came. One that did not come to a good end stands before the step after the last that it ended:
 * it reached that one, and left there.
 */
function wayOf(
  { outcome, steps, lastNs }: LearnedExecution,
  nowNs: bigint,
): { readonly reached: number; readonly droppedOff: number | null } {
  const furthest = steps.findLast(({ state }) => state !== 'open')?.number ?? 0;
  if (outcome !== null && GOOD_OUTCOMES.has(outcome)) {
    return { reached: furthest, droppedOff: null };
  }
  const next = steps.find(({ number }) => number > furthest)?.number ?? furthest;
  const isLeft = outcome !== null || nowNs - lastNs >= LEFT_AFTER_NS;
  return { reached: next, droppedOff: isLeft && next > 0 ? next : null };
}

function firstDoneNs({ steps }: LearnedExecution): bigint | null {
  const times = steps.flatMap(({ state, atNs }) => (state === 'done' ? (atNs ?? []) : []));
  return times.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))[0] ?? null;
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
