import type { UnpricedList } from '../../server/contract.js';
import { UnpricedPanel } from '../cost/UnpricedPanel.js';
import { useRanged } from '../cost/useCosts.js';
import { t } from '../i18n/t.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { useTitle } from '../parts/useTitle.js';
import { LedgerPanel } from '../prices/LedgerPanel.js';
import { RepricePanel } from '../prices/RepricePanel.js';
import { RestatementsPanel } from '../prices/RestatementsPanel.js';
import { useView } from '../url/useView.js';

/** What things cost, what has no price, and how stored costs get another one. */
export function PricesPage() {
  useTitle(`${t('nav.prices')} · ${t('nav.cost')}`);
  const view = useView();
  const unpriced = useRanged<UnpricedList>('/api/unpriced', view, {}, false);
  return (
    <div class="page">
      <Breadcrumb
        crumbs={[
          { label: t('nav.overview'), href: view.href('/') },
          { label: t('nav.cost'), href: view.href('/cost') },
        ]}
      />
      <header class="page-head">
        <h1>{t('nav.prices')}</h1>
      </header>
      <UnpricedPanel query={unpriced} view={view} />
      <RepricePanel view={view} />
      <RestatementsPanel />
      <LedgerPanel view={view} />
    </div>
  );
}
