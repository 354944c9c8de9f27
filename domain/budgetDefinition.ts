/** A cost budget as files, the API and the database write it, with every default written out. */
import { formatRolling, parseRolling, type BudgetPeriod, type PeriodUnit } from './budgetPeriod.js';
import type { CostBudget } from './costBudget.js';
import { formatUsd, parseUsd } from './money.js';
import { parseDay, startOfDayNs } from './timeZone.js';

export interface BudgetDefinition {
  readonly id: string;
  readonly scope: Readonly<Record<string, string>>;
  readonly period: PeriodUnit | { readonly rolling: string };
  readonly timeZone: string;
  readonly fiscalYearStart: number;
  readonly amountUsd: string;
  readonly hardLimit: boolean;
  readonly thresholds: readonly number[];
  readonly forecastOver: number | null;
  readonly unpriced: 'deny' | 'allow';
  /** First and last day in force, `2026-01-01`. */
  readonly from: string | null;
  readonly to: string | null;
  readonly owner: string | null;
  readonly runbook: string | null;
}

/** @throws RangeError where a text is not what its field wants. */
export function costBudgetOf(definition: BudgetDefinition): CostBudget {
  const { id, scope, timeZone, hardLimit, thresholds, forecastOver, unpriced } = definition;
  const startOf = (text: string | null, daysLater: number): bigint | null => {
    if (text === null) return null;
    const day = parseDay(text);
    if (day === null) throw new RangeError(`not a day: ${JSON.stringify(text)}`);
    return startOfDayNs(timeZone, day + daysLater);
  };
  return {
    id,
    scope,
    period: periodOf(definition),
    timeZone,
    amountNano: parseUsd(definition.amountUsd),
    hardLimit,
    thresholds: [...new Set(thresholds)].toSorted((a, b) => a - b),
    forecastOver,
    unpriced,
    owner: definition.owner,
    runbook: definition.runbook,
    fromNs: startOf(definition.from, 0),
    toNs: startOf(definition.to, 1),
  };
}

/** One spelling of each definition: two that mean the same are the same text. */
export function canonicalDefinition(definition: BudgetDefinition): string {
  const { scope, period, thresholds } = definition;
  return JSON.stringify({
    id: definition.id,
    scope: Object.fromEntries(Object.entries(scope).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    period:
      typeof period === 'string' ? period : { rolling: formatRolling(rollingNs(period.rolling)) },
    timeZone: definition.timeZone,
    fiscalYearStart: definition.fiscalYearStart,
    amountUsd: formatUsd(parseUsd(definition.amountUsd)),
    hardLimit: definition.hardLimit,
    thresholds: [...new Set(thresholds)].toSorted((a, b) => a - b),
    forecastOver: definition.forecastOver,
    unpriced: definition.unpriced,
    from: definition.from,
    to: definition.to,
    owner: definition.owner,
    runbook: definition.runbook,
  } satisfies BudgetDefinition);
}

function periodOf({ period, fiscalYearStart }: BudgetDefinition): BudgetPeriod {
  return typeof period === 'string'
    ? { kind: 'calendar', unit: period, fiscalYearStart }
    : { kind: 'rolling', durationNs: rollingNs(period.rolling) };
}

function rollingNs(text: string): bigint {
  const durationNs = parseRolling(text);
  if (durationNs === null) throw new RangeError(`not a length of time: ${JSON.stringify(text)}`);
  return durationNs;
}
