import {
  executionState,
  inOrderDone,
  isVerified,
  type ExecutionEvent,
  type ExecutionStart,
} from '@burnbook/domain/runbook/execution';
import { eventWords, spokenName } from '@burnbook/domain/runbook/executionWords';
import { beginVerify, type VerifyStanding } from '@burnbook/domain/runbook/verify';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const start: ExecutionStart = {
  executionId: 'e1',
  runbook: 'RetryStorm',
  title: 'Retries multiply the load',
  revision: 'abc',
  place: {},
  steps: [1, 2, 3].map((number) => ({
    number,
    section: number === 3 ? 'Verify' : 'Mitigate',
    text: `do ${number}`,
  })),
  incidentId: null,
  alertId: null,
  gameDay: false,
  startedNs: 0n,
  startedBy: 'ann',
  hasChecks: false,
  expectedMinutes: null,
};

const event = (more: Partial<ExecutionEvent>): ExecutionEvent => ({
  eventId: 'x',
  atNs: 100n,
  doneNs: 100n,
  actor: 'ann',
  kind: 'tick',
  step: 1,
  text: null,
  ...more,
});

describe('an execution', () => {
  test('of two people who tick the same step knows the first, by when it was done', () => {
    const { steps, currentStep } = executionState(start, [
      event({ actor: 'ann', doneNs: 90n }),
      event({ actor: 'bob', doneNs: 80n }),
      event({ step: 2, kind: 'skip', text: 'not needed', doneNs: 95n }),
    ]);
    expect(steps.map(({ state, by, tookNs, reason }) => [state, by, tookNs, reason])).toEqual([
      ['done', 'bob', 80n, null],
      ['skipped', 'ann', 15n, 'not needed'],
      ['open', null, null, null],
    ]);
    expect(currentStep).toBe(3);
  });

  test('without checks is verified by ticks of its Verify steps, not by skips', () => {
    const after = (...events: Partial<ExecutionEvent>[]) =>
      isVerified(executionState(start, events.map(event)));
    expect(after()).toBe(false);
    expect(after({ step: 1 }, { step: 2 })).toBe(false);
    expect(after({ step: 3, kind: 'skip', text: 'late' })).toBe(false);
    expect(after({ step: 3 })).toBe(true);
    expect(after({ step: 3 }, { step: 3, kind: 'untick', doneNs: 101n, atNs: 101n })).toBe(false);
    expect(after({ step: null, kind: 'override', text: 'known' })).toBe(true);
  });

  test('with checks is not verified by ticks', () => {
    const { verify, steps } = executionState({ ...start, hasChecks: true }, [event({ step: 3 })]);
    expect(isVerified({ verify, steps })).toBe(false);
    expect(verify.state).toBe('waiting');
  });

  test.each([
    ['Mitigate', 'waiting'],
    ['Verify', 'waiting'],
    ['Roll back', 'waiting'],
    ['Escalate', 'passed'],
    ['Prevent', 'passed'],
  ])('whose Verify has passed: a step of %s leaves it %s', (section, state) => {
    const own = { ...start, hasChecks: true, steps: [{ number: 1, section, text: 'do it' }] };
    const passed: VerifyStanding = {
      ...beginVerify({ hasChecks: true, atNs: 0n }),
      state: 'passed',
      passes: 2,
    };
    const before = event({ kind: 'verify', step: null, verify: passed });
    for (const kind of ['tick', 'untick', 'skip'] as const) {
      const { verify } = executionState(own, [before, event({ kind, text: 'no' })]);
      expect(verify.state).toBe(state);
    }
  });

  test('stands the same in whichever order the server heard of what was done', () => {
    const kinds = fc.constantFrom<ExecutionEvent['kind'][]>('tick', 'untick', 'skip', 'handOver');
    const done = fc.uniqueArray(
      fc.record({
        kind: kinds,
        step: fc.integer({ min: 1, max: 3 }),
        doneNs: fc.bigInt(1n, 50n),
        actor: fc.constantFrom('ann', 'bob'),
      }),
      { selector: ({ doneNs }) => doneNs, maxLength: 12 },
    );
    fc.assert(
      fc.property(
        done.chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
          ),
        ),
        ([events, shuffled]) => {
          const heard = (list: typeof events) =>
            executionState(
              start,
              list.map((each, index) =>
                event({ ...each, text: 'eve', atNs: 100n + BigInt(index) }),
              ),
            );
          const { steps, holder } = heard(events);
          expect(heard(shuffled)).toMatchObject({ steps, holder });
          const took = steps.reduce((sum, { tookNs }) => sum + (tookNs ?? 0n), 0n);
          const last = inOrderDone(
            steps.flatMap(({ atNs }) => (atNs === null ? [] : [{ atNs, doneNs: atNs }])),
          ).at(-1);
          expect(took).toBe(last?.doneNs ?? 0n);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('a timeline says what was done in words', () => {
  const long = { ...start, steps: [{ number: 1, section: 'Mitigate', text: 'a '.repeat(200) }] };
  expect(eventWords(event({}), start)).toBe('Retry storm, step 1 done: do 1');
  expect(eventWords(event({}), long)).toMatch(/^Retry storm, step 1 done: (a )+a?…$/);
  expect(eventWords(event({ kind: 'override', step: null, text: 'probe broken' }), start)).toBe(
    'Retry storm: Verify is overridden: probe broken',
  );
  const answer = { question: 'disk-free-share', expect: '> 20 %', value: '12 %', reason: null };
  const verify = {
    ...executionState(start, []).verify,
    state: 'failing' as const,
    answers: [{ ...answer, state: 'fails' as const }],
  };
  expect(eventWords(event({ kind: 'verify', step: null, verify }), start)).toBe(
    'Retry storm: Verify fails: How much of the disk that holds the database is free? 12 %, expected > 20 %',
  );
  expect(
    eventWords(event({ kind: 'verify', verify: { ...verify, state: 'passing' } }), start),
  ).toBeNull();
  expect(['ErrorBudgetBurn', 'RestoreFromBackup', 'my-runbook'].map(spokenName)).toEqual([
    'Error budget burn',
    'Restore from backup',
    'My-runbook',
  ]);
});
