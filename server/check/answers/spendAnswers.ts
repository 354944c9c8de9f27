/** Money: cost budgets, calls without a price, and what went to attempts that lost. */
import type { BudgetReport } from '../../cost/budgetBook.js';
import { factBounds } from '../../cost/timeRange.js';
import type { Answer } from '../answer.js';
import { newestNs, sumOf } from '../answerRows.js';
import type { AskedQuestion } from '../askedQuestion.js';
import { noFacts, type Facts } from '../checkFacts.js';
import { budgetPath, costPath, retriesPath } from '../evidence.js';

const DAY_MINUTES = 1_440;

export const costBudgetSpent: Answer = {
  facts: (asked) => budgetFacts(asked, ({ status }) => status.share),
};

export const costBudgetBurn: Answer = {
  // The figure that CostBudgetBurningFast goes by.
  facts: (asked) => budgetFacts(asked, ({ status }) => status.windowBurn),
};

export const unpricedCallShare: Answer = {
  minutes: DAY_MINUTES,
  facts: async (asked) => {
    const [row] = await asked.query('alert_unpriced_usage', {
      ...boundsOf(asked),
      pipeline: asked.param('pipeline'),
      model: asked.param('model'),
    });
    const evidence = costPath(asked);
    const calls = Number(row?.['calls'] ?? 0);
    const factsNs = (row?.['last_ns'] ?? null) as bigint | null;
    if (calls === 0 || factsNs === null) {
      return noFacts(`no model call in ${asked.minutes} min`, evidence);
    }
    return { answer: Number(row?.['unpriced']) / calls, factsNs, evidence };
  },
};

export const retryWasteShare: Answer = {
  minutes: DAY_MINUTES,
  facts: async (asked) => {
    const rows = await asked.query('alert_retry_waste', {
      ...boundsOf(asked),
      pipeline: asked.param('pipeline'),
      shareMax: -1,
      wasteMin: 0n,
    });
    const evidence = retriesPath(asked);
    const factsNs = newestNs(rows, 'last_ns');
    if (factsNs === null) return noFacts(`nothing was spent in ${asked.minutes} min`, evidence);
    const calls = sumOf(rows, 'calls');
    return {
      answer: sumOf(rows, 'waste') / sumOf(rows, 'spent'),
      factsNs,
      // What has no price may have been waste.
      coverage: calls === 0 ? null : 1 - sumOf(rows, 'unpriced') / calls,
      evidence,
    };
  },
};

const boundsOf = ({ fromNs, nowNs }: AskedQuestion) => factBounds({ fromNs, toNs: nowNs });

async function budgetFacts(
  asked: AskedQuestion,
  figureOf: (report: BudgetReport) => number,
): Promise<Facts> {
  const id = asked.needed('budget');
  const report = (await asked.sources.budgets.latest()).find(({ budget }) => budget.id === id);
  if (!report) return noFacts(`there is no budget ${JSON.stringify(id)}`);
  const evidence = budgetPath(id);
  const { inForce, seen, unpriced, nowNs } = report.status;
  if (!inForce) return noFacts('it is not in force', evidence);
  if (!seen) return noFacts('nothing that counts against it was ever seen', evidence);
  return {
    answer: figureOf(report),
    factsNs: nowNs,
    ...(unpriced > 0 ? { atLeast: `${unpriced} lines that count against it have no price` } : {}),
    evidence,
  };
}
