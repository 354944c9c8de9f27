import type { CostSeries } from '../../server/contract.js';
import type { ApiResult } from '../api/useApi.js';
import type { Annotation } from '../chart/chartData.js';
import { t } from '../i18n/t.js';
import { DataAge } from '../parts/DataAge.js';
import { Panel } from '../parts/Panel.js';
import type { View } from '../url/useView.js';
import { toggleTerm } from './filterTerms.js';
import { dimensionWord } from './keyText.js';
import { SPEND_CHART_PX, SpendChart } from './SpendChart.js';
import { costView } from './useCosts.js';

interface SpendOverTimeProps {
  query: ApiResult<CostSeries>;
  /** Of the earlier period; null where it is not shown. */
  previous: CostSeries | null;
  annotations: readonly Annotation[];
  view: View;
}

/** Stacked costs over time; a drag sets the range, a click on the key narrows to a series. */
export function SpendOverTime({ query, previous, annotations, view }: SpendOverTimeProps) {
  const { groupBy, filter } = costView(view);
  return (
    <Panel
      title={t('series.title', { dimension: dimensionWord(groupBy) })}
      id="series"
      query={query}
      skeletonPx={SPEND_CHART_PX + 40}
      actions={query.data && <DataAge dataUntil={query.data.freshness.dataUntil} />}
    >
      {(answer) => (
        <SpendChart
          answer={answer}
          previous={previous}
          annotations={annotations}
          view={view}
          onPick={(value, leavesOut) =>
            view.set({
              filter: toggleTerm(filter, {
                dimension: answer.groupBy,
                value,
                isPrefix: false,
                leavesOut,
              }),
            })
          }
        />
      )}
    </Panel>
  );
}
