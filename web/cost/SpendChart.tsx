import { useMemo } from 'preact/hooks';
import type { CostSeries } from '../../server/contract.js';
import type { Annotation } from '../chart/chartData.js';
import { Chart } from '../chart/Chart.js';
import { formatOffset } from '../format/time.js';
import { formatUsdShort } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { formatRange } from '../url/range.js';
import type { View } from '../url/useView.js';
import { costChart } from './costChart.js';
import { dimensionWord } from './keyText.js';

export const SPEND_CHART_PX = 300;

interface SpendChartProps {
  answer: CostSeries;
  /** Of the earlier period; null where it is not shown. */
  previous: CostSeries | null;
  annotations: readonly Annotation[];
  view: View;
  /** A series was chosen in the key, or with Alt left out. */
  onPick: (value: string, leavesOut: boolean) => void;
}

/** Stacked costs over time with their key; a drag sets the range. */
export function SpendChart({ answer, previous, annotations, view, onPick }: SpendChartProps) {
  const language = locale.value;
  const model = useMemo(
    () => costChart(answer, { locale: language, previous, annotations }),
    [answer, previous, annotations, language],
  );
  if (model.series.length === 0) return <p class="none tall">{t('series.empty')}</p>;
  return (
    <>
      <Chart
        id="cost"
        label={t('series.label', {
          dimension: dimensionWord(answer.groupBy),
          bucket: t(`bucket.${answer.bucket}`),
          zone: `${answer.tz}, ${formatOffset(answer.to, answer.tz)}`,
          usd: formatUsdShort(answer.total.totalUsd),
          high: model.highest?.totalText ?? '–',
          at: model.highest?.label ?? '–',
        })}
        data={model.data}
        heightPx={SPEND_CHART_PX}
        onBrush={(from, to) => view.set({ range: formatRange({ kind: 'absolute', from, to }) })}
      />
      <ul class="series-key" aria-label={t('series.key')}>
        {model.series.map((series) => (
          <li key={series.key}>
            <button
              type="button"
              disabled={series.isOther}
              title={t('board.click')}
              onClick={(event) => onPick(series.value ?? '', event.altKey)}
            >
              <i class="swatch" style={{ background: series.color }} /> {series.label}
            </button>
          </li>
        ))}
        {previous && <li class="ghost-key">{t(`against.${view.compare ?? 'previous'}`)}</li>}
      </ul>
    </>
  );
}
