import type { IncidentDetail } from '../../server/contract.js';
import { sendJson } from '../api/sendJson.js';
import { ActDialog } from '../budget/ActDialog.js';
import { actor } from '../budget/actor.js';
import { t } from '../i18n/t.js';
import { incidentPath } from './incidentText.js';

interface CloseDialogProps {
  id: string;
  to: 'close' | 'reopen';
  onClose: () => void;
}

/** Closes an incident by hand, or opens it again, with who and why. */
export function CloseDialog({ id, to, onClose }: CloseDialogProps) {
  return (
    <ActDialog
      title={t(`incident.${to}`)}
      lead={t(to === 'close' ? 'incident.closeLead' : 'incident.reopenLead')}
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
