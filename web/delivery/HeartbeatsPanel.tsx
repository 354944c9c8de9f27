import type { Heartbeats } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Panel } from '../parts/Panel.js';
import { Status } from '../parts/Status.js';

const EVERY_MS = 15_000;
type Heartbeat = Heartbeats['items'][number];

/** Signs of life that others owe. @param props.name of the only one to show. */
export function HeartbeatsPanel({ name }: { name?: string | undefined }) {
  const query = useApi<Heartbeats>('/api/heartbeats', { everyMs: EVERY_MS });
  return (
    <Panel title={t('delivery.beats')} query={query} skeletonPx={80}>
      {({ items }) => (
        <DataTable
          label={t('delivery.beats')}
          columns={columns()}
          rows={items.filter((each) => name === undefined || each.name === name)}
          rowKey={(each) => each.name}
          empty={t('delivery.beatsNone')}
        />
      )}
    </Panel>
  );
}

function columns(): Column<Heartbeat>[] {
  return [
    {
      key: 'name',
      label: t('delivery.beats'),
      phone: 'title',
      cell: ({ name, owner }) => (
        <>
          <strong>{name}</strong> <small>{owner}</small>
        </>
      ),
    },
    {
      key: 'state',
      label: t('delivery.state'),
      phone: 'main',
      cell: ({ missed, severity }) => (
        <Status
          kind={missed ? severity : 'ok'}
          word={t(missed ? 'delivery.beat.missed' : 'delivery.beat.on')}
        />
      ),
    },
    {
      key: 'last',
      label: t('delivery.last'),
      phone: 'meta',
      cell: ({ lastAt }) =>
        lastAt === null ? (
          <span class="unknown">{t('delivery.never')}</span>
        ) : (
          <Instant at={lastAt} seconds />
        ),
    },
    {
      key: 'due',
      label: t('delivery.beatDue'),
      phone: 'side',
      cell: ({ dueAt }) => (
        <>
          {t('delivery.beatDue')} <Instant at={dueAt} />
        </>
      ),
    },
  ];
}
