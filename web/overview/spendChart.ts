import type { Overview } from '../../server/contract.js';
import type { Annotation, ChartBucket, ChartData, ChartSeries } from '../chart/chartData.js';
import { pageColors, seriesColors } from '../chart/seriesColor.js';
import { formatInstant } from '../format/time.js';
import { compareUsd, formatUsdShort, sumUsd, usdToPixels } from '../format/usd.js';
import { t } from '../i18n/t.js';

/** One row of the list beside the chart: a series with its total in the range. */
export interface SeriesTotal extends ChartSeries {
  totalUsd: string;
  /** Lines without a known price: the total is then a lower bound, or unknown. */
  unpricedLines: number;
  hidden: boolean;
}

export interface SpendModel {
  data: ChartData;
  /** All series, costliest first, hidden ones included. */
  totals: SeriesTotal[];
  /** Sum of what is shown. */
  shownUsd: string;
  highest: ChartBucket | null;
}

interface SpendOptions {
  locale: string;
  /** Only this series; null: all. */
  only: string | null;
  /** Series left out. */
  without: readonly string[];
  previous: Overview | null;
}

const OTHER = '(other)';
const ANNOTATIONS_MAX = 3;
/** Part of the chart's width that a label takes. */
const LABEL_SHARE = 0.12;

/** What the spend chart, its list, its table and its label all say, from the rows of one answer. */
export function spendModel(overview: Overview, options: SpendOptions): SpendModel {
  const names = [...new Set(overview.series.map((row) => row.series))];
  const colors = seriesColors(
    names.filter((name) => name !== OTHER),
    pageColors,
  );
  const totals = names
    .map((name) => {
      const own = overview.series.filter((row) => row.series === name);
      return {
        key: name,
        label: seriesLabel(name),
        color: colors.get(name) ?? 'var(--other)',
        totalUsd: sumUsd(own.map((row) => row.usd)),
        unpricedLines: own.reduce((sum, row) => sum + row.unpriced, 0),
        hidden: options.only !== null ? name !== options.only : options.without.includes(name),
      };
    })
    .sort(
      (a, b) =>
        Number(a.key === OTHER) - Number(b.key === OTHER) || compareUsd(b.totalUsd, a.totalUsd),
    );
  const shown = new Set(totals.filter((series) => !series.hidden).map((series) => series.key));
  const rows = overview.series.filter((row) => shown.has(row.series));
  const buckets = bucketsOf(rows, overview, options.locale);
  return {
    totals,
    shownUsd: sumUsd(rows.map((row) => row.usd)),
    highest: buckets.reduce<ChartBucket | null>(
      (best, each) => (best === null || heightOf(each) > heightOf(best) ? each : best),
      null,
    ),
    data: {
      axis: {
        kind: 'time',
        tz: overview.tz,
        from: new Date(overview.from),
        to: new Date(overview.to),
      },
      // The costliest lies at the bottom, where its change over time reads best.
      series: totals.filter((series) => !series.hidden),
      buckets,
      annotations: annotationsOf(overview),
      ...(options.previous ? { ghost: ghostOf(options.previous, { overview, shown }) } : {}),
    },
  };
}

function bucketsOf(rows: Overview['series'], overview: Overview, locale: string): ChartBucket[] {
  const starts = [...new Set(rows.map((row) => row.bucket))].sort();
  return starts.map((start) => {
    const own = rows.filter((row) => row.bucket === start);
    const from = new Date(start);
    return {
      label: formatInstant(from, { locale, tz: overview.tz }),
      from,
      to: new Date(from.getTime() + overview.bucketMs),
      values: new Map(
        own.map((row) => [
          row.series,
          { value: usdToPixels(row.usd), text: formatUsdShort(row.usd), exact: row.usd },
        ]),
      ),
      totalText: formatUsdShort(sumUsd(own.map((row) => row.usd))),
    };
  });
}

// What needs someone stands on the chart where it began; labels that would cover each other become one with a count.
function annotationsOf(overview: Overview): Annotation[] {
  const fromMs = Date.parse(overview.from);
  const toMs = Date.parse(overview.to);
  const apartMs = (toMs - fromMs) * LABEL_SHARE;
  const groups: { atMs: number; name: string; more: number }[] = [];
  for (const need of [...overview.needsYou].sort((a, b) => b.since.localeCompare(a.since))) {
    const atMs = Date.parse(need.since);
    if (atMs < fromMs || atMs >= toMs) continue;
    const near = groups.find((group) => Math.abs(group.atMs - atMs) < apartMs);
    if (near) near.more += 1;
    else groups.push({ atMs, name: need.batchId ?? need.budget ?? '', more: 0 });
  }
  return groups.slice(0, ANNOTATIONS_MAX).map(({ atMs, name, more }) => ({
    at: new Date(atMs),
    label: more === 0 ? `△ ${name}` : `△ ${name} +${more}`,
  }));
}

function ghostOf(
  previous: Overview,
  { overview, shown }: { overview: Overview; shown: ReadonlySet<string> },
): { at: Date; value: number }[] {
  const shiftMs = new Date(overview.from).getTime() - new Date(previous.from).getTime();
  const byBucket = new Map<string, string[]>();
  for (const row of previous.series) {
    if (!shown.has(row.series)) continue;
    byBucket.set(row.bucket, [...(byBucket.get(row.bucket) ?? []), row.usd]);
  }
  const points: { at: Date; value: number }[] = [];
  const fromMs = new Date(overview.from).getTime();
  const toMs = new Date(overview.to).getTime();
  // A bucket without spend is a zero of the line, not a bridge over it.
  const first = previous.series[0] ? Date.parse(previous.series[0].bucket) : 0;
  const alignMs =
    (((first + shiftMs - fromMs) % overview.bucketMs) + overview.bucketMs) % overview.bucketMs;
  for (let at = fromMs + alignMs; at < toMs && points.length < 2_000; at += overview.bucketMs) {
    const key = [...byBucket.keys()].find((bucket) => Date.parse(bucket) + shiftMs === at);
    points.push({
      at: new Date(at),
      value: key ? usdToPixels(sumUsd(byBucket.get(key) ?? [])) : 0,
    });
  }
  return points;
}

function heightOf(bucket: ChartBucket): number {
  let sum = 0;
  for (const { value } of bucket.values.values()) sum += value;
  return sum;
}

function seriesLabel(name: string): string {
  if (name === 'compute') return t('series.compute');
  if (name === OTHER) return t('series.other');
  return name === '' ? t('series.unknown') : name;
}
