import { reloadMs } from './demoServer.js';
import { cheapCall, runOperations } from './operations.js';
import type { FaultMaker } from './fault.js';

const file = 'budgets.yaml';

/** A budget of half a cent, of which a share is spent; then it gets a larger amount. */
function costBudgetFault(calls: number): FaultMaker {
  return ({ collector, config, stamp, sleep }) => {
    const name = `game-day-spend-${stamp}`;
    const define = async (amountUsd: string): Promise<void> => {
      await config().addEntry(
        file,
        'budgets',
        `- id: ${name}\n  scope: { pipeline: ${name} }\n  period: month\n  amountUsd: '${amountUsd}'\n  owner: data-platform`,
      );
      await sleep(reloadMs);
    };
    return {
      inject: async () => {
        await define('0.005');
        // $0.0001 each, by the list price of the model.
        const call = { ...cheapCall, inputTokens: 600, outputTokens: 16 };
        await runOperations({
          collector,
          pipeline: name,
          batch: `spend ${stamp}`,
          count: calls,
          call,
        });
        return `${name} made ${calls} calls of $0.0001 on a budget of $0.005`;
      },
      revert: async () => {
        await define('1');
        return `the budget ${name} has $1 now`;
      },
      end: () => config().restore(file),
    };
  };
}

/** CostBudgetBurningFast: nine tenths of a month's budget are spent at once. */
export const costBudgetBurningFast = costBudgetFault(45);

/** CostBudgetExhausted: more than the budget is spent. */
export const costBudgetExhausted = costBudgetFault(64);
