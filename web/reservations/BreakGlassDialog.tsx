import { useState } from 'preact/hooks';
import { sendJson } from '../api/sendJson.js';
import { ActDialog } from '../budget/ActDialog.js';
import { actor } from '../form/actor.js';
import { ChoiceField } from '../form/ChoiceField.js';
import { t } from '../i18n/t.js';

interface BreakGlassDialogProps {
  budget: string;
  /** Whether the limit is set aside now: then it is put in force again. */
  isOpen: boolean;
  onClose: () => void;
}

const HOURS = [1, 4, 12, 24] as const;
const HOUR_S = 3_600;

/** Sets a hard limit aside for some hours, or in force again. */
export function BreakGlassDialog({ budget, isOpen, onClose }: BreakGlassDialogProps) {
  const [hours, setHours] = useState<(typeof HOURS)[number]>(HOURS[0]);
  const path = `/api/budgets/${encodeURIComponent(budget)}/break-glass`;
  return (
    <ActDialog
      title={t(isOpen ? 'glass.end' : 'glass.title', { id: budget })}
      lead={t(isOpen ? 'glass.endLead' : 'glass.lead')}
      action={t(isOpen ? 'glass.endAct' : 'glass.act')}
      act={(reason) =>
        isOpen
          ? sendJson(`${path}?${new URLSearchParams({ reason })}`, {
              method: 'DELETE',
              actor: actor.value,
            })
          : sendJson(path, {
              method: 'POST',
              actor: actor.value,
              body: { untilSeconds: hours * HOUR_S, reason },
            })
      }
      onClose={onClose}
    >
      {!isOpen && (
        <ChoiceField
          label={t('glass.for')}
          choices={HOURS}
          value={hours}
          wordOf={(n) => t('glass.hours', { n })}
          onChoose={setHours}
        />
      )}
    </ActDialog>
  );
}
