import { nowMs } from '../api/live.js';
import { t } from '../i18n/t.js';
import { CopyButton } from '../parts/CopyButton.js';
import { Icon } from '../parts/Icon.js';
import { timerOf } from '../runbook/executionModel.js';
import type { View } from '../url/useView.js';
import { executionLink, type OpenExecution } from './openExecutions.js';
import { VerifyStatus } from './VerifyStatus.js';

/** How far a runbook of this incident is: the step that is on, by whom, and whether Verify has passed. */
export function ExecutionCard({ execution, view }: { execution: OpenExecution; view: View }) {
  const { title, currentStep, steps, holder, startedAt, finishedAt, outcome, verify } = execution;
  const step = steps.find(({ number }) => number === currentStep);
  const endMs = finishedAt === null ? nowMs.value : Date.parse(finishedAt);
  const time = timerOf((endMs - Date.parse(startedAt)) / 1_000);
  const href = executionLink(execution, view);
  return (
    <div class="run-bar">
      <p>
        <span>
          <strong>{title}</strong> · {t('run.holder', { name: holder })} · {time}
          {outcome !== null && ` · ${t(`run.outcome.${outcome}`)}`}
        </span>
        <VerifyStatus verify={verify} />
      </p>
      {finishedAt === null && (
        <>
          <p class="current-step">
            {step === undefined ? (
              t('runbook.allDone')
            ) : (
              <a href={href}>
                {t('run.atStep', { n: step.number, total: steps.length })}: {step.text}
              </a>
            )}
          </p>
          <div class="form-actions">
            <a class="button" href={href}>
              {t('run.continue')} <Icon name="arrow" />
            </a>
            <CopyButton text={new URL(href, location.origin).href} label={t('run.handOver')} />
          </div>
        </>
      )}
    </div>
  );
}
