import { useState } from 'preact/hooks';
import type { Incident, IncidentDetail } from '../../server/contract.js';
import { nowMs } from '../api/live.js';
import { sendJson } from '../api/sendJson.js';
import { actor } from '../form/actor.js';
import { ExecutionCard } from '../execution/ExecutionCard.js';
import { useExecutions } from '../execution/openExecutions.js';
import { loadWords, t } from '../i18n/t.js';
import { CopyButton } from '../parts/CopyButton.js';
import { DataAge } from '../parts/DataAge.js';
import { Icon } from '../parts/Icon.js';
import { Instant } from '../parts/Instant.js';
import { Late } from '../parts/Late.js';
import { Status } from '../parts/Status.js';
import type { View } from '../url/useView.js';
import { ActButton } from './ActButton.js';
import { incidentTitle } from './alertSummary.js';
import { entryText } from './entryText.js';
import {
  byUrgency,
  currentStep,
  incidentPath,
  runbookHref,
  timerText,
  verdictOf,
  verdictStatus,
} from './incidentText.js';

/** The verdict and for how long, who has it, and what to do: runbook first. */
export function IncidentHead({ detail, view }: { detail: IncidentDetail; view: View }) {
  const { incident } = detail;
  const [asking, setAsking] = useState<'close' | 'reopen' | null>(null);
  const verdict = verdictOf(incident);
  const title = incidentTitle(incident, view.tz);
  const [worst] = [...incident.alerts].sort(byUrgency);
  const closed = incident.state === 'closed';
  const step = currentStep(detail.timeline);
  const executions = useExecutions({ incident: incident.id }).data?.items ?? [];
  const running = executions.filter(({ state }) => state === 'open');
  const unverified = running.some(
    ({ verify }) => !['passed', 'overridden', 'byHand'].includes(verify.state),
  );
  return (
    <section class="panel incident-top" aria-label={title}>
      <header class="page-head">
        <Status
          kind={verdictStatus(verdict, incident.severity)}
          strong
          word={t(`severity.${incident.severity}`)}
        />
        <DataAge dataUntil={detail.dataUntil} />
      </header>
      <p class={`incident-verdict ${verdict}`}>
        {t(`incident.verdict.${verdict}`)}{' '}
        <span>
          {t(closed ? 'incident.lasted' : 'incident.for', {
            time: timerText(incident, nowMs.value),
          })}
        </span>
      </p>
      <h1>{title}</h1>
      <p class="panel-lead">
        <Who incident={incident} />
      </p>
      {executions.length === 0 && step && (
        <p class="panel-lead">
          <strong>{t('incident.step')}</strong> {entryText(step, view.tz)}
        </p>
      )}
      {executions.map((execution) => (
        <ExecutionCard key={execution.id} execution={execution} view={view} />
      ))}
      <div class="form-actions incident-actions">
        {worst && (
          <a class="button primary" href={runbookHref(worst, { open: running, view })}>
            {t('needs.openRunbook')} <Icon name="arrow" />
          </a>
        )}
        {!closed && (
          <ActButton
            label={t(incident.state === 'open' ? 'incident.acknowledge' : 'incident.again')}
            class={incident.state === 'open' ? 'button primary' : 'button'}
            act={() =>
              sendJson<IncidentDetail>(`/api${incidentPath(incident.id)}/ack`, {
                method: 'POST',
                actor: actor.value,
              })
            }
          />
        )}
      </div>
      <div class="form-actions">
        <button type="button" class="button" onClick={() => setAsking(closed ? 'reopen' : 'close')}>
          {t(closed ? 'incident.reopen' : 'incident.close')}
        </button>
        <CopyButton
          text={new URL(view.href(incidentPath(incident.id)), location.origin).href}
          label={t('incident.handover')}
        />
      </div>
      {asking && (
        <Late
          key={asking}
          load={async () =>
            (await Promise.all([import('./CloseDialog.js'), loadWords('budget')]))[0].CloseDialog
          }
          props={{ id: incident.id, to: asking, unverified, onClose: () => setAsking(null) }}
          waiting={null}
        />
      )}
    </section>
  );
}

function Who({ incident }: { incident: Incident }) {
  if (incident.state === 'closed') {
    return (
      <>
        {t('incident.closedBy', {
          name: incident.closedBy ?? t('unknown'),
          reason: incident.reason ?? '–',
        })}
      </>
    );
  }
  return (
    <>
      {incident.acknowledgedBy === null
        ? t('incident.nobody')
        : t('incident.acknowledged', { name: incident.acknowledgedBy })}{' '}
      {incident.acknowledgementEndsAt !== null && <Instant at={incident.acknowledgementEndsAt} />}
      {incident.escalatedAt !== null && (
        <>
          {' · '}
          {t('incident.escalated')} <Instant at={incident.escalatedAt} />
        </>
      )}
    </>
  );
}
