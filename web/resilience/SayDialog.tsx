import { useState } from 'preact/hooks';
import {
  RESILIENCE_ANSWERS,
  type ResilienceAnswer,
} from '@burnbook/domain/runbook/resilienceItems';
import type { Problem, ResilienceSaid } from '../../server/contract.js';
import { queryClient } from '../api/queryClient.js';
import { refusalOf } from '../api/refusalOf.js';
import { sendJson } from '../api/sendJson.js';
import { actor, nameActor } from '../form/actor.js';
import { ChoiceField } from '../form/ChoiceField.js';
import { Field } from '../form/Field.js';
import { FormFoot } from '../form/FormFoot.js';
import { NameField } from '../form/NameField.js';
import { t } from '../i18n/t.js';
import { Dialog } from '../shell/Dialog.js';
import { itemText } from './checklistText.js';

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
      setRefusal(refusalOf(error));
      setSending(false);
    }
  };
  return (
    <Dialog label={itemText(item)} onClose={onClose}>
      <form class="budget-form" onSubmit={(event) => void submit(event)}>
        <h2>{itemText(item)}</h2>
        <p>{pipeline}</p>
        <div class="fields">
          <ChoiceField
            label={t('resilience.answer')}
            choices={RESILIENCE_ANSWERS}
            value={answer}
            wordOf={(each) => t(`resilience.answer.${each}`)}
            onChoose={setAnswer}
          />
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
        <FormFoot
          action={t('resilience.say')}
          sending={sending}
          refusal={refusal}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
