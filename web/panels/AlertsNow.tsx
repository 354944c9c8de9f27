import type { Alerts } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { t } from '../i18n/t.js';
import { AlertList } from '../incident/AlertList.js';
import { DataAge } from '../parts/DataAge.js';
import { Panel } from '../parts/Panel.js';
import { useView } from '../url/useView.js';
import type { PanelParams } from './panelParams.js';

const EVERY_MS = 15_000;

/** Alerts that stand, of a pipeline or by a name. */
export function AlertsNow({ params }: { params: PanelParams }) {
  const view = useView();
  const { pipeline, name } = params;
  const query = useApi<Alerts>(
    `/api/alerts?${new URLSearchParams({
      ...(pipeline === undefined ? {} : { pipeline }),
      ...(name === undefined ? {} : { name }),
    })}`,
    { everyMs: EVERY_MS },
  );
  return (
    <Panel
      title={t('panel.alerts')}
      query={query}
      skeletonPx={140}
      actions={query.data && <DataAge dataUntil={query.data.dataUntil} />}
    >
      {({ items }) =>
        items.length === 0 ? (
          <p class="none">{t('panel.noAlerts')}</p>
        ) : (
          <AlertList alerts={items} view={view} toIncident />
        )
      }
    </Panel>
  );
}
