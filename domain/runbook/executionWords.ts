/** What happens in an execution as lines of an incident's timeline. */
import type { EntryFacts, EntrySaying } from '../alert/entryFacts.js';
import type { ExecutionEvent, ExecutionStart } from './execution.js';
import { isQuestion, questionOf } from './questions.js';
import type { VerifyAnswer, VerifyStanding } from './verify.js';

const LENGTH_MAX = 120;

/** `RetryStorm` as people say it: Retry storm. */
export function spokenName(runbook: string): string {
  const words = runbook.replaceAll(
    /(?<=[a-z0-9])[A-Z](?=[a-z])/g,
    (letter) => ` ${letter.toLowerCase()}`,
  );
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** @returns null for what is of no use in a timeline. */
export function eventWords(
  { kind, step, text, verify, outcome, wasVerified }: ExecutionEvent,
  { runbook, steps }: Pick<ExecutionStart, 'runbook' | 'steps'>,
): string | null {
  const name = spokenName(runbook);
  const planned = steps.find(({ number }) => number === step);
  const what = planned ? shortened(planned.text) : '';
  const place = step === null ? name : `${name}, step ${step}`;
  switch (kind) {
    case 'started':
      return `${name} is being followed`;
    case 'tick':
      return `${place} done: ${what}`;
    case 'untick':
      return `${place} is open again: ${what}`;
    case 'skip':
      return `${place} skipped (${what}): ${text ?? ''}`;
    case 'note':
      return `${place}: ${text ?? ''}`;
    case 'handOver':
      return `${name} is handed over to ${text ?? ''}`;
    case 'override':
      return `${name}: Verify is overridden: ${text ?? ''}`;
    case 'verify':
      return verify ? verifyWords(verify, name) : null;
    case 'finished': {
      const although = wasVerified === false ? ' although Verify had not passed' : '';
      const ended = `${name} is finished, ${OUTCOME_WORDS[outcome ?? 'notHelped']}${although}`;
      return text === null ? ended : `${ended}: ${text}`;
    }
  }
}

/** The same line as facts; null: it has none, or no line. */
export function eventFacts(
  { kind, step, text, verify, outcome, wasVerified }: ExecutionEvent,
  { runbook, steps }: Pick<ExecutionStart, 'runbook' | 'steps'>,
): EntryFacts | null {
  const planned = steps.find(({ number }) => number === step);
  const values = {
    name: runbook,
    spoken: spokenName(runbook),
    step: step === null ? '' : String(step),
    what: planned ? shortened(planned.text) : '',
    text: text ?? '',
    outcome: outcome ?? 'notHelped',
  };
  if (kind === 'verify') return verify ? verifyFacts(verify, values) : null;
  const isUnverified = kind === 'finished' && wasVerified === false;
  return { says: isUnverified ? 'runFinishedUnverified' : SAYINGS[kind], values };
}

const SAYINGS: Readonly<Record<Exclude<ExecutionEvent['kind'], 'verify'>, EntrySaying>> = {
  started: 'runStarted',
  tick: 'runTick',
  untick: 'runUntick',
  skip: 'runSkip',
  note: 'runNote',
  handOver: 'runHandOver',
  override: 'runOverride',
  finished: 'runFinished',
};

function verifyFacts(
  { state, answers, reason }: VerifyStanding,
  values: EntryFacts['values'],
): EntryFacts | null {
  const wanted = VERIFY_SAYINGS[state];
  if (!wanted) return null;
  const { says, answer } = wanted;
  const checks = answers
    .filter((each) => each.state === answer)
    .map(({ question, value, expect }) => `${question} ${value ?? '?'} (${expect})`)
    .join('; ');
  return { says, values: { ...values, checks, text: reason ?? '' } };
}

const VERIFY_SAYINGS: Readonly<
  Partial<
    Record<VerifyStanding['state'], { says: EntrySaying; answer: VerifyAnswer['state'] | null }>
  >
> = {
  passed: { says: 'runPassed', answer: 'passes' },
  failing: { says: 'runFailing', answer: 'fails' },
  cannotTell: { says: 'runCannotTell', answer: 'cannotTell' },
  overridden: { says: 'runOverridden', answer: null },
};

export const OUTCOME_WORDS = {
  resolved: 'resolved',
  mitigated: 'mitigated',
  escalated: 'escalated',
  notHelped: 'it did not help',
} as const;

/** How Verify stands, in a few words with the answers that decide. */
export function verifyText({ state, answers, reason }: VerifyStanding): string {
  switch (state) {
    case 'passed':
      return `passed: ${listed(answers, 'passes')}`;
    case 'failing':
      return `fails: ${listed(answers, 'fails')}`;
    case 'cannotTell':
      return `cannot tell: ${listed(answers, 'cannotTell')}`;
    case 'overridden':
      return `overridden: ${reason ?? ''}`;
    case 'passing':
      return 'passed once, and has to once more';
    case 'waiting':
      return 'not asked since the last step';
    case 'byHand':
      return 'by hand: its steps count';
  }
}

/** Between two passes nothing is worth a line. */
const verifyWords = (verify: VerifyStanding, name: string): string | null =>
  verify.state === 'passing' || verify.state === 'waiting'
    ? null
    : `${name}: Verify ${verifyText(verify)}`;

const listed = (answers: readonly VerifyAnswer[], wanted: VerifyAnswer['state']): string =>
  answers
    .filter(({ state }) => state === wanted)
    .map(({ question, value, expect, reason }) =>
      wanted === 'cannotTell'
        ? `${asks(question)} ${reason ?? 'nobody knows'}`
        : `${asks(question)} ${value ?? 'unknown'}, expected ${expect}`,
    )
    .join('; ') || 'no check was answered';

const asks = (question: string): string =>
  isQuestion(question) ? questionOf(question).asks : `${question}?`;

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= LENGTH_MAX
    ? text
    : `${characters
        .slice(0, LENGTH_MAX - 1)
        .join('')
        .trimEnd()}…`;
}
