import { OUTCOMES, type ExecutionOutcome } from '@burnbook/domain/runbook/execution';
import { useState } from 'preact/hooks';
import type { ExecutionDetail, Problem } from '../../server/contract.js';
import { refusalOf } from '../api/refusalOf.js';
import { sendJson } from '../api/sendJson.js';
import { actor, nameActor } from '../form/actor.js';
import { ChoiceField } from '../form/ChoiceField.js';
import { Field } from '../form/Field.js';
import { FormFoot } from '../form/FormFoot.js';
import { NameField } from '../form/NameField.js';
import { t } from '../i18n/t.js';
import { Dialog } from '../shell/Dialog.js';
import { executionPath, putExecution } from './eventQueue.js';
import type { StepAsk } from './StepFoot.js';
import type { Run } from './useRun.js';

interface RunDialogProps {
  ask: StepAsk;
  run: Run;
  onClose: () => void;
}

/** Asks for the words that a skip, a note, an override or an end needs, and for a name where none is known. */
export function RunDialog({ ask, run, onClose }: RunDialogProps) {
  const [name, setName] = useState(actor.value);
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState<ExecutionOutcome>('resolved');
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const isNamed = useState(actor.value !== '')[0];
  const step = 'step' in ask ? ask.step : undefined;
  const title =
    step === undefined
      ? t(`run.ask.${ask.kind}`)
      : t(`run.askAt.${ask.kind === 'skip' ? 'skip' : 'note'}`, { n: step });

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    nameActor(name);
    if (ask.kind === 'finish') {
      setSending(true);
      finish(run, { outcome, reason: text.trim() }).then(onClose, (error: unknown) => {
        setSending(false);
        setRefusal(refusalOf(error));
      });
      return;
    }
    run.act({ kind: ask.kind, text: text.trim(), ...(step === undefined ? {} : { step }) });
    onClose();
  };
  return (
    <Dialog label={title} onClose={onClose}>
      <form class="budget-form" onSubmit={submit}>
        <h2>{title}</h2>
        {ask.kind === 'finish' && !isVerified(run) && (
          <p>
            <strong>{t('run.unverified')}</strong> {t(`verify.means.${verifyOf(run)}`)}
          </p>
        )}
        <div class="fields">
          {ask.kind === 'finish' && (
            <ChoiceField
              label={t('run.outcome')}
              choices={OUTCOMES}
              value={outcome}
              wordOf={(each) => t(`run.outcome.${each}`)}
              onChoose={setOutcome}
            />
          )}
          <Field label={t(ask.kind === 'note' ? 'run.words' : 'run.reason')}>
            {(props) => (
              <textarea
                {...props}
                rows={2}
                required={ask.kind !== 'finish'}
                maxLength={1_000}
                value={text}
                onInput={(event) => setText(event.currentTarget.value)}
              />
            )}
          </Field>
          {!isNamed && <NameField name={name} onName={setName} />}
        </div>
        <FormFoot action={title} sending={sending} refusal={refusal} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

const verifyOf = (run: Run) => run.execution.value?.verify.state ?? 'waiting';

const isVerified = (run: Run): boolean =>
  ['passed', 'overridden', 'byHand'].includes(verifyOf(run));

async function finish(
  run: Run,
  { outcome, reason }: { outcome: ExecutionOutcome; reason: string },
): Promise<void> {
  const id = run.execution.value?.id;
  if (id === undefined) return;
  putExecution(
    await sendJson<ExecutionDetail>(`${executionPath(id)}/finish`, {
      method: 'POST',
      actor: actor.value,
      body: { outcome, ...(reason === '' ? {} : { reason }) },
    }),
  );
}
