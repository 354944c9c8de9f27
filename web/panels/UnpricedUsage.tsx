import type { UnpricedList } from '../../server/contract.js';
import { UnpricedPanel } from '../cost/UnpricedPanel.js';
import { useRanged } from '../cost/useCosts.js';
import { t } from '../i18n/t.js';
import { Status } from '../parts/Status.js';
import { costFilter } from './costFilter.js';
import type { PanelParams } from './panelParams.js';
import { usePanelView } from './usePanelView.js';

/** Model calls without a price, and the entry that gives them one; says so when everything has a price. */
export function UnpricedUsage({ params }: { params: PanelParams }) {
  const view = usePanelView();
  const query = useRanged<UnpricedList>(
    '/api/unpriced',
    view,
    { filter: costFilter(params) },
    false,
  );
  if (query.data?.items.length === 0 && !query.isError) {
    return (
      <section class="panel" aria-label={t('panel.unpriced')}>
        <Status kind="ok" word={t('panel.allPriced')} />
      </section>
    );
  }
  return <UnpricedPanel query={query} view={view} />;
}
