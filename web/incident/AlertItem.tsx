import type { AlertRow } from '../../server/contract.js';
import { nowMs } from '../api/live.js';
import { whenEmpty } from '../budget/burnText.js';
import type { OpenExecution } from '../execution/openExecutions.js';
import { formatPercent } from '../format/quantity.js';
import { locale, t } from '../i18n/t.js';
import { Icon } from '../parts/Icon.js';
import { Instant } from '../parts/Instant.js';
import { Status } from '../parts/Status.js';
import type { View } from '../url/useView.js';
import { incidentPath, runbookHref } from './incidentText.js';
import { stakeText } from './stakeText.js';

interface AlertItemProps {
  alert: AlertRow;
  view: View;
  /** Its link leads to the step at which somebody is. */
  open: readonly OpenExecution[];
  /** Whether it leads to its incident; not on the incident's own page. */
  toIncident?: boolean;
  onSilence: (alert: AlertRow) => void;
  onClose: (alert: AlertRow) => void;
}

/** One alert: status, sentence, the first action, and its runbook in one tap. */
export function AlertItem({
  alert,
  view,
  open,
  toIncident = false,
  onSilence,
  onClose,
}: AlertItemProps) {
  const active = alert.state !== 'resolved';
  return (
    <li class={`need ${active ? `severity-${alert.severity}` : 'over'}`}>
      <Status
        kind={alert.state === 'firing' ? alert.severity : active ? 'unknown' : 'inactive'}
        word={t(`alerts.state.${alert.state}`)}
        strong
      />
      <div class="need-text">
        {toIncident && alert.incidentId !== null ? (
          <a class="need-summary" href={view.href(incidentPath(alert.incidentId))}>
            {alert.summary}
          </a>
        ) : (
          <strong class="need-summary">{alert.summary}</strong>
        )}
        {active && alert.firstAction !== null && (
          <p class="first-action">
            {t('alerts.firstAction', {
              // In the runbook the command follows it.
              text: alert.firstAction.replace(/:$/, '.'),
            })}
          </p>
        )}
        <p class="need-meta">
          {alert.name} · {t(`severity.${alert.severity}`)} ·{' '}
          {alert.owner === null ? t('needs.noOwner') : t('needs.owner', { name: alert.owner })}
          {factsOf(alert, view.tz).map((fact) => ` · ${fact}`)} · {t('alerts.since')}{' '}
          <Instant at={alert.firedAt ?? alert.startedAt} />
          {alert.muted && (
            <>
              {' · '}
              {t(`alerts.muted.${alert.muted.by}`)}
              {alert.muted.until !== null && (
                <>
                  {' '}
                  {t('alerts.mutedUntil')} <Instant at={alert.muted.until} />
                </>
              )}
            </>
          )}
        </p>
        {active && (
          <p class="alert-acts">
            <button type="button" class="link-button" onClick={() => onSilence(alert)}>
              {t('alerts.silence')}
            </button>
            {alert.state === 'frozen' && (
              <button type="button" class="link-button" onClick={() => onClose(alert)}>
                {t('alerts.closeFrozen')}
              </button>
            )}
          </p>
        )}
      </div>
      <a class={active ? 'button primary' : 'button'} href={runbookHref(alert, { open, view })}>
        {t('needs.openRunbook')} <Icon name="arrow" />
      </a>
    </li>
  );
}

function factsOf(
  { budgetLeft, emptyAt, stakeUsd, figures, state }: AlertRow,
  tz: string,
): string[] {
  const zoned = { locale: locale.value, tz, nowMs: nowMs.value };
  return [
    ...(budgetLeft === null ? [] : [t('alerts.left', { percent: formatPercent(budgetLeft) })]),
    ...(emptyAt === null || state === 'resolved' || (budgetLeft ?? 1) <= 0
      ? []
      : [t('alerts.empties', whenEmpty(emptyAt, zoned))]),
    ...stakeText({ stakeUsd, figures }),
  ];
}
