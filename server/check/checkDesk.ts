/**
 * Answers the questions of checks: each from what is known now, and "cannot tell" where that decides nothing.
 *
 * Ten phones on one runbook must not load the store: who asks the same within two seconds gets the same facts, and only a
 * few questions are under way at once.
 */
import { parseExpectation, type Expectation } from '@burnbook/domain/runbook/expectation';
import { isOpenParam, missingParams } from '@burnbook/domain/runbook/questionParams';
import { isQuestion, questionOf, type QuestionName } from '@burnbook/domain/runbook/questions';
import { formatTime } from '@burnbook/domain/time';
import type { CheckAnswer, RunbookCheck } from '../contract.js';
import { inTime } from '../store/inTime.js';
import { StoreError } from '../store/protocol.js';
import { answers } from './answers/answers.js';
import { AskedQuestion, CheckFault, checkParams, type CheckParams } from './askedQuestion.js';
import { isKnown, noFacts, type CheckSources, type Facts } from './checkFacts.js';
import { judge } from './judge.js';
import { Line } from './line.js';
import { noAnswer } from './noAnswer.js';
import { valueText } from './valueText.js';

export interface AskedCheck {
  readonly question: string;
  /** Those that are not there narrow nothing; one that is empty or still a placeholder is open. */
  readonly params: CheckParams;
  /** As a fence says it: `< 1.2`. */
  readonly expect: string;
}

export interface CheckDeskOptions {
  readonly sources: CheckSources;
  readonly nowNs: () => bigint;
  /** How long an answer may take, ms. Default 2,000. */
  readonly timeoutMs?: number;
  /** How long facts are told again to who asks the same, ms. Default 2,000. */
  readonly keptMs?: number;
  /** Told of faults that kept an answer from being found, but for a store that is away or slow. */
  readonly report: (error: unknown) => void;
}

interface Flight {
  readonly askedNs: bigint;
  readonly facts: Promise<Facts>;
  /** When it landed, ms of the monotonic clock; null: it is under way. */
  landedMs: number | null;
  /** Whether somebody still works on it, though nobody may wait any more. */
  isWorkedOn: boolean;
}

const TIMEOUT_MS = 2_000;
const KEPT_MS = 2_000;
const LINE_MAX = { underWay: 8, waiting: 200 };
/** More than these are asked for by nobody in two seconds. */
const FLIGHTS_MAX = 1_000;

export class CheckDesk {
  readonly #o: CheckDeskOptions;
  readonly #line = new Line(LINE_MAX);
  /** By what was asked, the oldest first. */
  readonly #flights = new Map<string, Flight>();

  constructor(options: CheckDeskOptions) {
    this.#o = options;
  }

  /** @throws CheckFault for an unknown question, parameter or expectation; never for facts that lack. */
  async ask({ question, params, expect }: AskedCheck): Promise<CheckAnswer> {
    if (!isQuestion(question)) {
      throw new CheckFault('question', `there is no question ${JSON.stringify(question)}`);
    }
    checkParams(question, params);
    const expectation = expectationOf(question, expect);
    const { askedNs, facts } = this.#ask(question, params);
    return this.#answer({ question, params, expect }, { expectation, askedNs, facts: await facts });
  }

