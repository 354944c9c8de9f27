/** What an SLO's counts are of, and how they are said: sums are kept in whole numbers of parts. */
import { formatUsdShort, NANO_PER_USD } from '../money.js';
import type { Slo } from './slo.js';
import { SLICE_PARTS } from './timeslice.js';

/** `dollars`: batches weigh what they cost. */
export type EventUnit = 'events' | 'slices' | 'occurrences' | 'rows' | 'dollars';

type CountedSlo = Pick<Slo, 'method' | 'indicator'>;

export function eventUnit({ method, indicator }: CountedSlo): EventUnit {
  if (indicator.kind === 'deadline') return indicator.weight;
  return method === 'Occurrences' ? 'events' : 'slices';
}

/** A count in its unit: of slices that were partly good with six decimals, in dollars with nine. */
export function inUnit(slo: CountedSlo, count: number): number {
  if (eventUnit(slo) === 'dollars') return decimals(count / Number(NANO_PER_USD), 9);
  return slo.method === 'RatioTimeslices' ? decimals(count / SLICE_PARTS, 6) : count;
}

/** `12`, `2.5`, `$1.25` */
export function amountText(slo: CountedSlo, count: number): string {
  if (eventUnit(slo) === 'dollars') return `$${formatUsdShort(BigInt(Math.round(count)))}`;
  const amount = inUnit(slo, count);
  return String(Number.isInteger(amount) ? amount : decimals(amount, amount < 1 ? 3 : 1));
}

/** `3 of 12 bad`, `2.5 of 12 slices bad`, `$1.25 of $8.00 bad` */
export function badOfText(
  slo: CountedSlo,
  { bad, total }: { readonly bad: number; readonly total: number },
): string {
  return `${amountText(slo, bad)} of ${amountText(slo, total)}${unitWord(slo, ' ')} bad`;
}

/** The unit's name; nothing where a number alone says it. */
export function unitWord(slo: CountedSlo, before: string): string {
  const unit = eventUnit(slo);
  return unit === 'events' || unit === 'dollars' ? '' : `${before}${unit}`;
}

const decimals = (value: number, digits: number): number => Number(value.toFixed(digits));
