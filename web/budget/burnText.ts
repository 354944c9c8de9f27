import type { Budget, Overview } from '../../server/contract.js';
import { formatPercent } from '../format/quantity.js';
import { formatUsdShort } from '../format/usd.js';
import { t } from '../i18n/t.js';

type Burning = NonNullable<Overview['budgetLeft']>['worst'] | Budget;

export interface Zoned {
  locale: string;
  tz: string;
  nowMs: number;
}

/** "71 % used · 58 % elapsed · empty Thu 14:20 (21 h)": the sentence beside every burn bar of a budget. */
export function burnText(budget: Burning, zoned: Zoned): string {
  if (budget.state === 'inactive') return t('burn.inactive');
  if (budget.state === 'noData') return t('burn.noData');
  const used = t(budget.atLeast ? 'burn.usedAtLeast' : 'burn.used', {
    percent: formatPercent(budget.share),
  });
  return [
    used,
    ...(budget.elapsed === null
      ? []
      : [t('burn.elapsed', { percent: formatPercent(budget.elapsed) })]),
    emptyText(budget, zoned),
  ]
    .filter(Boolean)
    .join(' · ');
}

function emptyText(budget: Burning, { locale, tz, nowMs }: Zoned): string {
  switch (budget.emptyState) {
    case 'empty':
      return t('burn.over', { usd: formatUsdShort(budget.overrunUsd) });
    case 'empties':
      return budget.emptyAt === null
        ? ''
        : t('burn.empties', whenEmpty(budget.emptyAt, { locale, tz, nowMs }));
    case 'lasts':
      return t('burn.lasts');
    case 'unknown':
      return t('burn.unknown');
  }
}

/** `Thu 14:20` and `21 h`: when a budget is empty, and how long it lasts. */
export function whenEmpty(
  emptyAt: string,
  { locale, tz, nowMs }: Zoned,
): { at: string; left: string } {
  const at = new Date(emptyAt);
  const leftMs = Math.max(0, at.getTime() - nowMs);
  return { at: soonText(at, { locale, tz, leftMs }), left: leftText(leftMs) };
}

// Within a week the weekday says most; later it would be ambiguous.
function soonText(
  at: Date,
  { locale, tz, leftMs }: { locale: string; tz: string; leftMs: number },
): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: tz,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    ...(leftMs < 6 * 86_400_000
      ? { weekday: 'short' as const }
      : { day: 'numeric' as const, month: 'short' as const }),
  }).format(at);
}

// Hours are what a person plans with; minutes of a day are noise.
function leftText(ms: number): string {
  const hours = Math.round(ms / 3_600_000);
  if (hours < 1) return `${Math.round(ms / 60_000)} min`;
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
