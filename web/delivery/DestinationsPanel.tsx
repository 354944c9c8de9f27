import { useState } from 'preact/hooks';
import type { Delivery, Destination, Destinations } from '../../server/contract.js';
import { sendJson } from '../api/sendJson.js';
import { useApi } from '../api/useApi.js';
import { ActDialog } from '../budget/ActDialog.js';
import { actor } from '../form/actor.js';
import { t } from '../i18n/t.js';
import { ActButton } from '../incident/ActButton.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Panel } from '../parts/Panel.js';
import { Status } from '../parts/Status.js';

const EVERY_MS = 15_000;

/** Who is told, whether it works, and a test to be sure. No secret and no full address is ever shown. */
export function DestinationsPanel() {
  const query = useApi<Destinations>('/api/destinations', { everyMs: EVERY_MS });
  const [switching, setSwitching] = useState<Destination | null>(null);
  const to = switching?.enabled ? 'disable' : 'enable';
  return (
    <>
      <Panel title={t('delivery.destinations')} query={query} skeletonPx={160}>
        {({ items, escalateTo, heartbeat }) => (
          <>
            <DataTable
              label={t('delivery.destinations')}
              columns={columns(setSwitching)}
              rows={items}
              rowKey={({ name }) => name}
              empty={t('delivery.none')}
            />
            <p class="panel-note">
              {escalateTo.length === 0
                ? t('delivery.escalateNone')
                : t('delivery.escalate', { names: escalateTo.join(', ') })}
              {heartbeat.lastSentAt !== null && (
                <>
                  {' '}
                  {t('heartbeat.sent')} <Instant at={heartbeat.lastSentAt} seconds />
                </>
              )}
            </p>
          </>
        )}
      </Panel>
      {switching && (
        <ActDialog
          title={t(`delivery.${to}`)}
          lead={t(`delivery.${to}Lead`, { name: switching.name })}
          action={t(`delivery.${to}`)}
          act={(reason) =>
            sendJson(`/api/destinations/${encodeURIComponent(switching.name)}/${to}`, {
              method: 'POST',
              actor: actor.value,
              body: { reason },
            })
          }
          onClose={() => setSwitching(null)}
        />
      )}
    </>
  );
}

function columns(onSwitch: (destination: Destination) => void): Column<Destination>[] {
  return [
    {
      key: 'name',
      label: t('delivery.destination'),
      phone: 'title',
      cell: ({ name, kind, to }) => (
        <>
          <strong>{name}</strong>{' '}
          <small>
            {kind} · {to}
          </small>
        </>
      ),
    },
    {
      key: 'severities',
      label: t('delivery.tells'),
      cell: ({ severities }) => severities.map((each) => t(`severity.${each}`)).join(', '),
    },
    {
      key: 'state',
      label: t('delivery.state'),
      phone: 'main',
      cell: ({ enabled, disabledReason, dead, pending }) => (
        <>
          <Status
            kind={!enabled ? 'inactive' : dead > 0 ? 'ticket' : 'ok'}
            word={t(enabled ? 'delivery.enabled' : 'delivery.disabled')}
          />
          <small class="under">
            {[
              ...(disabledReason === null ? [] : [disabledReason]),
              ...(pending > 0 ? [t('delivery.pending', { n: pending })] : []),
              ...(dead > 0 ? [t('delivery.dead', { n: dead })] : []),
            ].join(' · ')}
          </small>
        </>
      ),
    },
    {
      key: 'last',
      label: t('delivery.last'),
      phone: 'meta',
      cell: ({ lastDeliveredAt }) =>
        lastDeliveredAt === null ? (
          <span class="unknown">{t('delivery.never')}</span>
        ) : (
          <Instant at={lastDeliveredAt} seconds />
        ),
    },
    {
      key: 'act',
      label: t('delivery.test'),
      phone: 'side',
      cell: (destination) => (
        <span class="row-acts">
          <ActButton
            label={t('delivery.test')}
            act={() =>
              sendJson<{ delivery: Delivery }>(
                `/api/destinations/${encodeURIComponent(destination.name)}/test`,
                { method: 'POST', actor: actor.value },
              )
            }
          />
          <button type="button" class="link-button" onClick={() => onSwitch(destination)}>
            {t(destination.enabled ? 'delivery.disable' : 'delivery.enable')}
          </button>
        </span>
      ),
    },
  ];
}
