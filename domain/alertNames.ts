/**
 * Every alert that the product can raise today. Each has exactly one runbook, `runbooks/<name>.md`, which
 * `tests/tidy.test.ts` enforces.
 */
export const alertNames = [
  'BatchCostAboveNormal',
  'CostBudgetBurningFast',
  'CostBudgetExhausted',
] as const;

export type AlertName = (typeof alertNames)[number];
