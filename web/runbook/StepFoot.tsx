import { nowMs } from '../api/live.js';
import { t } from '../i18n/t.js';
import { Instant } from '../parts/Instant.js';
import { firstOpen, lastAt, timerOf } from './executionModel.js';
import type { Run } from './useRun.js';

/** What a person is asked before it is done. */
export type StepAsk =
  | { kind: 'skip'; step: number }
  | { kind: 'note'; step?: number }
  | { kind: 'override' }
  | { kind: 'finish' };

interface StepFootProps {
  number: number;
  run: Run;
  onAsk: (ask: StepAsk) => void;
}

/** Under a step: who did it, when and how long it took; at the one that is on, its timer and what else can be done. */
export function StepFoot({ number, run, onAsk }: StepFootProps) {
  const execution = run.execution.value;
  if (!execution) return null;
  const steps = run.steps.value;
  const step = steps.find((each) => each.number === number);
  if (!step) return null;
  if (step.state !== 'open') {
    return (
      <p class="step-note">
        {t(`runbook.by.${step.state}`, { name: step.by ?? t('unknown') })}{' '}
        {step.at !== null && <Instant at={step.at} seconds />}
        {step.seconds !== null && ` · ${t('runbook.took', { time: timerOf(step.seconds) })}`}
        {step.reason !== null && ` · ${step.reason}`}
        {step.waits && <em> · {t('runbook.waits')}</em>}
      </p>
    );
  }
  if (execution.state === 'finished' || number !== firstOpen(steps)) return null;
  const seconds = (nowMs.value - Date.parse(lastAt(steps, execution.startedAt))) / 1_000;
  return (
    <p class="step-note no-print">
      <span role="timer">{t('runbook.onStep', { time: timerOf(seconds) })}</span>
      <button
        type="button"
        class="link-button"
        onClick={() => onAsk({ kind: 'skip', step: number })}
      >
        {t('runbook.skip')}
      </button>
      <button
        type="button"
        class="link-button"
        onClick={() => onAsk({ kind: 'note', step: number })}
      >
        {t('runbook.note')}
      </button>
    </p>
  );
}
