import type { BudgetDefinition } from '../../server/contract.js';

/** A budget as a form holds it: every field a text or a tick. */
export interface BudgetDraft {
  id: string;
  amountUsd: string;
  /** A calendar period, or `rolling`. */
  period: 'day' | 'week' | 'month' | 'quarter' | 'rolling';
  /** Length of a rolling one: `7d`. */
  rolling: string;
  timeZone: string;
  scope: { key: string; value: string }[];
  /** Percent with commas between. */
  thresholds: string;
  /** Percent; '' for never. */
  forecastOver: string;
  hardLimit: boolean;
  unpriced: 'deny' | 'allow';
  from: string;
  to: string;
  owner: string;
  runbook: string;
}

export function draftOf(definition: BudgetDefinition | null, timeZone: string): BudgetDraft {
  if (definition === null) {
    return {
      id: '',
      amountUsd: '',
      period: 'month',
      rolling: '7d',
      timeZone,
      scope: [],
      thresholds: '50, 80, 100',
      forecastOver: '100',
      hardLimit: false,
      unpriced: 'deny',
      from: '',
      to: '',
      owner: '',
      runbook: '',
    };
  }
  const { period } = definition;
  return {
    id: definition.id,
    amountUsd: definition.amountUsd,
    period: typeof period === 'object' ? 'rolling' : period,
    rolling: typeof period === 'object' ? period.rolling : '7d',
    timeZone: definition.timeZone,
    scope: Object.entries(definition.scope).map(([key, value]) => ({ key, value })),
    thresholds: definition.thresholds.join(', '),
    forecastOver: definition.forecastOver === null ? '' : String(definition.forecastOver),
    hardLimit: definition.hardLimit,
    unpriced: definition.unpriced,
    from: definition.from ?? '',
    to: definition.to ?? '',
    owner: definition.owner ?? '',
    runbook: definition.runbook ?? '',
  };
}

/**
 * What the API takes. What cannot be read as a number goes as it is: the server says what is wrong with it. Optional
 * fields that are empty stay out of the file, unless they were there before.
 */
export function entryOf(draft: BudgetDraft, before: BudgetDefinition | null): object {
  const optional = (name: 'from' | 'to' | 'owner' | 'runbook') => {
    const text = draft[name].trim();
    if (text !== '') return { [name]: text };
    return before?.[name] == null ? {} : { [name]: null };
  };
  return {
    id: draft.id.trim(),
    scope: Object.fromEntries(
      draft.scope
        .filter(({ key, value }) => key.trim() !== '' || value.trim() !== '')
        .map(({ key, value }) => [key.trim(), value.trim()]),
    ),
    period: draft.period === 'rolling' ? { rolling: draft.rolling.trim() } : draft.period,
    timeZone: draft.timeZone.trim(),
    amountUsd: draft.amountUsd.trim(),
    hardLimit: draft.hardLimit,
    thresholds: draft.thresholds
      .split(',')
      .map((text) => text.trim())
      .filter(Boolean)
      .map(numberOrText),
    forecastOver: draft.forecastOver.trim() === '' ? null : numberOrText(draft.forecastOver.trim()),
    unpriced: draft.unpriced,
    ...(before && before.fiscalYearStart !== 1 ? { fiscalYearStart: before.fiscalYearStart } : {}),
    ...optional('from'),
    ...optional('to'),
    ...optional('owner'),
    ...optional('runbook'),
  };
}

const numberOrText = (text: string): number | string =>
  /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;

/** The field of the form that the API's refusal names: `budget.scope.team` is `scope`. */
export const fieldOf = (field: string | undefined): string | null =>
  /^budget\.([A-Za-z]+)/.exec(field ?? '')?.[1] ?? null;

/** Names of the fields that differ between two definitions. */
export function changedFields(
  before: BudgetDefinition,
  after: BudgetDefinition,
): (keyof BudgetDefinition)[] {
  const names = Object.keys(after) as (keyof BudgetDefinition)[];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
