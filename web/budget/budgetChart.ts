import { formatUsd, parseUsd } from '@burnbook/domain/money';
import type { Budget, BudgetHistory } from '../../server/contract.js';
import type { Annotation, ChartBucket, ChartData } from '../chart/chartData.js';
import { formatDay } from '../format/time.js';
import { formatUsdShort, usdToPixels } from '../format/usd.js';
import { t } from '../i18n/t.js';

/** Whether days add up to a period; a day's budget and a rolling one are told day by day. */
export const addsUp = ({ period, definition }: Budget): boolean =>
  period.kind === 'calendar' && definition.period !== 'day';

/** What is spent day by day, added up since the period began, under the line of an even pace. */
export function budgetChart(
  budget: Budget,
  { history, locale }: { history: BudgetHistory; locale: string },
): ChartData {
  const isCalendar = addsUp(budget);
  const isDaily = budget.definition.period === 'day';
  const days = isDaily ? history.periods.toReversed() : history.days;
  const zoned = { locale, tz: history.timeZone };
  let runningNano = 0n;
  const spent = days.map((day): ChartBucket => {
    const before = isCalendar ? runningNano : 0n;
    runningNano += parseUsd(day.spentUsd);
    return {
      label: formatDay(day.start, zoned),
      from: new Date(day.start),
      to: new Date(day.end),
      values: new Map([
        ...(before > 0n ? [['before', valueOf(before)] as const] : []),
        ['spent', valueOf(parseUsd(day.spentUsd))] as const,
      ]),
      totalText: `${day.unpricedCalls > 0 ? '≥ ' : ''}${formatUsdShort(
        isCalendar ? formatUsd(runningNano) : day.spentUsd,
      )}`,
    };
  });
  const expected = isCalendar
    ? history.expected.map((part): ChartBucket => {
        const before = runningNano;
        runningNano += parseUsd(part.usd);
        return {
          label: t('budget.expectedDay', { day: formatDay(part.start, zoned) }),
          from: new Date(part.start),
          to: new Date(part.end),
          values: new Map([
            ['before', valueOf(before)],
            ['expected', valueOf(parseUsd(part.usd))],
          ]),
          totalText: `≈ ${formatUsdShort(formatUsd(runningNano))}`,
        };
      })
    : [];
  const from = new Date(days[0]?.start ?? budget.period.start);
  const to = new Date(isCalendar ? budget.period.end : (days.at(-1)?.end ?? budget.asOf));
  return {
    axis: { kind: 'time', tz: history.timeZone, from, to },
    series: [
      ...(isCalendar
        ? [{ key: 'before', label: t('budget.daysBefore'), color: 'var(--line)' }]
        : []),
      { key: 'spent', label: t('budget.spentDay'), color: 'var(--s1)' },
      ...(expected.length > 0
        ? [{ key: 'expected', label: t('budget.expected'), color: 'var(--control)' }]
        : []),
    ],
    buckets: [...spent, ...expected],
    annotations: annotationsOf(budget).filter(({ at }) => at >= from && at < to),
    ghost: paceOf(budget, { from, to }),
  };
}

/** Of a calendar period the even pace up to the amount, of another the amount's share of a day. */
function paceOf(
  budget: Budget,
  { from, to }: { from: Date; to: Date },
): { at: Date; value: number }[] {
  const days = Math.max(1, Math.round((to.getTime() - from.getTime()) / 86_400_000));
  const amount = usdToPixels(budget.amountUsd);
  const share = budget.definition.period === 'day' ? 1 : days;
  return Array.from({ length: days + 1 }, (_, day) => ({
    at: new Date(from.getTime() + ((to.getTime() - from.getTime()) * day) / days),
    value: addsUp(budget) ? (amount * Math.min(day + 1, days)) / days : amount / share,
  }));
}

function annotationsOf(budget: Budget): Annotation[] {
  return [
    ...budget.alerts.map(({ raisedAt, percent, kind }) => ({
      at: new Date(raisedAt),
      label: `△ ${percent === null ? t(`alert.${kind}`) : `${percent} %`}`,
    })),
    ...budget.priceChanges.map(({ at, model }) => ({
      at: new Date(at),
      label: t('series.price', { model }),
    })),
  ];
}

function valueOf(nano: bigint) {
  const exact = formatUsd(nano);
  return { value: usdToPixels(exact), text: formatUsdShort(exact), exact };
}
