import type { ReservationRow, ReservationView } from '../../server/contract.js';
import { sendJson } from '../api/sendJson.js';
import { ActDialog } from '../budget/ActDialog.js';
import { actor } from '../form/actor.js';
import { formatUsdShort } from '../format/usd.js';
import { t } from '../i18n/t.js';

/** Gives back what is held, by hand: for work that is gone but whose lease still lasts. */
export function ReleaseDialog({ row, onClose }: { row: ReservationRow; onClose: () => void }) {
  const who = [row.pipeline, row.batch].filter(Boolean).join(' · ');
  return (
    <ActDialog
      title={t('release.title')}
      lead={t('release.lead', { who, usd: formatUsdShort(row.heldUsd) })}
      action={t('reservation.release')}
      act={(reason) =>
        sendJson<ReservationView>(
          `/api/reservations/${encodeURIComponent(row.id)}?${new URLSearchParams({ reason })}`,
          { method: 'DELETE', actor: actor.value },
        )
      }
      onClose={onClose}
    />
  );
}
