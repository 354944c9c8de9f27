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
  },
  'budget-days': {
    caption: 'What the budget has spent on each day of its period',
    params: ['budget'],
  },
} as const satisfies Record<string, { caption: string; params: readonly string[] }>;

export type PanelName = keyof typeof panels;
