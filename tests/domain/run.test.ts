import { describe, expect, test } from 'vitest';
import {
  batchState,
  isFinal,
  LOST_AFTER_NS,
  runState,
  RUN_STATES,
  type RunFacts,
  type RunState,
} from '@burnbook/domain/run';

const NOW_NS = 1_795_000_000_000_000_000n;
const quiet: RunFacts = {
  outcome: null,
  ended: false,
  failed: false,
  announced: false,
  unrooted: false,
  lastSignNs: NOW_NS,
};
const state = (facts: Partial<RunFacts>) => runState({ ...quiet, ...facts }, NOW_NS);

describe('a run', () => {
  test.each(['succeeded', 'failed', 'cancelled'] as const)(
    'is %s when its end says so',
    (outcome) => {
      expect(state({ outcome, ended: true, failed: true, announced: true, unrooted: true })).toBe(
        outcome,
      );
    },
  );

  test('is running while it gives signs of life, and lost after two minutes without', () => {
    expect(state({ announced: true })).toBe('running');
    expect(state({ announced: true, lastSignNs: NOW_NS - LOST_AFTER_NS })).toBe('running');
    expect(state({ announced: true, lastSignNs: NOW_NS - LOST_AFTER_NS - 1n })).toBe('lost');
  });

  test('that was never announced is open until its root is there, however old', () => {
    expect(state({})).toBe('open');
    expect(state({ lastSignNs: 0n })).toBe('open');
    expect(state({ ended: true, unrooted: true })).toBe('open');
  });

  test('that ended without a word is judged by its status', () => {
    expect(state({ ended: true })).toBe('succeeded');
    expect(state({ ended: true, failed: true })).toBe('failed');
    expect(state({ ended: true, failed: true, announced: true })).toBe('failed');
  });

  test('does not take an outcome that nobody knows', () => {
    expect(state({ outcome: 'great', ended: true })).toBe('succeeded');
  });
});

describe('a batch', () => {
  test.each<[RunState[], RunState]>([
    [[], 'open'],
    [['failed', 'succeeded'], 'succeeded'],
    [['succeeded', 'failed'], 'failed'],
    [['running', 'succeeded'], 'running'],
    [['succeeded', 'running'], 'running'],
    [['lost'], 'lost'],
    [['lost', 'succeeded'], 'succeeded'],
    [['open', 'succeeded'], 'open'],
  ])('of runs %j is %s', (runs, expected) => {
    expect(batchState(runs)).toBe(expected);
  });

  test('is final in exactly three states', () => {
    expect(RUN_STATES.filter(isFinal)).toEqual(['succeeded', 'failed', 'cancelled']);
  });
});
