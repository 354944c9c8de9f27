import type { Runbook } from '../../server/contract.js';
import { t } from '../i18n/t.js';
import { Icon } from '../parts/Icon.js';
import { firstOpen } from './executionModel.js';
import { stepElement } from './runbookDom.js';
import type { Run } from './useRun.js';

interface NextStepProps {
  runbook: Runbook;
  run: Run;
  onTick: (step: number, done: boolean) => void;
}

/** The first open step, always in sight: a tap leads to it, another says that it is done. */
export function NextStep({ runbook, run, onTick }: NextStepProps) {
  const steps = run.steps.value;
  const isRecorded = run.execution.value !== null;
  const isOver = run.execution.value?.state === 'finished';
  const ended = steps.filter(({ state }) => state !== 'open').length;
  const next = isOver ? null : firstOpen(steps);
  const text = runbook.steps.find(({ number }) => number === next)?.text ?? '';
  const show = () => next !== null && stepElement(next)?.scrollIntoView({ block: 'center' });
  return (
    <div class="next-step no-print" role="region" aria-label={t('runbook.next')}>
      <span class="next-count" title={isRecorded ? undefined : t('runbook.local')}>
        {t('runbook.progress', { n: ended, total: steps.length })}
      </span>
      {next === null ? (
        <span class="next-text">{t('runbook.allDone')}</span>
      ) : (
        <button type="button" class="next-text" onClick={show}>
          <b>
            {t('runbook.next')}: {next}.
          </b>{' '}
          {text}
        </button>
      )}
      {next !== null && (
        <button type="button" class="button" onClick={() => onTick(next, true)}>
          <Icon name="check" /> {t('runbook.done')}
        </button>
      )}
      {!isRecorded && ended > 0 && (
        <button type="button" class="link-button" onClick={run.clear}>
          {t('runbook.clear')}
        </button>
      )}
    </div>
  );
}
