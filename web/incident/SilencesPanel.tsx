import type { Silence } from '../../server/contract.js';
import { nowMs } from '../api/live.js';
import { sendJson } from '../api/sendJson.js';
import { usePages } from '../api/usePages.js';
import { actor } from '../form/actor.js';
import { loadWords, t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Late } from '../parts/Late.js';
import { PagedPanel } from '../parts/PagedPanel.js';
import type { View } from '../url/useView.js';
import { ActButton } from './ActButton.js';
import { matchersText } from './incidentText.js';

const ROWS = '20';

/** What nobody is told of, until when and why. */
export function SilencesPanel({ view }: { view: View }) {
  const query = usePages<Silence>(['silences'], {
    path: (cursor) =>
      `/api/silences?${new URLSearchParams({ limit: ROWS, ...(cursor === null ? {} : { cursor }) })}`,
  });
  return (
    <>
      <PagedPanel
        title={t('silences.title')}
        query={query}
        skeletonPx={120}
        more={t('incidents.more')}
        actions={
          <button
            type="button"
            class="link-button"
            onClick={() => view.set({ open: 'new-silence' })}
          >
            {t('silences.new')}
          </button>
        }
      >
        {(rows) => (
          <DataTable
            label={t('silences.title')}
            columns={columns()}
            rows={rows}
            rowKey={({ id }) => id}
            empty={t('silences.none')}
          />
        )}
      </PagedPanel>
      {view.param('open') === 'new-silence' && (
        <Late
          load={async () =>
            (await Promise.all([import('./SilenceDialog.js'), loadWords('budget')]))[0]
              .SilenceDialog
          }
          props={{ onClose: () => view.set({ open: null }) }}
          waiting={null}
        />
      )}
    </>
  );
}

function columns(): Column<Silence>[] {
  return [
    {
      key: 'what',
      label: t('silences.what'),
      phone: 'title',
      cell: ({ matchers }) => <strong>{matchersText(matchers)}</strong>,
    },
    {
      key: 'until',
      label: t('silences.until'),
      phone: 'side',
      cell: ({ to }) => <Instant at={to} />,
    },
    {
      key: 'reason',
      label: t('silences.reason'),
      phone: 'meta',
      cell: ({ reason, actor: by }) => `${reason} · ${by}`,
    },
    {
      key: 'act',
      label: t('silences.end'),
      phone: 'main',
      cell: ({ id, to, removedAt, removedBy }) =>
        removedAt !== null ? (
          <span class="unknown">{t('silences.endedBy', { name: removedBy ?? t('unknown') })}</span>
        ) : Date.parse(to) <= nowMs.value ? (
          <span class="unknown">{t('silences.over')}</span>
        ) : (
          <ActButton
            label={t('silences.end')}
            class="link-button"
            act={() =>
              sendJson<Silence>(`/api/silences/${encodeURIComponent(id)}`, {
                method: 'DELETE',
                actor: actor.value,
              })
            }
          />
        ),
    },
  ];
}
