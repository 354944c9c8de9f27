import { t } from '../i18n/t.js';
import { DeliveriesPanel } from '../delivery/DeliveriesPanel.js';
import { DestinationsPanel } from '../delivery/DestinationsPanel.js';
import { HeartbeatBanner } from '../delivery/HeartbeatBanner.js';
import { HeartbeatsPanel } from '../delivery/HeartbeatsPanel.js';
import { useTitle } from '../parts/useTitle.js';
import { useView } from '../url/useView.js';

/** Whether messages arrive: destinations, the outbox, heartbeats in and out. */
export function DeliveryPage() {
  useTitle(t('nav.delivery'));
  const view = useView();
  return (
    <div class="page delivery">
      <header class="page-head">
        <h1>{t('nav.delivery')}</h1>
        <div class="filter-bar">
          <a href={view.href('/incidents')}>{t('nav.incidents')}</a>
          <a href={view.href('/slos')}>{t('nav.slos')}</a>
        </div>
      </header>
      <HeartbeatBanner />
      <DestinationsPanel />
      <DeliveriesPanel view={view} />
      <HeartbeatsPanel />
    </div>
  );
}
