import type { Destinations } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { t } from '../i18n/t.js';

/** Stands until somebody else would notice that this server is gone. */
export function HeartbeatBanner() {
  const query = useApi<Destinations>('/api/destinations');
  if (query.data === undefined) return null;
  const { configured, lastError } = query.data.heartbeat;
  if (configured && lastError === null) return null;
  return (
    <p class="banner" role="note">
      {configured ? t('heartbeat.failing', { error: lastError ?? '' }) : t('heartbeat.missing')}
    </p>
  );
}
