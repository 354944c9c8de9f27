import type { BudgetDefinition } from '../../server/contract.js';
import { formatFilter } from '../cost/filterTerms.js';
import { termText } from '../cost/FilterBar.js';
import { t } from '../i18n/t.js';

export const budgetPath = (id: string): string => `/cost/budgets/${encodeURIComponent(id)}`;

/** `Pipeline is mail-etl, Team is care`; of everything a word. */
export function scopeText(scope: BudgetDefinition['scope']): string {
  const terms = termsOf(scope);
  return terms.length === 0 ? t('budget.everything') : terms.map(termText).join(', ');
}

/** The filter of costs that is the budget's scope. */
export const scopeFilter = (scope: BudgetDefinition['scope']): string =>
  formatFilter(termsOf(scope));

function termsOf(scope: BudgetDefinition['scope']) {
  return Object.entries(scope).map(([dimension, value]) => ({
    dimension,
    value: value.replace(/\*$/, ''),
    isPrefix: value.endsWith('*'),
    leavesOut: false,
  }));
}

/** `each month, Europe/Berlin`; `7d rolling`. */
export function periodText({
  period,
  timeZone,
}: Pick<BudgetDefinition, 'period' | 'timeZone'>): string {
  if (typeof period === 'object') return t('period.rolling', { length: period.rolling });
  return `${t(`period.${period}`)}, ${timeZone}`;
}
