/**
 * Verify: whether what a runbook was followed for is over, as its checks say. Only two passes in a row of all of them, both
 * asked after the newest step was heard of and some time apart, are a pass. Whatever fails or cannot tell begins anew.
 */

export type VerifyState =
  'byHand' | 'waiting' | 'passing' | 'passed' | 'failing' | 'cannotTell' | 'overridden';

/** What one check said. */
export interface VerifyAnswer {
  readonly question: string;
  readonly expect: string;
  readonly state: 'passes' | 'fails' | 'cannotTell';
  readonly value: string | null;
  /** Why it cannot tell. */
  readonly reason: string | null;
}

export interface VerifyStanding<Answer extends VerifyAnswer = VerifyAnswer> {
  readonly state: VerifyState;
  /** In a row since the newest step: 0 to `PASSES`. */
  readonly passes: number;
  /** When the server heard of the newest step (or of the start): a pass counts only if it was asked later. */
  readonly stepNs: bigint;
  /** When the last pass that counted was asked. */
  readonly passedNs: bigint | null;
  /** When the checks were last asked. */
  readonly askedNs: bigint | null;
  readonly answers: readonly Answer[];
  /** Of an override. */
  readonly reason: string | null;
}

export interface VerifyRound<Answer extends VerifyAnswer = VerifyAnswer> {
  /** When asking began. */
  readonly askedNs: bigint;
  readonly answers: readonly Answer[];
}

const PASSES = 2;
/** Passes closer to each other than this are one. */
export const PASS_GAP_NS = 10_000_000_000n;

export const beginVerify = ({
  hasChecks,
  atNs,
}: {
  readonly hasChecks: boolean;
  readonly atNs: bigint;
}): VerifyStanding<never> => ({
  state: hasChecks ? 'waiting' : 'byHand',
  passes: 0,
  stepNs: atNs,
  passedNs: null,
  askedNs: null,
  answers: [],
  reason: null,
});

/** Somebody did something: what was seen before says nothing about what is now. */
export function afterStep<Answer extends VerifyAnswer>(
  standing: VerifyStanding<Answer>,
  atNs: bigint,
): VerifyStanding<Answer> {
  const stepNs = atNs > standing.stepNs ? atNs : standing.stepNs;
  if (!isAsked(standing)) return { ...standing, stepNs };
  return { ...standing, state: 'waiting', passes: 0, passedNs: null, stepNs };
}

/** All checks were asked once. What was asked before the newest step, or before an answer that is known, says nothing. */
export function afterRound<Answer extends VerifyAnswer>(
  standing: VerifyStanding<Answer>,
  { askedNs, answers }: VerifyRound<Answer>,
): VerifyStanding<Answer> {
  const isOld = standing.askedNs !== null && askedNs <= standing.askedNs;
  if (!isAsked(standing) || askedNs <= standing.stepNs || isOld) return standing;
  const asked = { ...standing, askedNs, answers };
  const broken = brokenBy(answers);
  if (broken) return { ...asked, state: broken, passes: 0, passedNs: null };
  if (standing.passedNs !== null && askedNs - standing.passedNs < PASS_GAP_NS) return asked;
  const passes = Math.min(PASSES, standing.passes + 1);
  return { ...asked, state: passes === PASSES ? 'passed' : 'passing', passes, passedNs: askedNs };
}

/** A person says that it is over all the same; that stands whatever the checks say later. */
export const overridden = <Answer extends VerifyAnswer>(
  standing: VerifyStanding<Answer>,
  reason: string,
): VerifyStanding<Answer> => ({ ...standing, state: 'overridden', reason });

/** Whether the checks have a say. */
export const isAsked = ({ state }: Pick<VerifyStanding, 'state'>): boolean =>
  state !== 'byHand' && state !== 'overridden';

function brokenBy(answers: readonly VerifyAnswer[]): 'failing' | 'cannotTell' | null {
  if (answers.some(({ state }) => state === 'fails')) return 'failing';
  const isKnown = answers.length > 0 && answers.every(({ state }) => state === 'passes');
  return isKnown ? null : 'cannotTell';
}
