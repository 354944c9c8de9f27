import { useState } from 'preact/hooks';
import type { AlertDetail, AlertRow, Silence } from '../../server/contract.js';
import { sendJson } from '../api/sendJson.js';
import { ActDialog } from '../budget/ActDialog.js';
import { actor } from '../form/actor.js';
import { t } from '../i18n/t.js';
import { LengthField, type LengthSeconds } from './LengthField.js';

interface AlertDialogProps {
  alert: AlertRow;
  to: 'silence' | 'close';
  onClose: () => void;
}

const SILENCE_SECONDS = 14_400;

/** Silences an alert for a while, or closes a frozen one as not recovered; who and why stand in the timeline. */
export function AlertDialog({ alert, to, onClose }: AlertDialogProps) {
  const [seconds, setSeconds] = useState<LengthSeconds>(SILENCE_SECONDS);
  const path = `/api/alerts/${encodeURIComponent(alert.id)}/${to}`;
  const send = <T,>(body: unknown) =>
    sendJson<T>(path, { method: 'POST', actor: actor.value, body });
  if (to === 'close') {
    return (
      <ActDialog
        title={t('alerts.closeFrozen')}
        lead={t('alerts.closeLead', { name: alert.name })}
        action={t('alerts.closeFrozen')}
        act={(reason) => send<AlertDetail>({ reason })}
        onClose={onClose}
      />
    );
  }
  return (
    <ActDialog
      title={t('alerts.silence')}
      lead={t('incident.silenceLead', { name: alert.name })}
      action={t('alerts.silence')}
      act={(reason) => send<Silence>({ seconds, reason })}
      onClose={onClose}
    >
      <LengthField seconds={seconds} onChange={setSeconds} />
    </ActDialog>
  );
}
