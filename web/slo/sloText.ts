import type { SloView } from '../../server/contract.js';
import { whenEmpty, type Zoned } from '../budget/burnText.js';
import { formatPercent } from '../format/quantity.js';
import { t } from '../i18n/t.js';

/** "71 % used · 58 % elapsed · empty Thu 14:20 (21 h)": the sentence beside the burn bar of an error budget. */
export function sloBurnText(slo: SloView, zoned: Zoned): string {
  if (slo.budgetLeft === null) return t(slo.state === 'idle' ? 'slo.idleText' : 'slo.noEvent');
  return [
    t('burn.used', { percent: formatPercent(usedOf(slo)) }),
    ...(elapsedOf(slo) === null
      ? []
      : [t('burn.elapsed', { percent: formatPercent(slo.elapsed) })]),
    slo.state === 'idle' ? t('slo.idleText') : emptyText(slo, zoned),
    ...(slo.estimated ? [t('slo.estimated')] : []),
  ]
    .filter(Boolean)
    .join(' · ');
}

function emptyText({ budgetLeft, emptyAt, state }: SloView, zoned: Zoned): string {
  if (budgetLeft !== null && budgetLeft <= 0)
    return t('slo.over', { percent: formatPercent(-budgetLeft) });
  if (emptyAt !== null) return t('burn.empties', whenEmpty(emptyAt, zoned));
  // What is not known does not last.
  return state === 'unknown' ? '' : t('burn.lasts');
}

/** Share of the period that has passed; null: all of it, as of a rolling window that is full, which says nothing. */
export const elapsedOf = ({ elapsed }: Pick<SloView, 'elapsed'>): number | null =>
  elapsed < 1 ? elapsed : null;

/** Share of the error budget that is used; 0 while nothing is known, which the sentence says. */
export const usedOf = ({ budgetLeft }: Pick<SloView, 'budgetLeft'>): number =>
  budgetLeft === null ? 0 : 1 - budgetLeft;

/** `99.5 %`, with as many digits as the target has. */
export const targetText = (target: number): string => `${Number((target * 100).toPrecision(9))} %`;

/** `14.4×`, `0.02×`. */
export const rateText = (rate: number | null): string =>
  rate === null ? '–' : `${Number(rate.toPrecision(rate < 1 ? 1 : 3))}×`;

export const sloPath = (name: string): string => `/slos/${encodeURIComponent(name)}`;
