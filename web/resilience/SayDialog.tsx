import { useState } from 'preact/hooks';
import {
  RESILIENCE_ANSWERS,
  type ResilienceAnswer,
} from '@burnbook/domain/runbook/resilienceItems';
import type { Problem, ResilienceSaid } from '../../server/contract.js';
import { ApiError } from '../api/getJson.js';
import { queryClient } from '../api/queryClient.js';
import { sendJson } from '../api/sendJson.js';
import { actor, nameActor } from '../budget/actor.js';
import { Field } from '../budget/Field.js';
import { t } from '../i18n/t.js';
import { NameField } from '../incident/NameField.js';
import { Dialog } from '../shell/Dialog.js';

interface SayDialogProps {
  pipeline: string;
  item: { id: string; text: string; said: ResilienceSaid | null };
  onClose: () => void;
}

/** Asks how a pipeline stands on an item that telemetry cannot tell, of whom, and what was seen. */
export function SayDialog({ pipeline, item, onClose }: SayDialogProps) {
  const [name, setName] = useState(actor.value);
  const [answer, setAnswer] = useState<ResilienceAnswer>(item.said?.answer ?? 'done');
  const [note, setNote] = useState('');
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<Problem | null>(null);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setSending(true);
    nameActor(name);
    try {
      await sendJson<ResilienceSaid>('/api/resilience/answers', {
        method: 'POST',
        actor: actor.value,
        body: { pipeline, item: item.id, answer, note: note.trim() },
      });
      await queryClient.invalidateQueries({ queryKey: ['fixed'] });
      onClose();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setRefusal(error.problem ?? { type: 'about:blank', title: t('error.network'), status: 0 });
      setSending(false);
    }
  };
  return (
    <Dialog label={item.text} onClose={onClose}>
      <form class="budget-form" onSubmit={(event) => void submit(event)}>
        <h2>{item.text}</h2>
        <p>{pipeline}</p>
        <div class="fields">
          <Field label={t('resilience.answer')}>
            {(props) => (
              <select
                {...props}
                value={answer}
                onChange={(event) => setAnswer(event.currentTarget.value as ResilienceAnswer)}
              >
                {RESILIENCE_ANSWERS.map((each) => (
                  <option key={each} value={each}>
                    {t(`resilience.answer.${each}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={t('resilience.note')}>
            {(props) => (
              <textarea
                {...props}
                rows={2}
                maxLength={1_000}
                value={note}
                onInput={(event) => setNote(event.currentTarget.value)}
              />
            )}
          </Field>
          <NameField name={name} onName={setName} />
        </div>
        {refusal && (
          <p class="panel-error" role="alert">
            {refusal.detail ?? refusal.title}
          </p>
        )}
        <p class="form-actions">
          <button type="submit" class="button primary" disabled={sending}>
            {t('resilience.say')}
          </button>
          <button type="button" class="button" onClick={onClose}>
            {t('act.cancel')}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
