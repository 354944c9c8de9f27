/**
 * Every alert that the product can raise today. Each has exactly one runbook, `runbooks/<name>.md`, which
 * `tests/tidy.test.ts` enforces.
 */
export const alertNames = ['BatchCostAboveNormal'] as const;

export type AlertName = (typeof alertNames)[number];
