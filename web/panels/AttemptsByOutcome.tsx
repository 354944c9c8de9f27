import type { BatchDetail } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { formatCount } from '../format/quantity.js';
import { locale, t } from '../i18n/t.js';
import { Panel } from '../parts/Panel.js';
import { batchPath } from '../url/viewState.js';
import { BatchOf, type PanelSubject } from './BatchOf.js';
import type { PanelParams } from './panelParams.js';

/** How the batch's attempts ended: succeeded, or failed in which step with which class of error. */
export function AttemptsByOutcome({ params }: { params: PanelParams }) {
  return <BatchOf params={params}>{(subject) => <Attempts {...subject} />}</BatchOf>;
}

function Attempts({ pipeline, batchId }: PanelSubject) {
  const query = useApi<BatchDetail>(`/api${batchPath(pipeline, batchId)}`);
  return (
    <Panel title={t('panel.outcomes')} query={query} skeletonPx={120}>
      {(batch) => <Outcomes batch={batch} />}
    </Panel>
  );
}

function Outcomes({ batch }: { batch: BatchDetail }) {
  // The steps count every attempt; the list of attempts may be cut, so that it only says how failures divide.
  const total = batch.steps.reduce((sum, step) => sum + step.attempts, 0) || batch.attempts.length;
  const failed =
    batch.steps.reduce((sum, step) => sum + step.failedAttempts, 0) ||
    batch.attempts.filter((attempt) => attempt.outcome === 'failed').length;
  const classes = new Map<string, number>();
  for (const attempt of batch.attempts) {
    if (attempt.outcome === 'succeeded') continue;
    const how = attempt.errorClass ?? t(`outcome.${attempt.outcome ?? 'unknown'}`);
    const name = attempt.step === null ? how : `${attempt.step}: ${how}`;
    classes.set(name, (classes.get(name) ?? 0) + 1);
  }
  const count = (value: number) => formatCount(value, { locale: locale.value });
  if (total === 0) return <p class="none">{t('attempts.none')}</p>;
  return (
    <>
      <p class="panel-lead">
        {t('panel.outcomesText', { failed: count(failed), total: count(total) })}
      </p>
      <ul class="bars">
        <li>
          <span class="bars-name">{t('outcome.succeeded')}</span>
          <b class="numeric">{count(total - failed)}</b>
          <Bar share={(total - failed) / total} failed={false} />
        </li>
        {[...classes]
          .sort((a, b) => b[1] - a[1])
          .map(([name, number]) => (
            <li key={name}>
              <span class="bars-name">{name}</span>
              <b class="numeric">{count(number)}</b>
              <Bar share={number / total} failed />
            </li>
          ))}
      </ul>
    </>
  );
}

function Bar({ share, failed }: { share: number; failed: boolean }) {
  return (
    <svg viewBox="0 0 100 6" preserveAspectRatio="none" width="100%" height="6" aria-hidden="true">
      <rect class="bars-track" width="100" height="6" />
      <rect
        class={failed ? 'bars-waste' : 'bars-fill'}
        width={Math.min(1, share) * 100}
        height="6"
      />
    </svg>
  );
}
