import { useState } from 'preact/hooks';
import type { AlertRow } from '../../server/contract.js';
import { useOpenExecutions } from '../execution/openExecutions.js';
import { loadWords } from '../i18n/t.js';
import { Late } from '../parts/Late.js';
import type { View } from '../url/useView.js';
import { AlertItem } from './AlertItem.js';
import { byUrgency } from './incidentText.js';

interface AlertListProps {
  alerts: readonly AlertRow[];
  view: View;
  toIncident?: boolean;
}

/** Alerts, the most pressing first, with what a person can do to each. */
export function AlertList({ alerts, view, toIncident }: AlertListProps) {
  const [asked, setAsked] = useState<{ alert: AlertRow; to: 'silence' | 'close' } | null>(null);
  const open = useOpenExecutions();
  return (
    <>
      <ul class="needs">
        {[...alerts].sort(byUrgency).map((alert) => (
          <AlertItem
            key={alert.id}
            alert={alert}
            view={view}
            open={open}
            {...(toIncident ? { toIncident } : {})}
            onSilence={(chosen) => setAsked({ alert: chosen, to: 'silence' })}
            onClose={(chosen) => setAsked({ alert: chosen, to: 'close' })}
          />
        ))}
      </ul>
      {asked && (
        <Late
          key={`${asked.to} ${asked.alert.id}`}
          load={async () =>
            (await Promise.all([import('./AlertDialogs.js'), loadWords('budget')]))[0].AlertDialog
          }
          props={{ ...asked, onClose: () => setAsked(null) }}
          waiting={null}
        />
      )}
    </>
  );
}
