import { useState } from 'preact/hooks';
import type { ReservationRow } from '../../server/contract.js';
import { usePages } from '../api/usePages.js';
import { budgetPath } from '../budget/budgetText.js';
import { CsvLink } from '../cost/CsvLink.js';
import { Chip } from '../cost/FilterBar.js';
import { pathOf } from '../cost/useCosts.js';
import { t } from '../i18n/t.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { DataTable } from '../parts/DataTable.js';
import { PagedPanel } from '../parts/PagedPanel.js';
import { Segments } from '../parts/Segments.js';
import { useTitle } from '../parts/useTitle.js';
import { LateReleaseDialog } from '../reservations/LateDialogs.js';
import { reservationColumns } from '../reservations/reservationColumns.js';
import { useView } from '../url/useView.js';

const STATES = ['open', 'settled', 'released', 'expired', 'unreconciled'] as const;
const EVERY_MS = 3_000;
const ROWS = 50;

/** All reservations, newest first: what is held now, or what has become of those that are over. */
export function ReservationsPage() {
  useTitle(`${t('nav.reservations')} · ${t('nav.cost')}`);
  const view = useView();
  const [releasing, setReleasing] = useState<ReservationRow | null>(null);
  const state = STATES.find((each) => each === view.param('state')) ?? 'open';
  const budget = view.param('budget');
  const pipeline = view.param('pipeline');
  const asked = { state, budget, pipeline };
  const query = usePages<ReservationRow>(['/api/reservations', asked], {
    path: (cursor) => pathOf('/api/reservations', null, { ...asked, limit: ROWS, cursor }),
    everyMs: EVERY_MS,
  });
  return (
    <div class="page">
      <Breadcrumb
        crumbs={[
          { label: t('nav.overview'), href: view.href('/') },
          { label: t('nav.cost'), href: view.href('/cost') },
          ...(budget === null ? [] : [{ label: budget, href: view.href(budgetPath(budget)) }]),
        ]}
      />
      <header class="page-head">
        <h1>{t('nav.reservations')}</h1>
        <span class="filter-bar">
          {Object.entries({ budget, pipeline }).map(
            ([name, value]) =>
              value !== null && (
                <Chip key={name} text={value} onRemove={() => view.set({ [name]: null })} />
              ),
          )}
        </span>
      </header>
      <PagedPanel
        title={t(`reservationState.${state}`)}
        query={query}
        skeletonPx={320}
        more={t('batches.more')}
        actions={
          <>
            <Segments
              label={t('reservation.state')}
              options={STATES.map((value) => ({ value, label: t(`reservationState.${value}`) }))}
              value={state}
              onChange={(next) => view.set({ state: next === 'open' ? null : next })}
            />
            <CsvLink path="/api/reservations" view={null} asked={{ ...asked, limit: 500 }} />
          </>
        }
      >
        {(rows) => (
          <DataTable
            label={t('nav.reservations')}
            columns={reservationColumns({
              view,
              withBudgets: true,
              isOver: state !== 'open' && state !== 'settled',
              onRelease: setReleasing,
            })}
            rows={rows}
            rowKey={(row) => row.id}
            empty={t(state === 'open' ? 'reservation.none' : 'reservation.noneEnded')}
          />
        )}
      </PagedPanel>
      {releasing && <LateReleaseDialog row={releasing} onClose={() => setReleasing(null)} />}
    </div>
  );
}
