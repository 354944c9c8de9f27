import type { Delivery } from '../../server/contract.js';
import { sendJson } from '../api/sendJson.js';
import { usePages } from '../api/usePages.js';
import { actor } from '../form/actor.js';
import { t } from '../i18n/t.js';
import { ActButton } from '../incident/ActButton.js';
import { incidentPath } from '../incident/incidentText.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { PagedPanel } from '../parts/PagedPanel.js';
import { Segments } from '../parts/Segments.js';
import { Status, type StatusKind } from '../parts/Status.js';
import type { View } from '../url/useView.js';

const EVERY_MS = 15_000;
const ROWS = '20';
const FILTERS = ['all', 'pending', 'dead'] as const;
const STATUS: Record<Delivery['state'], StatusKind> = {
  pending: 'running',
  delivered: 'succeeded',
  dead: 'ticket',
  superseded: 'cancelled',
  disabled: 'inactive',
};

interface DeliveriesPanelProps {
  view: View;
  /** The only one to show messages to. */
  destination?: string | undefined;
}

/** Messages that went out, wait, or were given up; a dead one can be sent again. */
export function DeliveriesPanel({ view, destination }: DeliveriesPanelProps) {
  const filter = FILTERS.find((each) => each === view.param('state')) ?? 'all';
  const query = usePages<Delivery>(['deliveries', filter, destination], {
    everyMs: EVERY_MS,
    path: (cursor) =>
      `/api/deliveries?${new URLSearchParams({
        limit: ROWS,
        ...(destination === undefined ? {} : { destination }),
        ...(filter === 'all' ? {} : { state: filter }),
        ...(cursor === null ? {} : { cursor }),
      })}`,
  });
  return (
    <PagedPanel
      title={t('delivery.messages')}
      query={query}
      skeletonPx={240}
      more={t('incidents.more')}
      actions={
        <Segments
          label={t('delivery.filter')}
          options={FILTERS.map((value) => ({ value, label: t(`delivery.is.${value}`) }))}
          value={filter}
          onChange={(next) => view.set({ state: next === 'all' ? null : next })}
        />
      }
    >
      {(rows) => (
        <DataTable
          label={t('delivery.messages')}
          columns={columns(view)}
          rows={rows}
          rowKey={({ id }) => id}
          empty={t('delivery.messagesNone')}
        />
      )}
    </PagedPanel>
  );
}

function columns(view: View): Column<Delivery>[] {
  return [
    {
      key: 'message',
      label: t('delivery.message'),
      phone: 'title',
      cell: ({ summary, kind, incidentId, lastError }) => (
        <>
          {incidentId === null ? (
            summary
          ) : (
            <a class="row-link" href={view.href(incidentPath(incidentId))}>
              {summary}
            </a>
          )}{' '}
          <span class="tag">{kind}</span>
          {lastError !== null && <small class="under own-line">{lastError}</small>}
        </>
      ),
    },
    {
      key: 'destination',
      label: t('delivery.destination'),
      cell: ({ destination }) => destination,
    },
    {
      key: 'at',
      label: t('delivery.at'),
      phone: 'meta',
      cell: ({ createdAt, nextAt }) => (
        <>
          <Instant at={createdAt} seconds />
          {nextAt !== null && (
            <small class="under own-line">
              {t('delivery.next')} <Instant at={nextAt} seconds />
            </small>
          )}
        </>
      ),
    },
    {
      key: 'state',
      label: t('delivery.state'),
      phone: 'main',
      cell: ({ state }) => <Status kind={STATUS[state]} word={t(`delivery.is.${state}`)} />,
    },
    {
      key: 'attempts',
      label: t('delivery.attempts'),
      numeric: true,
      cell: ({ attempts }) => attempts,
    },
    {
      key: 'act',
      label: t('delivery.replay'),
      phone: 'side',
      cell: ({ id, state }) =>
        state === 'dead' ? (
          <ActButton
            label={t('delivery.replay')}
            act={() =>
              sendJson<{ delivery: Delivery }>(`/api/deliveries/${encodeURIComponent(id)}/replay`, {
                method: 'POST',
                actor: actor.value,
              })
            }
          />
        ) : null,
    },
  ];
}
