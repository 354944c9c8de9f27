import type { Waste } from '../../server/contract.js';
import { useRanged } from '../cost/useCosts.js';
import { t } from '../i18n/t.js';
import { DataAge } from '../parts/DataAge.js';
import { Panel } from '../parts/Panel.js';
import { WasteHeatmap } from '../retries/WasteHeatmap.js';
import { costFilter } from './costFilter.js';
import type { PanelParams } from './panelParams.js';
import { usePanelView } from './usePanelView.js';

/** As many as stand beside a text. */
const ROWS = 12;

/** Dollars that went to attempts that lost, by cause and model. */
export function RetryWaste({ params }: { params: PanelParams }) {
  const view = usePanelView();
  const filter = costFilter(params);
  const asked = { groupBy: 'cause,model', filter, limit: ROWS };
  const query = useRanged<Waste>('/api/retries/waste', view, asked, false);
  return (
    <Panel
      title={t('panel.retryWaste')}
      query={query}
      skeletonPx={200}
      actions={query.data && <DataAge dataUntil={query.data.freshness.dataUntil} />}
    >
      {(waste) => <WasteHeatmap waste={waste} dimension="model" filter={filter} view={view} />}
    </Panel>
  );
}