  /** Of the checks of a runbook, in their order. What could not be asked cannot be told. */
  answersOf(checks: readonly RunbookCheck[]): Promise<CheckAnswer[]> {
    return Promise.all(checks.map((check) => this.#answerOf(check)));
  }

  async #answerOf({ question, params, expect, open }: RunbookCheck): Promise<CheckAnswer> {
    const unsaid = Object.fromEntries(open.map((name) => [name, '']));
    try {
      return {
        ...(await this.ask({ question, params: { ...params, ...unsaid }, expect })),
        params,
      };
    } catch (error) {
      if (!(error instanceof CheckFault)) throw error;
      const askedNs = this.#o.nowNs();
      return noAnswer({ question, params, expect }, { askedNs, reason: error.message });
    }
  }

  #answer(
    asked: AskedCheck & { readonly question: QuestionName },
    at: { readonly expectation: Expectation; readonly askedNs: bigint; readonly facts: Facts },
  ): CheckAnswer {
    const { expectation, askedNs, facts } = at;
    const question = questionOf(asked.question);
    const judged = judge(facts, { question, expectation, nowNs: this.#o.nowNs() });
    const answer = {
      ...noAnswer(asked, { askedNs, reason: null }),
      ...judged,
      evidence: facts.evidence,
    };
    if (!isKnown(facts)) return answer;
    const factsNs = facts.factsNs < askedNs ? facts.factsNs : askedNs;
    const { coverage = null } = facts;
    return {
      ...answer,
      value: valueText(facts.answer, question.unit, expectation),
      number: typeof facts.answer === 'number' ? rounded(facts.answer) : null,
      factsAt: formatTime(factsNs),
      coverage: coverage === null ? null : rounded(Math.min(1, Math.max(0, coverage))),
    };
  }

  #ask(name: QuestionName, params: CheckParams): Flight {
    const sorted = Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([name, sorted]);
    const known = this.#flights.get(key);
    if (known && this.#isYoung(known)) return known;
    // What hangs is not begun again: it would take one place after the other.
    if (known?.isWorkedOn) return { ...known, askedNs: this.#o.nowNs() };
    const flight = this.#begin(name, params);
    this.#forget(key);
    // What nobody looked for is said again at no cost: the store may be back at any time.
    if (flight.isWorkedOn) this.#flights.set(key, flight);
    return flight;
  }

  #isYoung({ landedMs }: Flight): boolean {
    return landedMs === null || performance.now() - landedMs < (this.#o.keptMs ?? KEPT_MS);
  }

  /** Makes room: what is old goes, and the oldest where there is too much. */
  #forget(key: string): void {
    this.#flights.delete(key);
    for (const [each, flight] of this.#flights) {
      const isOfUse = this.#isYoung(flight) || flight.isWorkedOn;
      if (isOfUse && this.#flights.size < FLIGHTS_MAX) return;
      this.#flights.delete(each);
    }
  }

  #begin(name: QuestionName, params: CheckParams): Flight {
    const askedNs = this.#o.nowNs();
    const reason = this.#whyNotAsked(name, params);
    if (reason !== null) {
      const facts = Promise.resolve(noFacts(reason));
      return { askedNs, facts, landedMs: performance.now(), isWorkedOn: false };
    }
    const { minutes = 0, isOfServer = false, facts: factsOf } = answers[name];
    const over = new AbortController();
    const how = { nowNs: askedNs, minutes, signal: over.signal };
    const asked = new AskedQuestion(this.#o.sources, params, how);
    const look = (): Promise<Facts> => factsOf(asked);
    const work = (isOfServer ? look() : this.#line.run(look, over.signal)).catch((error: unknown) =>
      this.#failed(error, over.signal),
    );
    const flight: Flight = {
      askedNs,
      facts: this.#inTime(work, over),
      landedMs: null,
      isWorkedOn: true,
    };
    void work.then(() => (flight.isWorkedOn = false));
    void flight.facts.then(() => (flight.landedMs = performance.now()));
    return flight;
  }

  /** What can be said without looking; null: nothing. */
  #whyNotAsked(name: QuestionName, params: CheckParams): string | null {
    const { isOfServer = false } = answers[name];
    const open = Object.keys(params).find((param) => isOpenParam(params[param] ?? ''));
    if (open !== undefined) return `${open} is open: nothing has filled it`;
    const missing = missingParams(name, params);
    if (missing) return `it must say ${missing.join(' or ')}`;
    return isOfServer || this.#o.sources.store.ready ? null : STORE_AWAY;
  }

  /** What is found, for as long as anybody waits. Never rejects. */
  #inTime(work: Promise<Facts>, over: AbortController): Promise<Facts> {
    const timeoutMs = this.#o.timeoutMs ?? TIMEOUT_MS;
    return inTime(work, timeoutMs, () => {
      over.abort();
      return noFacts(`no answer within ${timeoutMs / 1_000} s`);
    });
  }

  #failed(error: unknown, { aborted }: AbortSignal): Facts {
    if (aborted) return noFacts('nobody waited for it');
    if (error instanceof StoreError && error.reason !== 'error') {
      return noFacts(error.reason === 'unavailable' ? STORE_AWAY : error.message);
    }
    this.#o.report(error);
    return noFacts('the server made a mistake; its log says which');
  }
}

const STORE_AWAY = 'the database is restarting';
const EXPECT_LENGTH_MAX = 200;

/** @throws CheckFault */
function expectationOf(name: QuestionName, expect: string): Expectation {
  if (expect.length > EXPECT_LENGTH_MAX) {
    throw new CheckFault('expect', `must have at most ${EXPECT_LENGTH_MAX} characters`);
  }
  try {
    return parseExpectation(expect, questionOf(name));
  } catch (error) {
    throw new CheckFault('expect', error instanceof Error ? error.message : String(error));
  }
}

/** Figures are floats: more than nine digits say nothing. */
const rounded = (value: number): number => Number(value.toPrecision(9));
