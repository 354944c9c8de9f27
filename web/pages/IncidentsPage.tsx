import type { Alerts, Incident } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { usePages } from '../api/usePages.js';
import { t } from '../i18n/t.js';
import { HeartbeatBanner } from '../delivery/HeartbeatBanner.js';
import { AlertList } from '../incident/AlertList.js';
import { incidentTitle } from '../incident/alertSummary.js';
import { incidentPath, timerText, verdictOf, verdictStatus } from '../incident/incidentText.js';
import { SilencesPanel } from '../incident/SilencesPanel.js';
import { nowMs } from '../api/live.js';
import { DataAge } from '../parts/DataAge.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { PagedPanel } from '../parts/PagedPanel.js';
import { Panel } from '../parts/Panel.js';
import { Segments } from '../parts/Segments.js';
import { Status } from '../parts/Status.js';
import { useTitle } from '../parts/useTitle.js';
import { useView, type View } from '../url/useView.js';

const EVERY_MS = 15_000;
const ROWS = '20';
const OPEN = 'open,acknowledged';

/** Alerts that stand, incidents with their timelines, and what is silenced. */
export function IncidentsPage() {
  useTitle(t('nav.incidents'));
  const view = useView();
  const alerts = useApi<Alerts>('/api/alerts', { everyMs: EVERY_MS });
  return (
    <div class="page incidents">
      <header class="page-head">
        <h1>{t('nav.incidents')}</h1>
        <div class="filter-bar">
          <a href={view.href('/slos')}>{t('nav.slos')}</a>
          <a href={view.href('/delivery')}>{t('nav.delivery')}</a>
        </div>
      </header>
      <HeartbeatBanner />
      <Panel
        title={t('alerts.title')}
        query={alerts}
        skeletonPx={160}
        actions={alerts.data && <DataAge dataUntil={alerts.data.dataUntil} />}
      >
        {({ items }) =>
          items.length === 0 ? (
            <p class="none">{t('alerts.none')}</p>
          ) : (
            <AlertList alerts={items} view={view} toIncident />
          )
        }
      </Panel>
      <IncidentsPanel view={view} />
      <SilencesPanel view={view} />
    </div>
  );
}

function IncidentsPanel({ view }: { view: View }) {
  const state = view.param('state') === 'all' ? 'all' : 'open';
  const query = usePages<Incident>(['incidents', state], {
    everyMs: EVERY_MS,
    path: (cursor) =>
      `/api/incidents?${new URLSearchParams({
        state: state === 'all' ? 'all' : OPEN,
        limit: ROWS,
        ...(cursor === null ? {} : { cursor }),
      })}`,
  });
  return (
    <PagedPanel
      title={t('incidents.title')}
      query={query}
      skeletonPx={200}
      more={t('incidents.more')}
      actions={
        <Segments
          label={t('incidents.state')}
          options={(['open', 'all'] as const).map((value) => ({
            value,
            label: t(`incidents.${value}`),
          }))}
          value={state}
          onChange={(next) => view.set({ state: next === 'all' ? 'all' : null })}
        />
      }
    >
      {(rows) => (
        <DataTable
          label={t('incidents.title')}
          columns={columns(view)}
          rows={rows}
          rowKey={({ id }) => id}
          empty={t(state === 'all' ? 'incidents.none' : 'incidents.noneOpen')}
        />
      )}
    </PagedPanel>
  );
}

function columns(view: View): Column<Incident>[] {
  return [
    {
      key: 'name',
      label: t('incidents.name'),
      phone: 'title',
      cell: (row) => (
        <a class="row-link" href={view.href(incidentPath(row.id))}>
          {incidentTitle(row, view.tz)}
        </a>
      ),
    },
    {
      key: 'state',
      label: t('incidents.state'),
      phone: 'main',
      cell: (row) => {
        const verdict = verdictOf(row);
        return (
          <Status
            kind={verdictStatus(verdict, row.severity)}
            word={t(`incident.verdict.${verdict}`)}
          />
        );
      },
    },
    {
      key: 'opened',
      label: t('incidents.opened'),
      phone: 'meta',
      cell: (row) => (
        <>
          <Instant at={row.openedAt} />{' '}
          <small>
            {t(row.closedAt === null ? 'incident.for' : 'incident.lasted', {
              time: timerText(row, nowMs.value),
            })}
          </small>
        </>
      ),
    },
    {
      key: 'who',
      label: t('incidents.who'),
      phone: 'side',
      cell: ({ acknowledgedBy, closedBy }) =>
        closedBy ?? acknowledgedBy ?? <span class="unknown">{t('incidents.nobody')}</span>,
    },
  ];
}
