import { useMemo } from 'preact/hooks';
import type { CostSeries } from '../../server/contract.js';
import type { ApiResult } from '../api/useApi.js';
import type { Annotation } from '../chart/chartData.js';
import { Chart } from '../chart/Chart.js';
import { formatOffset } from '../format/time.js';
import { formatUsdShort } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { DataAge } from '../parts/DataAge.js';
import { Panel } from '../parts/Panel.js';
import { formatRange } from '../url/range.js';
import type { View } from '../url/useView.js';
import { costChart } from './costChart.js';
import { toggleTerm } from './filterTerms.js';
import { dimensionWord } from './keyText.js';
import { costView } from './useCosts.js';

const CHART_PX = 300;

interface SpendOverTimeProps {
  query: ApiResult<CostSeries>;
  /** Of the earlier period; null where it is not shown. */
  previous: CostSeries | null;
  annotations: readonly Annotation[];
  view: View;
}

/** Stacked costs over time; a drag sets the range, a click on the key narrows to a series. */
export function SpendOverTime({ query, previous, annotations, view }: SpendOverTimeProps) {
  const { groupBy } = costView(view);
  return (
    <Panel
      title={t('series.title', { dimension: dimensionWord(groupBy) })}
      id="series"
      query={query}
      skeletonPx={CHART_PX + 40}
      actions={query.data && <DataAge dataUntil={query.data.freshness.dataUntil} />}
    >
      {(answer) => (
        <Series answer={answer} previous={previous} annotations={annotations} view={view} />
      )}
    </Panel>
  );
}

function Series({
  answer,
  previous,
  annotations,
  view,
}: Omit<SpendOverTimeProps, 'query'> & { answer: CostSeries }) {
  const language = locale.value;
  const model = useMemo(
    () => costChart(answer, { locale: language, previous, annotations }),
    [answer, previous, annotations, language],
  );
  const { filter } = costView(view);
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
        heightPx={CHART_PX}
        onBrush={(from, to) => view.set({ range: formatRange({ kind: 'absolute', from, to }) })}
      />
      <ul class="series-key" aria-label={t('series.key')}>
        {model.series.map((series) => (
          <li key={series.key}>
            <button
              type="button"
              disabled={series.isOther}
              title={t('board.click')}
              onClick={(event) =>
                view.set({
                  filter: toggleTerm(filter, {
                    dimension: answer.groupBy,
                    value: series.value ?? '',
                    isPrefix: false,
                    leavesOut: event.altKey,
                  }),
                })
              }
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
