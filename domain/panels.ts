/**
 * The panels that a runbook can hold, each with the parameters that it takes and its caption where no script runs.
 * The page draws each of them; a runbook that names another one stops the start.
 */
export const panels = {
  'batch-cost-history': {
    caption: 'Cost of the last batches of the pipeline, per 1,000 rows and in total',
    params: ['pipeline', 'batch'],
  },
  'batch-bill-by-step': {
    caption: 'Bill of the batch by step: compute and model calls',
    params: ['pipeline', 'batch'],
  },
  'attempts-by-outcome': {
    caption: 'Attempts of the batch by step, outcome and error class',
    params: ['pipeline', 'batch'],
  },
  'budget-burn': {
    caption: 'What the budget has spent, how much of its period has passed, and its forecast',
    params: ['budget'],
    needs: ['budget'],
  },
  'budget-days': {
    caption: 'What the budget has spent on each day of its period',
    params: ['budget'],
    needs: ['budget'],
  },
  'slo-burn-rate': {
    caption: 'Burn rate of the error budget, with the factors at which it alerts',
    params: ['slo'],
    needs: ['slo'],
  },
  'slo-error-budget': {
    caption: 'What is left of the error budget over its window',
    params: ['slo'],
    needs: ['slo'],
  },
  'retry-waste': {
    caption: 'Dollars that went to attempts that lost, by cause and model',
    params: ['pipeline'],
  },
  'spend-over-time': {
    caption: 'Spend over time by model',
    params: ['pipeline', 'model'],
  },
  'unpriced-usage': {
    caption: 'Model calls without a price, by model',
    params: ['pipeline'],
  },
  'alerts-now': {
    caption: 'Alerts that stand',
    params: ['pipeline', 'name'],
  },
  occurrences: {
    caption: 'Verdicts on the batches that were due',
    params: ['pipeline'],
  },
  deliveries: {
    caption: 'Messages that wait or were given up',
    params: ['destination'],
  },
  heartbeats: {
    caption: 'Signs of life that are expected of others',
    params: ['heartbeat'],
  },
  'server-health': {
    caption: 'Free disk, newest backup, restarts of the store, refused requests',
    params: [],
  },
} as const satisfies Record<
  string,
  {
    caption: string;
    params: readonly string[];
    /** It shows nothing unless its fence, or the address of the page, says these. */
    needs?: readonly string[];
  }
>;

export type PanelName = keyof typeof panels;
