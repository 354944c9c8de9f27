import type { IncidentDetail } from '../../server/contract.js';
import { sendJson } from '../api/sendJson.js';
import { ActDialog } from '../budget/ActDialog.js';
import { actor } from '../form/actor.js';
import { t } from '../i18n/t.js';
import { incidentPath } from './incidentText.js';

interface CloseDialogProps {
  id: string;
  to: 'close' | 'reopen';
  /** A runbook is being followed whose Verify has not passed. */
  unverified: boolean;
  onClose: () => void;
}

/** Closes an incident by hand, or opens it again, with who and why. */
export function CloseDialog({ id, to, unverified, onClose }: CloseDialogProps) {
  return (
    <ActDialog
      title={t(`incident.${to}`)}
      lead={
        to === 'reopen'
          ? t('incident.reopenLead')
          : `${unverified ? `${t('incident.unverified')} ` : ''}${t('incident.closeLead')}`
      }
      action={t(`incident.${to}`)}
      act={(reason) =>
        sendJson<IncidentDetail>(`/api${incidentPath(id)}/${to}`, {
          method: 'POST',
          actor: actor.value,
          body: { reason },
        })
      }
      onClose={onClose}
    />
  );
}
