/** What restatements are tried on: prices that change, and a run with every kind of line. */
import type { Config } from '../../server/config/config.js';
import type { SpanSpec } from './spanSpec.js';
import { TEST_CONFIG } from './testConfig.js';
import { chat, type TraceMaker } from './traceMaker.js';

/** Wren at a multiple of its price. */
export const wrenAt = (times: number, more: object[] = []): Config => ({
  ...TEST_CONFIG,
  prices: {
    prices: [
      {
        provider: 'testai',
        model: 'wren',
        inputUsdPerMillion: (0.001 * times).toFixed(9),
        outputUsdPerMillion: (0.01 * times).toFixed(9),
        source: `times ${times}`,
      },
      ...(more as never[]),
    ],
  },
});

/** A run with an attempt lost and one won, a call without a price, and one that failed without telling its usage. */
export function repricedStory(made: TraceMaker, batch: string): SpanSpec[] {
  const root = made.span({ name: 'run', lastsMs: 1_000 });
  const attempt = (number: number, failed: boolean): SpanSpec[] => {
    const span = made.span({
      parent: root,
      atMs: number,
      failed,
      name: 'try',
      attributes: {
        'pipeline.attempt.number': number,
        'pipeline.attempt.outcome': failed ? 'failed' : 'succeeded',
        'pipeline.operation.id': `${batch} op`,
      },
    });
    return [
      span,
      made.span({
        parent: span,
        atMs: number,
        attributes: chat('wren', { input: 1_000, output: 100 }),
      }),
    ];
  };
  return [
    root,
    ...attempt(1, true),
    ...attempt(2, false),
    made.span({ parent: root, atMs: 5, attributes: chat('roc', { input: 1_000 }) }),
    made.span({
      parent: root,
      atMs: 6,
      failed: true,
      attributes: chat('wren', {}, { 'error.type': 'timeout' }),
    }),
    made.span({ parent: root, atMs: 7, attributes: { 'process.cpu.time.user': 2 } }),
  ];
}
