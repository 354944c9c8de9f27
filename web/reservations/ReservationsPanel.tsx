import { useState } from 'preact/hooks';
import type { BudgetDetail, ReservationRow } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { CsvLink } from '../cost/CsvLink.js';
import { pathOf } from '../cost/useCosts.js';
import { t } from '../i18n/t.js';
import { alertSummary } from '../incident/alertSummary.js';
import { DataTable } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import { Status } from '../parts/Status.js';
import type { View } from '../url/useView.js';
import { GlassLog } from './GlassLog.js';
import { LateBreakGlassDialog, LateReleaseDialog } from './LateDialogs.js';
import { reservationColumns } from './reservationColumns.js';

/** Holds come and go without telemetry, so that no commit tells of them. */
export const HOLDS_EVERY_MS = 3_000;
const OPEN_ROWS = 50;
const ENDED_ROWS = 5;

type List = { items: ReservationRow[]; nextCursor: string | null };

/** What is held in a hard budget, by whom and how long; what has ended lately; and the way around the limit. */
export function ReservationsPanel({ budget, view }: { budget: BudgetDetail; view: View }) {
  const [releasing, setReleasing] = useState<ReservationRow | null>(null);
  const [glass, setGlass] = useState(false);
  const listOf = (state: string, limit: number) =>
    useApi<List>(pathOf('/api/reservations', null, { budget: budget.id, state, limit }), {
      everyMs: HOLDS_EVERY_MS,
    });
  const open = listOf('open', OPEN_ROWS);
  const ended = listOf('ended', ENDED_ROWS);
  const columns = (isOver: boolean) =>
    reservationColumns({ view, withBudgets: false, isOver, onRelease: setReleasing });
  return (
    <>
      <Panel
        title={t('nav.reservations')}
        id="reservations"
        query={open}
        skeletonPx={160}
        actions={
          <>
            <a href={view.href('/cost/reservations', { budget: budget.id })}>
              {t('reservation.all')}
            </a>
            <CsvLink path="/api/reservations" view={null} asked={{ budget: budget.id }} />
          </>
        }
      >
        {({ items, nextCursor }) => (
          <>
            <Limit budget={budget} view={view} onGlass={() => setGlass(true)} />
            <DataTable
              label={t('reservation.open')}
              columns={columns(false)}
              rows={items}
              rowKey={(row) => row.id}
              empty={t('reservation.none')}
            />
            {nextCursor !== null && (
              <p class="panel-note">{t('reservation.more', { n: items.length })}</p>
            )}
          </>
        )}
      </Panel>
      <Panel title={t('reservation.ended')} query={ended} skeletonPx={160}>
        {({ items }) => (
          <DataTable
            label={t('reservation.ended')}
            columns={columns(true)}
            rows={items}
            rowKey={(row) => row.id}
            empty={t('reservation.noneEnded')}
          />
        )}
      </Panel>
      <GlassLog budget={budget.id} />
      {releasing && <LateReleaseDialog row={releasing} onClose={() => setReleasing(null)} />}
      {glass && (
        <LateBreakGlassDialog
          budget={budget.id}
          isOpen={budget.holds?.breakGlass != null}
          onClose={() => setGlass(false)}
        />
      )}
    </>
  );
}

/** What the limit leaves, and whether somebody has set it aside. */
function Limit({
  budget,
  view,
  onGlass,
}: {
  budget: BudgetDetail;
  view: View;
  onGlass: () => void;
}) {
  const { holds } = budget;
  if (holds === null) return null;
  const refusing = budget.alerts.find(({ kind }) => kind === 'refusal');
  return (
    <>
      {holds.breakGlass !== null && (
        <p class="panel-lead">
          <Status kind="increasing" strong word={t('glass.open')} />{' '}
          {t('glass.openBy', { name: holds.breakGlass.by, reason: holds.breakGlass.reason })}{' '}
          <Instant at={holds.breakGlass.until} />
        </p>
      )}
      {refusing && holds.breakGlass === null && (
        <p class="panel-lead">
          <Status kind="page" strong word={t('reservation.refuses')} />{' '}
          {alertSummary(refusing, view.tz)}
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>{t('reservation.heldNow')}</dt>
          <dd>
            <Money usd={holds.heldUsd} />{' '}
            <small>{t('reservation.in', { n: holds.reservations })}</small>
          </dd>
        </div>
        <div>
          <dt>{t('reservation.available')}</dt>
          <dd>
            <Money usd={holds.availableUsd} />
          </dd>
        </div>
      </dl>
      <p class="form-actions">
        <button type="button" class="button" onClick={onGlass}>
          {t(holds.breakGlass === null ? 'glass.ask' : 'glass.endAct')}
        </button>
      </p>
    </>
  );
}
