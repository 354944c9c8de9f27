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
  toIncident?: boolean;
}

/** Alerts, the most pressing first, with what a person can do to each; what nobody is told of is folded away. */
export function AlertList({ alerts, view, toIncident }: AlertListProps) {
  const [asked, setAsked] = useState<{ alert: AlertRow; to: 'silence' | 'close' } | null>(null);
  const open = useOpenExecutions();
  const loud = alerts.filter(({ muted }) => muted === null);
  const muted = alerts.filter((alert) => alert.muted !== null);
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
