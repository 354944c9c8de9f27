/**
 * How far a runbook may be trusted: 0 as good as new, 100 not at all. A sum of parts, each with a bound, so that none hides
 * the others and each can be read off:
 *
 * | Part         | Points | Full when                                              |
 * | ------------ | ------ | ------------------------------------------------------ |
 * | untested     |     35 | nobody has followed it to its end in 180 days, or ever |
 * | failedChecks |     25 | every check was wrong, or could not tell               |
 * | unreviewed   |     15 | nobody has read it against what runs in a year         |
 * | deadLinks    |     10 | two links lead nowhere                                 |
 * | unusedSteps  |     10 | none of its steps was done in its last five uses       |
 * | lint         |      5 | two errors, or five warnings                           |
 *
 * Weights by judgement, not from a study: what was followed recently works, whatever else is wrong with it; a check that
 * says "not yet" after the alert has ended teaches people to override it; a text that was merely read may be wrong in
 * every command. What is not known (no check asked, fewer than five uses) adds nothing: decay is evidence, not doubt.
 */

export interface DecayFacts {
  /** Days since somebody followed it; null: never. */
  readonly testedDays: number | null;
  readonly reviewedDays: number | null;
  /** Of the text. Without any there is nothing to test or to use. */
  readonly steps: number;
  /** Answers of its checks in the last 90 days, and those of them that failed after the alert had ended or could not tell. */
  readonly checks: { readonly answered: number; readonly wrong: number };
  readonly deadLinks: number;
  /** What else the linter found, stamps left out: they are parts of their own. */
  readonly errors: number;
  readonly warnings: number;
  /** Steps that nobody did in the last five uses; null: it was used less often. */
  readonly unusedSteps: number | null;
}

export type DecayKind =
  'untested' | 'unreviewed' | 'failedChecks' | 'deadLinks' | 'unusedSteps' | 'lint';

export interface DecayReason {
  readonly kind: DecayKind;
  /** Above 0, to a tenth. */
  readonly points: number;
  readonly text: string;
}

export interface Decay {
  /** The sum of the reasons' points, 0 to 100. */
  readonly score: number;
  /** The heaviest first. */
  readonly reasons: readonly DecayReason[];
}

const UNTESTED = { points: 35, days: 180 };
const UNREVIEWED = { points: 15, days: 365 };
const FAILED_CHECKS_POINTS = 25;
const DEAD_LINKS = { points: 10, each: 5 };
const UNUSED_STEPS_POINTS = 10;
const LINT = { points: 5, error: 2.5, warning: 1 };

export function decayOf(facts: DecayFacts): Decay {
  const { checks, deadLinks, errors, warnings, steps, unusedSteps } = facts;
  const wrongShare = checks.answered > 0 ? checks.wrong / checks.answered : 0;
  const unusedShare = unusedSteps === null || steps === 0 ? 0 : unusedSteps / steps;
  const reasons: DecayReason[] = [
    {
      kind: 'untested',
      points: steps === 0 ? 0 : agePoints(facts.testedDays, UNTESTED),
      text: ageText('tested', facts.testedDays),
    },
    {
      kind: 'unreviewed',
      points: agePoints(facts.reviewedDays, UNREVIEWED),
      text: ageText('reviewed', facts.reviewedDays),
    },
    {
      kind: 'failedChecks',
      points: FAILED_CHECKS_POINTS * wrongShare,
      text: `${checks.wrong} of ${checks.answered} checks failed after the alert had ended, or could not tell`,
    },
    {
      kind: 'deadLinks',
      points: Math.min(DEAD_LINKS.points, DEAD_LINKS.each * deadLinks),
      text: deadLinks === 1 ? 'a link leads nowhere' : `${deadLinks} links lead nowhere`,
    },
    {
      kind: 'unusedSteps',
      points: UNUSED_STEPS_POINTS * unusedShare,
      text: `${unusedSteps} of ${steps} steps were not done in its last five uses`,
    },
    {
      kind: 'lint',
      points: Math.min(LINT.points, LINT.error * errors + LINT.warning * warnings),
      text: `the linter has ${errors} errors and ${warnings} warnings`,
    },
  ];
  const heavy = reasons
    .map((reason) => ({ ...reason, points: toTenth(reason.points) }))
    .filter(({ points }) => points > 0)
    .toSorted((a, b) => b.points - a.points);
  const sum = heavy.reduce((total, { points }) => total + points, 0);
  return { score: Math.min(100, toTenth(sum)), reasons: heavy };
}

/** A day ahead of the clock is today. */
function agePoints(
  days: number | null,
  full: { readonly points: number; readonly days: number },
): number {
  if (days === null) return full.points;
  return full.points * Math.min(1, Math.max(0, days) / full.days);
}

const ageText = (done: string, days: number | null): string =>
  days === null ? `never ${done}` : `not ${done} for ${Math.max(0, days)} days`;

const toTenth = (points: number): number => Math.round(points * 10) / 10;
