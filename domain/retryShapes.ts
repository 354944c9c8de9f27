/**
 * The same replay for operations that stand alone, many at once: those whose attempts went alike end alike under a policy.
 */
import { judge, type Replay, type RetryPolicy } from './retryPolicy.js';

/** Operations with neither an attempt around them nor one nested in theirs, and with attempts that went alike. */
export interface OperationShape {
  readonly operations: number;
  /** Of all of them together, under the policy. */
  readonly latencyChangeNs: bigint;
  /** In order of their numbers. */
  readonly tries: readonly ShapeTry[];
}

export interface ShapeTry {
  readonly number: number;
  readonly won: boolean;
  readonly errorClass: string | null;
  /** Longer than the policy's time-out. */
  readonly tooLong: boolean;
  /** Of all operations together, as far as it is known. */
  readonly costNano: bigint;
  /** How many of these attempts have no known cost. */
  readonly unknownCosts: number;
}

export function replayShapes(shapes: readonly OperationShape[], policy: RetryPolicy): Replay {
  return shapes.map((shape) => replayShape(shape, policy)).reduce(addReplays, NOTHING);
}

function replayShape(shape: OperationShape, { attemptsMax }: RetryPolicy): Replay {
  const { operations, tries } = shape;
  const made = tries
    .filter(({ number }) => attemptsMax === null || number <= attemptsMax)
    .map((each) => ({ ...each, isCut: each.tooLong }));
  const notMade = tries.slice(made.length);
  const cut = made.filter(({ isCut }) => isCut);
  const hadWon = tries.some(({ won }) => won);
  const { verdict, possible } = judge(made, { hadWon, attemptsMax });
  const all = (is: boolean): number => (is ? operations : 0);
  return {
    operations,
    recordedSucceeded: all(hadWon),
    outcomes: {
      succeeded: all(verdict === 'succeeded'),
      successesLost: all(verdict === 'successLost'),
      failed: all(verdict === 'failed'),
      unknown: all(verdict === 'unknown'),
      notStarted: 0,
    },
    attempts: operations * tries.length,
    attemptsNotMade: operations * notMade.length,
    attemptsUnknown: operations * possible,
    attemptsCut: operations * cut.length,
    cutCostNano: costOf(cut),
    savedNano: costOf(notMade),
    savedUnknownAttempts: notMade.reduce((sum, { unknownCosts }) => sum + unknownCosts, 0),
    latencyChangeNs: verdict === 'unknown' ? 0n : shape.latencyChangeNs,
    latencyOperations: all(verdict !== 'unknown'),
  };
}

const costOf = (tries: readonly ShapeTry[]): bigint =>
  tries.reduce((sum, { costNano }) => sum + costNano, 0n);

const NOTHING: Replay = {
  operations: 0,
  recordedSucceeded: 0,
  outcomes: { succeeded: 0, successesLost: 0, failed: 0, unknown: 0, notStarted: 0 },
  attempts: 0,
  attemptsNotMade: 0,
  attemptsUnknown: 0,
  attemptsCut: 0,
  cutCostNano: 0n,
  savedNano: 0n,
  savedUnknownAttempts: 0,
  latencyChangeNs: 0n,
  latencyOperations: 0,
};

/** Of operations that have nothing to do with one another. */
export const addReplays = (a: Replay, b: Replay): Replay => ({
  operations: a.operations + b.operations,
  recordedSucceeded: a.recordedSucceeded + b.recordedSucceeded,
  outcomes: {
    succeeded: a.outcomes.succeeded + b.outcomes.succeeded,
    successesLost: a.outcomes.successesLost + b.outcomes.successesLost,
    failed: a.outcomes.failed + b.outcomes.failed,
    unknown: a.outcomes.unknown + b.outcomes.unknown,
    notStarted: a.outcomes.notStarted + b.outcomes.notStarted,
  },
  attempts: a.attempts + b.attempts,
  attemptsNotMade: a.attemptsNotMade + b.attemptsNotMade,
  attemptsUnknown: a.attemptsUnknown + b.attemptsUnknown,
  attemptsCut: a.attemptsCut + b.attemptsCut,
  cutCostNano: a.cutCostNano + b.cutCostNano,
  savedNano: a.savedNano + b.savedNano,
  savedUnknownAttempts: a.savedUnknownAttempts + b.savedUnknownAttempts,
  latencyChangeNs: a.latencyChangeNs + b.latencyChangeNs,
  latencyOperations: a.latencyOperations + b.latencyOperations,
});
