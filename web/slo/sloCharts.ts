import type { SloBurn } from '../../server/contract.js';
import type { Annotation, ChartBucket, ChartData, ChartValue } from '../chart/chartData.js';
import { formatPercent } from '../format/quantity.js';
import { formatInstant } from '../format/time.js';
import { t } from '../i18n/t.js';
import type { Interval } from '../url/range.js';
import { rateText } from './sloText.js';

export interface SloChartOptions {
  range: Interval;
  tz: string;
  locale: string;
}

const LINE_COLORS = ['var(--s1)', 'var(--s2)', 'var(--s3)', 'var(--s4)'];
/** A budget overdrawn further than its own size is drawn at the lower edge; the readout says the figure. */
const LEFT_MIN = -1;
const RATE_MIN = 0.1;
const RATE_MAX = 10;
/** Room for the labels of what happened. */
const HEADROOM = 1.8;
const NOTE_LENGTH_MAX = 24;

/** The error budget that is left over time, above the line of an even pace. */
export function burndownChart(burn: SloBurn, options: SloChartOptions): ChartData {
  const lowest = Math.min(0, ...burn.points.map(({ budgetLeft }) => budgetLeft ?? 0));
  const paced = burn.points.flatMap(({ at, pace }) =>
    pace === null ? [] : [{ at: new Date(at), value: pace }],
  );
  return {
    axis: { kind: 'time', tz: options.tz, ...options.range },
    shape: 'lines',
    series: [{ key: 'left', label: t('slo.leftSeries'), color: 'var(--s1)' }],
    buckets: bucketsOf(burn, options, ({ budgetLeft }) =>
      budgetLeft === null ? [] : [['left', share(budgetLeft)]],
    ),
    y: { unit: 'share', domain: [Math.max(LEFT_MIN, lowest), 1] },
    annotations: annotationsOf(burn, options),
    ...(paced.length > 1 ? { ghost: paced } : {}),
  };
}

/** The burn rate of each pair's long window on a log scale, with a line at the factor at which the pair fires. */
export function burnRateChart(burn: SloBurn, options: SloChartOptions): ChartData {
  const highest = Math.max(
    RATE_MAX,
    ...burn.pairs.map(({ factor }) => factor * 2),
    ...burn.points.flatMap(({ burnRates }) => burnRates.map((rate) => rate ?? 0)),
  );
  return {
    axis: { kind: 'time', tz: options.tz, ...options.range },
    shape: 'lines',
    series: burn.pairs.map(({ long, severity, factor, op }, index) => ({
      key: String(index),
      label: `${t('slo.rateSeries', { long })} · ${t(`severity.${severity}`)} ${op === 'gte' ? '≥' : '>'} ${factor}×`,
      color: LINE_COLORS[index] ?? 'var(--other)',
    })),
    buckets: bucketsOf(burn, options, ({ burnRates }) =>
      burnRates.flatMap((rate, index): [string, ChartValue][] =>
        rate === null
          ? []
          : [
              [
                String(index),
                // A log scale has no zero: what burns less than its foot lies on it.
                { value: Math.max(RATE_MIN, rate), text: rateText(rate), exact: String(rate) },
              ],
            ],
      ),
    ),
    y: {
      unit: 'times',
      log: true,
      domain: [RATE_MIN, highest * HEADROOM],
      rules: burn.pairs.map(({ severity, factor }) => ({
        value: factor,
        label: `${t(`severity.${severity}`)} ${factor}×`,
      })),
    },
    annotations: annotationsOf(burn, options),
  };
}

function bucketsOf(
  { points }: SloBurn,
  { tz, locale }: SloChartOptions,
  valuesOf: (point: SloBurn['points'][number]) => [string, ChartValue][],
): ChartBucket[] {
  return points.map((point, index): ChartBucket => {
    const values = new Map(valuesOf(point));
    const before = points[index - 1]?.at ?? point.at;
    return {
      label: formatInstant(point.at, { locale, tz }),
      from: new Date(before),
      to: new Date(point.at),
      values,
      totalText: [...values.values()][0]?.text ?? t('unknown'),
    };
  });
}

const share = (value: number): ChartValue => ({
  value,
  text: formatPercent(value),
  exact: String(value),
});

function annotationsOf({ annotations }: SloBurn, { range }: SloChartOptions): Annotation[] {
  return annotations.flatMap(({ at, kind, text }) => {
    const instant = new Date(at);
    if (instant < range.from || instant >= range.to) return [];
    const label = text.length <= NOTE_LENGTH_MAX ? text : t(`slo.note.${kind}`);
    return [{ at: instant, label }];
  });
}
