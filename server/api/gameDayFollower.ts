/** Follows the execution of a game day, a person's or by itself, and has the fault taken back at the right step. */
import { randomUUID } from 'node:crypto';
import { executionDetailSchema, type Execution, type NewExecutionEvent } from '../contract.js';
import type { CommandClient } from './commandClient.js';

export interface GameDayFollowerOptions {
  readonly client: CommandClient;
  readonly execution: string;
  /** Takes the fault back: called once, when all steps before Verify are done or skipped. */
  readonly revert: () => Promise<void>;
  readonly write: (line: string) => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** Milliseconds. */
  readonly nowMs: () => number;
  /** @throws to stop. */
  readonly check: () => void;
}

type Step = Execution['steps'][number];

const POLL_MS = 1_000;
const PERSON_MS_MAX = 4 * 3_600_000;
/** Checks look back up to ten minutes, and an alert stands for five more after its figure is good. */
const VERIFY_MS_MAX = 20 * 60_000;
const VERIFY = 'Verify';

export class GameDayFollower {
  readonly #o: GameDayFollowerOptions;
  #told = '';
  #isReverted = false;
  #hasPassed = false;

  constructor(options: GameDayFollowerOptions) {
    this.#o = options;
  }

  /** Whether Verify has passed once the fault was taken back, whatever was done after that. */
  get hasPassed(): boolean {
    return this.#hasPassed;
  }

  /** Waits until a person has finished it on the page. @returns how it stood at its end. */
  byPerson(): Promise<Execution> {
    return this.#until((execution) => execution.state === 'finished', PERSON_MS_MAX);
  }

  /** Does each step as a machine can: says that it did. @returns how it stood at its end. */
  async byItself(): Promise<Execution> {
    const { steps } = await this.#read();
    const start = steps.findIndex(({ section }) => section === VERIFY);
    const before = start < 0 ? steps : steps.slice(0, start);
    await this.#record(before.map(ticked));
    await this.#revert();
    // Together: whatever is done later has Verify look anew.
    const rest = steps.slice(before.length);
    await this.#record(
      rest.map((step) => (step.section === VERIFY ? ticked(step) : skipped(step))),
    );
    const verified = await this.#until(({ verify }) => isOver(verify.state), VERIFY_MS_MAX);
    const outcome = verified.verify.state === 'passed' ? 'resolved' : 'notHelped';
    const path = `/api/executions/${this.#o.execution}/finish`;
    const finished = await this.#o.client.post(path, executionDetailSchema, {
      outcome,
      reason: 'a game day that followed the steps by itself',
    });
    return finished.execution;
  }

  async #until(isDone: (execution: Execution) => boolean, msMax: number): Promise<Execution> {
    const { sleep, nowMs, check } = this.#o;
    for (const endMs = nowMs() + msMax; ; await sleep(POLL_MS)) {
      check();
      const execution = await this.#read();
      const isOpen = execution.steps.some(
        ({ section, state }, index) =>
          state === 'open' && section !== VERIFY && isBeforeVerify(execution.steps, index),
      );
      if (!isOpen) await this.#revert();
      if (isDone(execution) || nowMs() > endMs) return execution;
    }
  }

  async #read(): Promise<Execution> {
    const { client, execution: id } = this.#o;
    const { execution } = await client.get(`/api/executions/${id}`, executionDetailSchema);
    const { steps, verify } = execution;
    if (this.#isReverted && verify.state === 'passed') this.#hasPassed = true;
    const done = steps.filter(({ state }) => state !== 'open').length;
    const told = `${done} of ${steps.length} steps, Verify: ${verify.state}`;
    if (told !== this.#told) this.#o.write(`  ${told}${reasonsOf(execution)}`);
    this.#told = told;
    return execution;
  }

  async #record(events: readonly NewExecutionEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { client, execution: id } = this.#o;
    await client.post(`/api/executions/${id}/events`, executionDetailSchema, { events });
  }

  async #revert(): Promise<void> {
    if (this.#isReverted) return;
    this.#isReverted = true;
    await this.#o.revert();
  }
}

/** `byHand`: there is nothing that could be asked. */
const isOver = (state: Execution['verify']['state']): boolean =>
  state === 'passed' || state === 'byHand' || state === 'overridden';

function isBeforeVerify(steps: readonly Step[], index: number): boolean {
  const start = steps.findIndex(({ section }) => section === VERIFY);
  return start < 0 || index < start;
}

function reasonsOf({ verify }: Execution): string {
  const bad = verify.checks.filter(({ state }) => state !== 'passes');
  return bad
    .map(({ question, expect, state, value, reason }) =>
      state === 'fails'
        ? `; ${question} is ${value ?? 'unknown'}, expected ${expect}`
        : `; ${question} cannot tell: ${reason ?? 'no reason given'}`,
    )
    .join('');
}

const ticked = ({ number }: Step): NewExecutionEvent => ({
  id: randomUUID(),
  kind: 'tick',
  step: number,
});

const skipped = ({ number }: Step): NewExecutionEvent => ({
  id: randomUUID(),
  kind: 'skip',
  step: number,
  text: 'not needed on this game day',
});
