import type { CostSeries } from '../../server/contract.js';
import type { Annotation, ChartBucket, ChartData, ChartSeries } from '../chart/chartData.js';
import { pageColors, seriesColors } from '../chart/seriesColor.js';
import { formatDay, formatInstant } from '../format/time.js';
import { formatUsdShort, isZeroUsd, sumUsd, usdToPixels } from '../format/usd.js';
import { t } from '../i18n/t.js';
import { keyText } from './keyText.js';

export interface CostChart {
  data: ChartData;
  highest: ChartBucket | null;
  /** Costliest first, as the server says. */
  series: (ChartSeries & { isOther: boolean; value: string | null })[];
}

interface CostChartOptions {
  locale: string;
  /** The same of the earlier period, and how far it lies back. */
  previous: CostSeries | null;
  annotations: readonly Annotation[];
}

/** What the chart of costs, its table and its label say, from the rows of one answer. */
export function costChart(answer: CostSeries, options: CostChartOptions): CostChart {
  const colors = seriesColors(
    answer.series.filter(({ isOther }) => !isOther).map(({ name }) => name),
    pageColors,
  );
  const series = answer.series.map(({ name, key, isOther }) => ({
    key: name,
    label: isOther ? t('series.other') : keyText(answer.groupBy, key),
    color: isOther ? 'var(--other)' : (colors.get(name) ?? 'var(--other)'),
    isOther,
    value: key,
  }));
  const buckets = bucketsOf(answer, options.locale);
  return {
    series,
    highest: buckets.reduce<ChartBucket | null>(
      (best, each) => (best === null || heightOf(each) > heightOf(best) ? each : best),
      null,
    ),
    data: {
      axis: { kind: 'time', tz: answer.tz, from: new Date(answer.from), to: new Date(answer.to) },
      series,
      buckets,
      annotations: options.annotations,
      ...(options.previous ? { ghost: ghostOf(answer, options.previous) } : {}),
    },
  };
}

function bucketsOf(answer: CostSeries, locale: string): ChartBucket[] {
  const zoned = { locale, tz: answer.tz };
  return answer.buckets.map(({ from, to }) => {
    const own = answer.points.filter(({ bucket }) => bucket === from);
    const unpriced = own.reduce((sum, each) => sum + each.unpriced, 0);
    const total = formatUsdShort(sumUsd(own.map(({ usd }) => usd)));
    return {
      label: answer.bucket === 'hour' ? formatInstant(from, zoned) : formatDay(from, zoned),
      from: new Date(from),
      to: new Date(to),
      values: new Map(
        own.map((point) => [
          point.series,
          { value: usdToPixels(point.usd), text: pointText(point), exact: point.usd },
        ]),
      ),
      totalText: unpriced > 0 ? `≥ ${total}` : total,
    };
  });
}

// A sum of nothing known is unknown, never zero.
function pointText({ usd, unpriced }: CostSeries['points'][number]): string {
  if (unpriced === 0) return formatUsdShort(usd);
  return isZeroUsd(usd) ? t('money.unpriced') : `≥ ${formatUsdShort(usd)}`;
}

/** The earlier period's buckets one for one under this one's: months and days that begin at other hours still match. */
function ghostOf(answer: CostSeries, previous: CostSeries): { at: Date; value: number }[] {
  return answer.buckets.flatMap(({ from }, index) => {
    const before = previous.buckets[index];
    if (!before) return [];
    const own = previous.points.filter(({ bucket }) => bucket === before.from);
    // The first bucket may begin before the range.
    const at = new Date(Math.max(Date.parse(from), Date.parse(answer.from)));
    return [{ at, value: usdToPixels(sumUsd(own.map(({ usd }) => usd))) }];
  });
}

function heightOf(bucket: ChartBucket): number {
  let sum = 0;
  for (const { value } of bucket.values.values()) sum += value;
  return sum;
}
