import { useState } from 'preact/hooks';
import type { ExclusionWindow } from '../../server/contract.js';
import { usePages } from '../api/usePages.js';
import { sendJson } from '../api/sendJson.js';
import { ActDialog } from '../budget/ActDialog.js';
import { actor } from '../form/actor.js';
import { t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { PagedPanel } from '../parts/PagedPanel.js';
import type { View } from '../url/useView.js';
import { ExclusionDialog } from './ExclusionDialog.js';

const ROWS = '20';

/** Time that does not count for SLOs: what is excluded, why and by whom; add and remove. */
export function ExcludedTimePanel({ view }: { view: View }) {
  const [removing, setRemoving] = useState<ExclusionWindow | null>(null);
  const query = usePages<ExclusionWindow>(['slo-exclusions'], {
    path: (cursor) =>
      `/api/exclusions?${new URLSearchParams({ limit: ROWS, ...(cursor === null ? {} : { cursor }) })}`,
  });
  return (
    <>
      <PagedPanel
        title={t('exclusion.title')}
        id="exclusions"
        query={query}
        skeletonPx={160}
        more={t('slo.more')}
        actions={
          <button
            type="button"
            class="link-button"
            onClick={() => view.set({ open: 'new-exclusion' })}
          >
            {t('exclusion.new')}
          </button>
        }
      >
        {(rows) => (
          <DataTable
            label={t('exclusion.title')}
            columns={columns(setRemoving)}
            rows={rows}
            rowKey={({ id }) => id}
            empty={t('exclusion.none')}
          />
        )}
      </PagedPanel>
      {view.param('open') === 'new-exclusion' && (
        <ExclusionDialog tz={view.tz} onClose={() => view.set({ open: null })} />
      )}
      {removing && (
        <ActDialog
          title={t('exclusion.remove')}
          lead={t('exclusion.removeLead', { from: removing.from, to: removing.to })}
          action={t('exclusion.remove')}
          act={(reason) =>
            sendJson(
              `/api/exclusions/${encodeURIComponent(removing.id)}?${new URLSearchParams({ reason })}`,
              { method: 'DELETE', actor: actor.value },
            )
          }
          onClose={() => setRemoving(null)}
        />
      )}
    </>
  );
}

function columns(onRemove: (row: ExclusionWindow) => void): Column<ExclusionWindow>[] {
  return [
    {
      key: 'scope',
      label: t('exclusion.scope'),
      phone: 'title',
      cell: ({ scope }) =>
        Object.entries(scope)
          .map(([key, value]) => `${key} ${value}`)
          .join(', ') || t('exclusion.all'),
    },
    {
      key: 'time',
      label: t('exclusion.from'),
      phone: 'meta',
      cell: ({ from, to, rrule, timeZone }) => (
        <>
          <Instant at={from} /> – <Instant at={to} />
          <small class="under">
            {rrule === null ? t('exclusion.once') : `${rrule} ${timeZone}`}
          </small>
        </>
      ),
    },
    {
      key: 'reason',
      label: t('exclusion.reason'),
      phone: 'side',
      cell: ({ reason, actor: by }) => (
        <>
          {reason}
          <small class="under">{by}</small>
        </>
      ),
    },
    {
      key: 'act',
      label: t('exclusion.remove'),
      phone: 'main',
      cell: (row) =>
        row.removedAt === null ? (
          <button type="button" class="link-button" onClick={() => onRemove(row)}>
            {t('exclusion.remove')}
          </button>
        ) : (
          <span class="unknown" title={row.removedReason ?? undefined}>
            {t('exclusion.removed', { name: row.removedBy ?? t('unknown') })}
          </span>
        ),
    },
  ];
}
