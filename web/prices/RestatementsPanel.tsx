import { useEffect, useRef, useState } from 'preact/hooks';
import type { Restatement } from '../../server/contract.js';
import { queryClient } from '../api/queryClient.js';
import { sendJson } from '../api/sendJson.js';
import { usePages } from '../api/usePages.js';
import { ActDialog } from '../budget/ActDialog.js';
import { actor } from '../form/actor.js';
import { CsvLink } from '../cost/CsvLink.js';
import { signedUsd } from '../cost/Delta.js';
import { pathOf } from '../cost/useCosts.js';
import { formatCount } from '../format/quantity.js';
import { locale, t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { PagedPanel } from '../parts/PagedPanel.js';
import { Status, type StatusKind } from '../parts/Status.js';

const ROWS = 20;
const UNDER_WAY_MS = 700;

const KINDS: Record<Restatement['state'], StatusKind> = {
  applying: 'running',
  applied: 'succeeded',
  undoing: 'running',
  undone: 'cancelled',
  interrupted: 'ticket',
};

/** Who priced stored lines again, why, what it changed, how far it is; and the way back. */
export function RestatementsPanel() {
  const [undoing, setUndoing] = useState<Restatement | null>(null);
  const query = usePages<Restatement>(['/api/reprice'], {
    path: (cursor) => pathOf('/api/reprice', null, { limit: ROWS, cursor }),
    everyMs: (rows) => (rows.some(({ underWay }) => underWay) ? UNDER_WAY_MS : false),
  });
  const underWay = query.data?.pages[0]?.items.some((row) => row.underWay) ?? false;
  const was = useRef(underWay);
  useEffect(() => {
    // No telemetry tells that all costs are others now.
    if (was.current && !underWay) void queryClient.invalidateQueries({ queryKey: ['live'] });
    was.current = underWay;
  }, [underWay]);
  return (
    <PagedPanel
      title={t('restatements.title')}
      id="restatements"
      query={query}
      skeletonPx={96}
      more={t('batches.more')}
      actions={<CsvLink path="/api/reprice" view={null} asked={{ limit: 500 }} />}
    >
      {(rows) => (
        <>
          <DataTable
            label={t('restatements.title')}
            columns={columns(setUndoing)}
            rows={rows}
            rowKey={(row) => row.id}
            empty={t('restatements.none')}
          />
          {undoing && (
            <ActDialog
              title={t('restatements.undoTitle', { id: undoing.id })}
              lead={t('restatements.undoLead', { n: n(undoing.linesTotal) })}
              action={t('restatements.undo')}
              act={(why) =>
                sendJson(`/api/reprice/${undoing.id}/undo`, {
                  method: 'POST',
                  actor: actor.value,
                  body: { why },
                })
              }
              onClose={() => setUndoing(null)}
            />
          )}
        </>
      )}
    </PagedPanel>
  );
}

const n = (value: number): string => formatCount(value, { locale: locale.value });

function columns(onUndo: (row: Restatement) => void): Column<Restatement>[] {
  return [
    {
      key: 'why',
      label: t('form.reason'),
      phone: 'title',
      cell: (row) => (
        <>
          <strong>{row.why}</strong>
          <small class="under">
            {row.actor} · <Instant at={row.createdAt} />
          </small>
          {row.undoneAt !== null && (
            <small class="under">
              {t('restatements.undoneBy', { name: row.undoneBy ?? '' })}{' '}
              <Instant at={row.undoneAt} /> {row.undoneWhy}
            </small>
          )}
        </>
      ),
    },
    {
      key: 'scope',
      label: t('restatements.scope'),
      cell: (row) => (
        <>
          <Instant at={row.from} /> – <Instant at={row.to} />
          <small class="under">
            {row.pipeline ?? t('batches.all')} · {t(`reprice.${row.kind}`)}
          </small>
        </>
      ),
    },
    {
      key: 'state',
      label: t('batches.state'),
      phone: 'meta',
      cell: (row) => <State row={row} onUndo={onUndo} />,
    },
    {
      key: 'lines',
      label: t('reprice.lines'),
      numeric: true,
      phone: 'side',
      cell: (row) => (
        <>
          {n(row.changed + row.newlyPriced + row.newlyUnpriced)}
          {row.linesKept > 0 && (
            <small class="under">{t('restatements.kept', { n: n(row.linesKept) })}</small>
          )}
        </>
      ),
    },
    {
      key: 'difference',
      label: t('waterfall.change'),
      numeric: true,
      phone: 'main',
      cell: (row) => (
        <data class="money" value={row.differenceUsd}>
          {signedUsd(row.differenceUsd)}
        </data>
      ),
    },
  ];
}

function State({ row, onUndo }: { row: Restatement; onUndo: (row: Restatement) => void }) {
  const resume = async () => {
    try {
      await sendJson(`/api/reprice/${row.id}/resume`, { method: 'POST', actor: actor.value });
    } finally {
      // Where it was refused the list tells how it stands.
      await queryClient.invalidateQueries({ queryKey: ['live', '/api/reprice'] });
    }
  };
  return (
    <span class="state-cell">
      <Status kind={KINDS[row.state]} word={t(`restatement.${row.state}`)} />
      {row.underWay && (
        <progress
          max={Math.max(1, row.linesTotal)}
          value={row.linesDone}
          aria-label={t('restatements.progress', {
            done: n(row.linesDone),
            total: n(row.linesTotal),
          })}
        />
      )}
      {row.state === 'interrupted' && !row.underWay && (
        <button
          type="button"
          class="link-button"
          onClick={() => void resume().catch(() => undefined)}
        >
          {t('restatements.resume')}
        </button>
      )}
      {(row.state === 'applied' || row.state === 'interrupted') && !row.underWay && (
        <button type="button" class="link-button" onClick={() => onUndo(row)}>
          {t('restatements.undo')}
        </button>
      )}
    </span>
  );
}
