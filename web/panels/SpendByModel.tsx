import { useLocation } from 'preact-iso';
import { SpendOverTime } from '../cost/SpendOverTime.js';
import { useCostSeries } from '../cost/useCosts.js';
import type { View } from '../url/useView.js';
import { costFilter } from './costFilter.js';
import type { PanelParams } from './panelParams.js';
import { usePanelView } from './usePanelView.js';

/** Spend over time by model; its key leads to the page of costs. */
export function SpendByModel({ params }: { params: PanelParams }) {
  const view = usePanelView();
  const { route } = useLocation();
  const filter = costFilter(params);
  const query = useCostSeries(view, { groupBy: 'model', filter });
  const own: View = {
    ...view,
    compare: null,
    param: (name) => (name === 'filter' ? filter : name === 'groupBy' ? 'model' : view.param(name)),
    set: (patch) => ('range' in patch ? view.set(patch) : route(view.href('/cost', patch))),
  };
  return <SpendOverTime query={query} previous={null} annotations={NONE} view={own} />;
}

const NONE = [] as const;
