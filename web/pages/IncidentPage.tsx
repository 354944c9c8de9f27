import type { IncidentDetail } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { t } from '../i18n/t.js';
import { AlertList } from '../incident/AlertList.js';
import { IncidentHead } from '../incident/IncidentHead.js';
import { incidentTitle } from '../incident/alertSummary.js';
import { byUrgency, incidentPath } from '../incident/incidentText.js';
import { Postmortem } from '../incident/Postmortem.js';
import { Timeline } from '../incident/Timeline.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { PanelError } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import { useTitle } from '../parts/useTitle.js';
import { BurnPanels } from '../slo/BurnPanels.js';
import { sloPath } from '../slo/sloText.js';
import { useView } from '../url/useView.js';

const PAGE_PX = 640;
const EVERY_MS = 15_000;

/** One incident, at night on a phone: how it stands, the runbook, what was done. Opening it changes nothing. */
export function IncidentPage({ params }: { params: { id: string } }) {
  const view = useView();
  const query = useApi<IncidentDetail>(`/api${incidentPath(params.id)}`, { everyMs: EVERY_MS });
  const detail = query.data;
  useTitle(detail ? incidentTitle(detail.incident, view.tz) : t('nav.incidents'));
  const slo = [...(detail?.incident.alerts ?? [])]
    .sort(byUrgency)
    .find(({ subject }) => subject['slo'] !== undefined)?.subject['slo'];
  return (
    <div class="page incident">
      <Breadcrumb
        crumbs={[
          { label: t('nav.overview'), href: view.href('/') },
          { label: t('nav.incidents'), href: view.href('/incidents') },
        ]}
      />
      {query.isError && <PanelError query={query} />}
      {detail === undefined ? (
        !query.isError && <Skeleton heightPx={PAGE_PX} />
      ) : (
        <>
          <div class={query.isError ? 'stale' : undefined}>
            <IncidentHead detail={detail} view={view} />
          </div>
          <section aria-label={t('alerts.title')}>
            <header class="panel-head">
              <h2>{t('alerts.title')}</h2>
            </header>
            <AlertList alerts={detail.incident.alerts} view={view} />
          </section>
          {slo !== undefined && (
            <section aria-label={t('incident.burn', { name: slo })}>
              <header class="panel-head">
                <h2>{t('incident.burn', { name: slo })}</h2>
                <a class="quiet-link" href={view.href(sloPath(slo))}>
                  {t('incident.openSlo')}
                </a>
              </header>
              <BurnPanels name={slo} view={view} only="rate" />
            </section>
          )}
          <Timeline id={detail.incident.id} entries={detail.timeline} />
          <Postmortem id={detail.incident.id} markdown={detail.postmortem} />
        </>
      )}
    </div>
  );
}
