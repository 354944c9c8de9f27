import { putUp, source, takeDown } from './gameDaySlo.js';
import { runOperations, unusable } from './operations.js';
import { postSpan } from './plainRequests.js';
import type { FaultMaker, FaultPlace } from './fault.js';

const hourMs = 3_600_000;

/** Every other operation of a pipeline fails, of which 99 of 100 should not. */
const operationsFail =
  (how: {
    prefix: string;
    window?: string;
    before?: (place: FaultPlace, pipeline: string) => Promise<void>;
  }): FaultMaker =>
  (place) => {
    const { collector, stamp } = place;
    const name = `${how.prefix}-${stamp}`;
    const common = { collector, pipeline: name };
    return {
      inject: async () => {
        await how.before?.(place, name);
        await putUp(place, {
          name,
          displayName: 'Game day attempts succeed',
          runbook: 'ErrorBudgetBurn',
          indicator: {
            ratioMetric: {
              counter: true,
              good: source({ events: 'attempts', where: { pipeline: name, outcome: 'succeeded' } }),
              total: source({ events: 'attempts', where: { pipeline: name } }),
            },
          },
          objective: { target: 0.99 },
          ...(how.window === undefined ? {} : { window: how.window }),
        });
        await runOperations({ ...common, batch: `good ${stamp}`, count: 8 });
        await runOperations({
          ...common,
          batch: `bad ${stamp}`,
          count: 8,
          failure: unusable,
          failures: 1,
          givesUp: true,
        });
        return `8 of 16 operations of ${name} failed; 1 of 100 may`;
      },
      revert: async () => {
        await runOperations({ ...common, batch: `repaired ${stamp}`, count: 1_200 });
        return `1,200 operations of ${name} succeeded`;
      },
      goOn: () => runOperations({ ...common, batch: `repaired ${stamp}`, count: 10 }),
      end: () => takeDown(place, name),
    };
  };

/** ErrorBudgetBurn */
export const errorBudgetBurn = operationsFail({ prefix: 'game-day-errors' });

/** ErrorBudgetExhausted: the same of an SLO whose whole period, an hour, was seen, so that nothing is estimated. */
export const errorBudgetExhausted = operationsFail({
  prefix: 'game-day-overspent',
  window: '1h',
  before: async ({ receiver }, pipeline) => {
    const attributes = {
      'pipeline.name': pipeline,
      'pipeline.run.id': `${pipeline}-before`,
      'pipeline.batch.id': 'before',
      'pipeline.step.name': 'ask',
      'pipeline.operation.id': 'before',
      'pipeline.attempt.number': '1',
      'pipeline.attempt.outcome': 'succeeded',
    };
    await postSpan(receiver, { attributes, atMs: Date.now() - 1.2 * hourMs });
  },
});
