import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { executionState, type ExecutionEvent } from '@burnbook/domain/runbook/execution';
import { learnedFigures, type LearnedExecution } from '@burnbook/domain/runbook/learning';

const SECOND_NS = 1_000_000_000n;
const at = (seconds: number): bigint => BigInt(seconds) * SECOND_NS;
const DAY = 86_400;
const STEPS = [1, 2, 3].map((number) => ({ number, section: 'Mitigate', text: `step ${number}` }));

type StepEvent = Pick<ExecutionEvent, 'kind' | 'doneNs'> & { readonly step: number };

const said = (kind: StepEvent['kind'], step: number, seconds: number): StepEvent => ({
  kind,
  step,
  doneNs: at(seconds),
});

/** Started at 100 s, resolved, unless said. */
function execution({
  events = [],
  ...more
}: Partial<LearnedExecution> & { readonly events?: readonly StepEvent[] }): LearnedExecution {
  const start = {
    executionId: 'x',
    runbook: 'RetryStorm',
    title: '',
    revision: 'r1',
    place: {},
    steps: STEPS,
    incidentId: null,
    alertId: null,
    gameDay: false,
    startedNs: at(100),
    startedBy: 'ann',
    hasChecks: false,
    expectedMinutes: null,
  };
  const heard = events.map((event, index) => ({
    ...event,
    eventId: String(index),
    atNs: at(2_000 + index),
    actor: 'ann',
    text: null,
  }));
  return {
    revision: 'r1',
    isGameDay: false,
    cause: null,
    startedNs: start.startedNs,
    firedNs: null,
    acknowledgedNs: null,
    resolvedNs: null,
    outcome: 'resolved',
    lastNs: events.at(-1)?.doneNs ?? start.startedNs,
    steps: executionState(start, heard).steps,
    ...more,
  };
}

const stepsOf = (executions: LearnedExecution[], nowNs = at(200)) =>
  learnedFigures(executions, nowNs).steps.map(({ reached, done, skipped, droppedOff, seconds }) => [
    reached,
    done,
    skipped,
    droppedOff,
    seconds,
  ]);

describe('the figures of a revision', () => {
  test('are null, never zero, where nothing is known', () => {
    expect(learnedFigures([execution({})], at(200))).toEqual({
      mttaSeconds: null,
      mttrSeconds: null,
      firstActionSeconds: null,
      outcomes: { resolved: 1 },
      steps: STEPS.map(({ number, text }) => ({
        number,
        text,
        reached: 0,
        done: 0,
        skipped: 0,
        droppedOff: 0,
        seconds: null,
      })),
    });
  });

  test('are medians, each incident once however many followed the runbook for it', () => {
    const of = (cause: string, ackSeconds: number | null, endSeconds: number | null) =>
      execution({
        cause,
        firedNs: at(0),
        acknowledgedNs: ackSeconds === null ? null : at(ackSeconds),
        resolvedNs: endSeconds === null ? null : at(endSeconds),
      });
    const { mttaSeconds, mttrSeconds } = learnedFigures(
      [
        of('a', 60, 600),
        of('a', 60, 600),
        of('b', 120, 900),
        of('c', null, 3_600),
        of('d', null, null),
      ],
      at(9_999),
    );
    expect(mttaSeconds).toBe(90);
    expect(mttrSeconds).toBe(900);
  });

  test('leave out what came before its cause', () => {
    const early = execution({ cause: 'a', firedNs: at(50), acknowledgedNs: at(40) });
    expect(learnedFigures([early], at(200)).mttaSeconds).toBeNull();
  });

  test('the first action is the first step that was done and stayed done', () => {
    const events = [
      said('tick', 1, 110),
      said('untick', 1, 120),
      said('skip', 2, 125),
      said('tick', 3, 150),
    ];
    expect(learnedFigures([execution({ events })], at(200)).firstActionSeconds).toBe(50);
  });
});

describe('the steps of a revision', () => {
  test('take the time since the step that was ended before them', () => {
    const fast = execution({ events: [said('tick', 1, 110), said('tick', 2, 140)] });
    const slow = execution({ events: [said('tick', 1, 130), said('tick', 2, 200)] });
    expect(stepsOf([fast, slow])).toEqual([
      [2, 2, 0, 0, 20],
      [2, 2, 0, 0, 50],
      [0, 0, 0, 0, null],
    ]);
  });

  test('go by when they were done, not by when the server heard of it', () => {
    const events = [said('tick', 2, 140), said('tick', 1, 110)];
    expect(stepsOf([execution({ events })])).toEqual([
      [1, 1, 0, 0, 10],
      [1, 1, 0, 0, 30],
      [0, 0, 0, 0, null],
    ]);
  });

  test('of two people who do the same the first has done it', () => {
    const events = [said('tick', 1, 110), said('tick', 1, 150)];
    expect(stepsOf([execution({ events })])[0]).toEqual([1, 1, 0, 0, 10]);
  });

  test('lose whoever stood before them when it did not help', () => {
    const events = [said('tick', 1, 110)];
    expect(stepsOf([execution({ events, outcome: 'notHelped' })])).toEqual([
      [1, 1, 0, 0, 10],
      [1, 0, 0, 1, null],
      [0, 0, 0, 0, null],
    ]);
  });

  test('lose whoever did them all without good', () => {
    const events = [1, 2, 3].map((step) => said('tick', step, 100 + step));
    const steps = stepsOf([execution({ events, outcome: 'escalated' })]);
    expect(steps.map(([, , , droppedOff]) => droppedOff)).toEqual([0, 0, 1]);
  });

  test('lose an open execution once nothing has happened in it for a day', () => {
    const events = [said('skip', 1, 110)];
    const open = execution({ events, outcome: null });
    expect(stepsOf([open], at(110 + DAY - 1))[1]).toEqual([1, 0, 0, 0, null]);
    expect(stepsOf([open], at(110 + DAY))[1]).toEqual([1, 0, 0, 1, null]);
  });

  test('are reached by no fewer than did or skipped them, and each execution drops off once at most', () => {
    const event = fc.record({
      kind: fc.constantFrom('tick' as const, 'untick' as const, 'skip' as const),
      step: fc.integer({ min: 1, max: 3 }),
      doneNs: fc.integer({ min: 100, max: 1_000 }).map(at),
    });
    const any = fc.record({
      events: fc.array(event, { maxLength: 12 }),
      outcome: fc.constantFrom('resolved', 'mitigated', 'escalated', 'notHelped', null),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), (all) => {
        const executions = all.map((more) => execution(more));
        const { steps } = learnedFigures(executions, at(DAY * 3));
        for (const { reached, done, skipped, droppedOff } of steps) {
          expect(reached).toBeGreaterThanOrEqual(done + skipped);
          expect(reached).toBeGreaterThanOrEqual(droppedOff);
          expect(reached).toBeLessThanOrEqual(executions.length);
        }
        const good = executions.filter(({ outcome }) => /resolved|mitigated/.test(outcome ?? ''));
        const dropped = steps.reduce((sum, { droppedOff }) => sum + droppedOff, 0);
        // All others were left by now, or did not help.
        expect(dropped).toBe(executions.length - good.length);
      }),
    );
  });
});
