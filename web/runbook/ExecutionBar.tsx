import type { ComponentChildren } from 'preact';
import type { Execution, ExecutionDetail } from '../../server/contract.js';
import { nowMs } from '../api/live.js';
import { sendJson } from '../api/sendJson.js';
import { actor } from '../form/actor.js';
import type { OpenExecution } from '../execution/openExecutions.js';
import { ActButton } from '../incident/ActButton.js';
import { t } from '../i18n/t.js';
import { CopyButton } from '../parts/CopyButton.js';
import { Instant } from '../parts/Instant.js';
import { Status } from '../parts/Status.js';
import { useView } from '../url/useView.js';
import { patchUrl } from '../url/viewState.js';
import { refusal, unsent } from './eventQueue.js';
import { timerOf } from './executionModel.js';
import type { StepAsk } from './StepFoot.js';
import type { Run } from './useRun.js';

interface StartBarProps {
  runbook: string;
  /** What fills the runbook; an alert or incident among it is what the execution is for. */
  place: Readonly<Record<string, string>>;
  /** Open ones of the same runbook that one can join. */
  open: readonly OpenExecution[];
  onStarted: (detail: ExecutionDetail) => void;
  onJoin: (execution: OpenExecution) => void;
}

/** Nothing is recorded: says so, and offers to start, or to join who is at it already. */
export function StartBar({ runbook, place, open, onStarted, onJoin }: StartBarProps) {
  const { incident, alert } = place;
  const start = async () => {
    onStarted(
      await sendJson<ExecutionDetail>(`/api/runbooks/${encodeURIComponent(runbook)}/executions`, {
        method: 'POST',
        actor: actor.value,
        body: {
          place,
          ...(incident === undefined ? {} : { incident }),
          ...(alert === undefined ? {} : { alert }),
        },
      }),
    );
  };
  return (
    <section class="run-bar no-print" aria-label={t('run.title')}>
      {open.map((execution) => (
        <p key={execution.id}>
          <span>
            {t('run.open', { name: execution.holder })} <Instant at={execution.startedAt} />
            {execution.currentStep !== null &&
              ` · ${t('run.atStep', { n: execution.currentStep, total: execution.steps.length })}`}
          </span>
          <button type="button" class="button primary" onClick={() => onJoin(execution)}>
            {t('run.join')}
          </button>
        </p>
      ))}
      <p>
        <span>{t('run.local')}</span>
        <ActButton
          label={t('run.start')}
          class={open.length > 0 ? 'button' : 'button primary'}
          act={start}
        />
      </p>
    </section>
  );
}

interface RunBarProps {
  run: Run;
  execution: Execution;
  expectedMinutes: number | null;
  onAsk: (ask: StepAsk) => void;
  onLeave: () => void;
}

/** The execution that is followed: who has it, for how long, what waits to be sent, and how to hand over or end it. */
export function RunBar({ run, execution, expectedMinutes, onAsk, onLeave }: RunBarProps) {
  const { startedAt, finishedAt, holder, isOutdated } = execution;
  const isOver = execution.state === 'finished';
  const endMs = finishedAt === null ? nowMs.value : Date.parse(finishedAt);
  const time = timerOf((endMs - Date.parse(startedAt)) / 1_000);
  return (
    <section class="run-bar" aria-label={t('run.title')}>
      <p>
        <span>
          {isOver ? (
            <Ended execution={execution} time={time} />
          ) : (
            <>
              <Status kind="running" word={t('run.recorded')} strong />{' '}
              {t('run.holder', { name: holder })} · <span role="timer">{time}</span>
              {expectedMinutes !== null && ` ${t('run.expected', { n: expectedMinutes })}`} ·{' '}
              {t('run.since')} <Instant at={startedAt} />
            </>
          )}
        </span>
      </p>
      {isOutdated && <p class="wrong">{t('run.outdated', { id: execution.revision })}</p>}
      <Waiting run={run} />
      <div class="form-actions no-print">
        {isOver ? (
          <button type="button" class="button" onClick={onLeave}>
            {t('run.again')}
          </button>
        ) : (
          <Actions run={run} execution={execution} onAsk={onAsk} />
        )}
      </div>
    </section>
  );
}

function Actions({ run, execution, onAsk }: Pick<RunBarProps, 'run' | 'execution' | 'onAsk'>) {
  const view = useView();
  const { holder, currentStep } = execution;
  const link = new URL(
    patchUrl(location.href.slice(location.origin.length), {
      execution: execution.id,
      step: currentStep === null ? null : String(currentStep),
    }),
    location.origin,
  );
  return (
    <>
      <CopyButton text={link.href} label={t('run.handOver')} />
      {actor.value !== holder && (
        <ActButton
          label={t('run.takeOver')}
          act={() => {
            // At the first press the name was only just given: it may be the holder's own.
            if (actor.value !== holder) run.act({ kind: 'handOver', text: actor.value });
            return Promise.resolve();
          }}
        />
      )}
      <button type="button" class="button" onClick={() => onAsk({ kind: 'note' })}>
        {t('runbook.note')}
      </button>
      <button type="button" class="button" onClick={() => onAsk({ kind: 'finish' })}>
        {t('run.finish')}
      </button>
      {execution.incidentId !== null && (
        <a
          class="button"
          href={view.href(`/incidents/${encodeURIComponent(execution.incidentId)}`)}
        >
          {t('run.incident')}
        </a>
      )}
    </>
  );
}

function Ended({ execution, time }: { execution: Execution; time: string }): ComponentChildren {
  const { outcome, finishedBy, reason } = execution;
  return (
    <>
      <Status
        kind={outcome === 'resolved' || outcome === 'mitigated' ? 'succeeded' : 'cancelled'}
        word={outcome === null ? t('unknown') : t(`run.outcome.${outcome}`)}
        strong
      />{' '}
      {t('run.ended', { name: finishedBy ?? t('unknown'), time })}
      {reason !== null && `: ${reason}`}
    </>
  );
}

/** Offline is told as such; what was refused, too. */
function Waiting({ run }: { run: Run }) {
  const refused = refusal.value;
  const isOwn = refused?.execution === run.execution.value?.id;
  return (
    <>
      <p class="run-waiting" role="status">
        {run.waiting.value > 0 && unsent.value && t('run.waiting', { n: run.waiting.value })}
      </p>
      {refused && isOwn && (
        <p class="wrong" role="alert">
          {t('run.refused', { step: refused.event.step ?? '–', reason: refused.reason })}{' '}
          <button type="button" class="link-button" onClick={() => (refusal.value = null)}>
            {t('run.dismiss')}
          </button>
        </p>
      )}
    </>
  );
}
