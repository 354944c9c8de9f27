import type { ReservationRow } from '../../server/contract.js';
import { nowMs } from '../api/live.js';
import { budgetPath } from '../budget/budgetText.js';
import { formatDurationMs } from '../format/quantity.js';
import { isZeroUsd } from '../format/usd.js';
import { t } from '../i18n/t.js';
import type { Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Money } from '../parts/Money.js';
import { Status, type StatusKind } from '../parts/Status.js';
import type { View } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';

const KINDS: Record<ReservationRow['state'], StatusKind> = {
  held: 'running',
  settled: 'succeeded',
  released: 'cancelled',
  expired: 'noData',
  unreconciled: 'unknown',
};

interface ColumnOptions {
  view: View;
  /** Also say which budgets hold it. */
  withBudgets: boolean;
  /** Of reservations that are over: what they cost in the end, not what they hold. */
  isOver: boolean;
  onRelease: (row: ReservationRow) => void;
}

/** Who holds money, how much, since when, and until when. */
export function reservationColumns({
  view,
  withBudgets,
  isOver,
  onRelease,
}: ColumnOptions): Column<ReservationRow>[] {
  return [
    {
      key: 'who',
      label: t('reservation.who'),
      phone: 'title',
      cell: (row) => (
        <>
          <Who row={row} view={view} />
          <small class="under own-line">
            {[row.pipeline, row.model, row.team, row.environment].filter(Boolean).join(' · ')}
          </small>
        </>
      ),
    },
    {
      key: 'state',
      label: t('reservation.state'),
      phone: 'meta',
      cell: (row) => (
        <span class="state-cell">
          <Status
            kind={isWaiting(row) ? 'running' : KINDS[row.state]}
            word={t(isWaiting(row) ? 'reservation.waiting' : `reservationState.${row.state}`)}
          />
          {row.state === 'held' && (
            <button type="button" class="link-button" onClick={() => onRelease(row)}>
              {t('reservation.release')}
            </button>
          )}
        </span>
      ),
    },
    ...(withBudgets ? [budgetsColumn(view)] : []),
    {
      key: 'asked',
      label: t('reservation.asked'),
      numeric: true,
      cell: (row) => <Money usd={row.amountUsd} unknown="unpriced" />,
    },
    {
      key: 'spent',
      label: t('reservation.spent'),
      numeric: true,
      ...(isOver ? { phone: 'main' as const } : {}),
      cell: (row) => <Money usd={row.telemetryUsd} />,
    },
    isOver ? unaccountedColumn() : heldColumn(),
    {
      key: 'since',
      label: t('reservation.since'),
      cell: (row) => <Instant at={row.createdAt} seconds />,
    },
    {
      key: 'until',
      label: t(isOver ? 'reservation.over' : 'reservation.until'),
      phone: 'side',
      cell: (row) => <Until row={row} />,
    },
  ];
}

/** Settled, but telemetry has not accounted for all of it: it counts a little longer. */
const isWaiting = ({ state, endedAt }: ReservationRow): boolean =>
  state === 'settled' && endedAt === null;

function Who({ row, view }: { row: ReservationRow; view: View }) {
  if (row.pipeline === null || row.batch === null) return <strong>{row.pipeline ?? row.id}</strong>;
  return (
    <a class="row-link" href={view.href(batchPath(row.pipeline, row.batch))}>
      {row.batch}
    </a>
  );
}

function budgetsColumn(view: View): Column<ReservationRow> {
  return {
    key: 'budgets',
    label: t('budgets.title'),
    cell: (row) =>
      row.budgets.length === 0 ? (
        <span class="unknown">{t('reservation.noBudget')}</span>
      ) : (
        row.budgets.map((id) => (
          <a key={id} class="quiet-link tall-link" href={view.href(budgetPath(id))}>
            {id}
          </a>
        ))
      ),
  };
}

function heldColumn(): Column<ReservationRow> {
  return {
    key: 'held',
    label: t('reservation.held'),
    numeric: true,
    phone: 'main',
    cell: (row) => <Money usd={row.heldUsd} />,
  };
}

/** What was given back although no telemetry accounts for it is what someone may have to look into. */
function unaccountedColumn(): Column<ReservationRow> {
  return {
    key: 'unaccounted',
    label: t('reservation.unaccounted'),
    numeric: true,
    cell: ({ unreconciledUsd }) =>
      unreconciledUsd === null || isZeroUsd(unreconciledUsd) ? (
        '–'
      ) : (
        <Money usd={unreconciledUsd} />
      ),
  };
}

function Until({ row }: { row: ReservationRow }) {
  if (row.endedAt !== null) return <Instant at={row.endedAt} seconds />;
  if (row.state !== 'held') return <>–</>;
  const leftMs = Math.max(0, Date.parse(row.expiresAt) - nowMs.value);
  return (
    <span title={row.expiresAt}>
      {t('reservation.left', { left: formatDurationMs(Math.ceil(leftMs / 1_000) * 1_000) })}
    </span>
  );
}
