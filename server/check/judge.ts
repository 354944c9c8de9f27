/** Whether facts are what was expected, or decide nothing. */
import { meets, type Expectation } from '@burnbook/domain/runbook/expectation';
import type { Question } from '@burnbook/domain/runbook/questions';
import { COVERAGE_MIN } from '@burnbook/domain/slo/coverage';
import type { CheckAnswer } from '../contract.js';
import { isKnown, type Facts, type KnownFacts } from './checkFacts.js';
import { secondsSince } from './answerRows.js';
import { valueText } from './valueText.js';

export interface Judged {
  readonly state: CheckAnswer['state'];
  /** Why it cannot tell. */
  readonly reason: string | null;
}

export function judge(
  facts: Facts,
  asked: { readonly question: Question; readonly expectation: Expectation; readonly nowNs: bigint },
): Judged {
  const reason = whyNot(facts, asked);
  if (reason !== null || !isKnown(facts)) return { state: 'cannotTell', reason };
  return { state: meets(asked.expectation, facts.answer) ? 'passes' : 'fails', reason: null };
}

function whyNot(
  facts: Facts,
  {
    question,
    expectation,
    nowNs,
  }: { readonly question: Question; readonly expectation: Expectation; readonly nowNs: bigint },
): string | null {
  if (!isKnown(facts)) return facts.reason;
  const { answer, factsNs, coverage = null } = facts;
  const age = (seconds: number): string =>
    valueText(seconds, 'seconds', { kind: 'number', operator: '=', value: seconds });
  const ageSeconds = secondsSince(factsNs, nowNs);
  if (ageSeconds > question.staleAfterSeconds) {
    return `the facts are ${age(Math.round(ageSeconds))} old: older than ${age(question.staleAfterSeconds)} they decide nothing`;
  }
  if (coverage !== null && coverage < COVERAGE_MIN) {
    return `telemetry covers ${(coverage * 100).toFixed(1)} %: below ${COVERAGE_MIN * 100} % nobody can say`;
  }
  if (answer === 'unknown' && !(expectation.kind === 'words' && expectation.words.includes(answer)))
    return 'its telemetry ended before anybody could say';
  return facts.atLeast !== undefined && !holdsForMore(facts, expectation)
    ? `it is this much at least: ${facts.atLeast}`
    : null;
}

/** Whether what is said of a number is said of every higher one too. */
function holdsForMore({ answer }: KnownFacts, expectation: Expectation): boolean {
  if (expectation.kind !== 'number' || typeof answer !== 'number') return false;
  const isMet = meets(expectation, answer);
  switch (expectation.operator) {
    case '<':
    case '<=':
      return !isMet;
    case '>':
    case '>=':
      return isMet;
    case '=':
    case '!=':
      return answer > expectation.value;
  }
}
