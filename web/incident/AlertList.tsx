import { useState } from 'preact/hooks';
import type { AlertRow } from '../../server/contract.js';
import { useOpenExecutions } from '../execution/openExecutions.js';
import { loadWords, t } from '../i18n/t.js';
import { Late } from '../parts/Late.js';
import type { View } from '../url/useView.js';
import { AlertItem } from './AlertItem.js';
import { byUrgency } from './incidentText.js';

interface AlertListProps {
  alerts: readonly AlertRow[];
  view: View;
  /** In a list of all that stands: each leads to its incident, and what nobody is told of is folded away. */
  toIncident?: boolean;
}

/** Alerts, the most pressing first, with what a person can do to each. */
export function AlertList({ alerts, view, toIncident }: AlertListProps) {
  const [asked, setAsked] = useState<{ alert: AlertRow; to: 'silence' | 'close' } | null>(null);
  const open = useOpenExecutions();
  const isMuted = (alert: AlertRow) => toIncident === true && alert.muted !== null;
  const loud = alerts.filter((alert) => !isMuted(alert));
  const muted = alerts.filter(isMuted);
  const list = (some: readonly AlertRow[]) => (
    <ul class="needs">
      {[...some].sort(byUrgency).map((alert) => (
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
  );
  return (
    <>
      {loud.length > 0 && list(loud)}
      {muted.length > 0 && (
        <details class="fold" open={loud.length === 0}>
          <summary>{t('alerts.mutedMore', { n: muted.length })}</summary>
          {list(muted)}
        </details>
      )}
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
