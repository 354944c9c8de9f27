import { useLocation } from 'preact-iso';
import { SPEND_CHART_PX, SpendChart } from '../cost/SpendChart.js';
import { useCostSeries } from '../cost/useCosts.js';
import { t } from '../i18n/t.js';
import { DataAge } from '../parts/DataAge.js';
import { Panel } from '../parts/Panel.js';
import { costFilter } from './costFilter.js';
import type { PanelParams } from './panelParams.js';
import { usePanelView } from './usePanelView.js';

const NONE = [] as const;

/** Spend over time by model; its key leads to the page of costs. */
export function SpendByModel({ params }: { params: PanelParams }) {
  const view = usePanelView();
  const { route } = useLocation();
  const query = useCostSeries(view, { groupBy: 'model', filter: costFilter(params) });
  return (
    <Panel
      title={t('panel.name.spend-over-time')}
      query={query}
      skeletonPx={SPEND_CHART_PX + 40}
      actions={query.data && <DataAge dataUntil={query.data.freshness.dataUntil} />}
    >
      {(answer) => (
        <SpendChart
          answer={answer}
          previous={null}
          annotations={NONE}
          view={view}
          onPick={(model) =>
            route(view.href('/cost', { filter: costFilter({ ...params, model }) }))
          }
        />
      )}
    </Panel>
  );
}
