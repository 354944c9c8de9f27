/** What three pipelines sent in a day: one that does all of the checklist, one that does none, one that says little of itself. */
import { HOUR_NS, parseTime } from '@burnbook/domain/time';
import type { Attributes, SpanSpec } from './spanSpec.js';
import { chat, TraceMaker } from './traceMaker.js';

export const NOW_NS = parseTime('2026-05-20T12:00:00Z') ?? 0n;
/** The beginning of a whole hour: what happens in it is of one hour. */
export const STORY_NS = NOW_NS - 24n * HOUR_NS;

export const resilienceStory = (): SpanSpec[] => [...careful(), ...careless(), ...partly()];

const maker = (pipeline: string, run: string, more: Attributes = {}): TraceMaker =>
  new TraceMaker({
    startNs: STORY_NS,
    common: { 'pipeline.name': pipeline, 'pipeline.run.id': run, ...more },
  });

/** Attempts of an operation, 10 ms each; `failed` but for the last. */
function operation(trace: TraceMaker, name: string, attempts: readonly Attributes[]): SpanSpec[] {
  return attempts.map((more, index) => {
    const isLast = index === attempts.length - 1;
    return trace.span({
      atMs: index * 1_000,
      failed: !isLast,
      attributes: {
        'pipeline.step.name': 'ask',
        'pipeline.operation.id': name,
        'pipeline.attempt.number': index + 1,
        'pipeline.attempt.outcome': isLast ? 'succeeded' : 'failed',
        ...more,
      },
    });
  });
}

const reserved = { 'burnbook.reservation.id': 'hold-1' };

/** A bad hour: 6 of 30 operations fail at first; a tenth is retried, the budget refuses the rest. */
function careful(): SpanSpec[] {
  const backfill = maker('careful', 'again', { 'pipeline.run.kind': 'backfill' });
  const trace = maker('careful', 'nightly', { 'pipeline.run.kind': 'scheduled' });
  const call = (id: string): Attributes => ({
    ...chat('wren', { input: 10 }, { 'gen_ai.response.id': id }),
    ...reserved,
  });
  const wins = Array.from({ length: 24 }, (_, index) =>
    operation(trace, `win ${index}`, [call(`win ${index}`)]),
  );
  const refused = Array.from({ length: 3 }, (_, index) =>
    operation(trace, `refused ${index}`, [
      { 'pipeline.attempt.outcome': 'failed', 'pipeline.attempt.gave_up': 'budget' },
    ]),
  );
  // The first try was answered after all: its answer comes again, and is the same.
  const repeats = Array.from({ length: 10 }, (_, index) =>
    operation(trace, `repeat ${index}`, [
      { ...call(`answer ${index}`), 'pipeline.attempt.error_class': 'timeout' },
      { ...call(`answer ${index}`), 'pipeline.attempt.backoff_ms': 100 + index },
    ]),
  );
  return [
    trace.span({ name: 'run' }),
    trace.span({
      attributes: { 'quality.check.name': 'labels known', 'quality.check.outcome': 'passed' },
    }),
    backfill.span({ name: 'run', attributes: { 'pipeline.run.outcome': 'succeeded' } }),
    ...wins.flat(),
    ...refused.flat(),
    ...repeats.flat(),
  ];
}

/** Everything is tried four times, at once and in step, and some of it is paid twice. */
function careless(): SpanSpec[] {
  const trace = maker('careless', 'r', { 'pipeline.run.kind': 'scheduled' });
  const call = (id: string): Attributes => ({
    ...chat('nobody-knows', { input: 10 }, { 'gen_ai.response.id': id }),
    'pipeline.attempt.backoff_ms': 0,
  });
  const storm = Array.from({ length: 20 }, (_, index) =>
    operation(
      trace,
      `storm ${index}`,
      [1, 2, 3, 4].map((number) => call(`storm ${index} ${number}`)),
    ),
  );
  const twice = operation(trace, 'twice', [
    {
      ...chat('wren', { input: 10 }, { 'gen_ai.response.id': 'one' }),
      'pipeline.attempt.outcome': 'succeeded',
      'pipeline.attempt.backoff_ms': 0,
    },
    {
      ...chat('wren', { input: 10 }, { 'gen_ai.response.id': 'two' }),
      'pipeline.attempt.backoff_ms': 0,
    },
  ]);
  return [
    trace.span({ name: 'run', attributes: { 'burnbook.dropped_spans': 7 } }),
    ...storm.flat(),
    ...twice,
  ];
}

/** Says little of itself: no kinds of runs, no ids of operations, no waits; its calls ask no budget. */
function partly(): SpanSpec[] {
  const trace = maker('partly', 'r');
  const calls = Array.from({ length: 12 }, (_, index) =>
    [1, 2].map((number) =>
      trace.span({
        name: `call ${index}`,
        failed: number === 1,
        attributes: {
          ...chat('wren', { input: 10 }),
          'pipeline.attempt.number': number,
          'pipeline.attempt.outcome': number === 1 ? 'failed' : 'succeeded',
        },
      }),
    ),
  );
  return [trace.span({ name: 'run' }), ...calls.flat()];
}
