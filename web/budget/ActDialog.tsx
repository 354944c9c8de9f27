import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Problem } from '../../server/contract.js';
import { queryClient } from '../api/queryClient.js';
import { refusalOf } from '../api/refusalOf.js';
import { actor, nameActor } from '../form/actor.js';
import { Field } from '../form/Field.js';
import { FormFoot } from '../form/FormFoot.js';
import { NameField } from '../form/NameField.js';
import { t } from '../i18n/t.js';
import { Dialog } from '../shell/Dialog.js';

interface ActDialogProps {
  title: string;
  /** What will happen. */
  lead: ComponentChildren;
  /** The word on the button. */
  action: string;
  /** Does it, in the name of `actor`. @throws ApiError */
  act: (reason: string) => Promise<unknown>;
  onClose: () => void;
  /** Fields of its own. */
  children?: ComponentChildren;
}

/** Asks who does something and why, before it is done: both stand in the audit trail. */
export function ActDialog({ title, lead, action, act, onClose, children }: ActDialogProps) {
  const [name, setName] = useState(actor.value);
  const [reason, setReason] = useState('');
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<Problem | null>(null);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setSending(true);
    setRefusal(null);
    nameActor(name);
    try {
      await act(reason.trim());
      await queryClient.invalidateQueries({ queryKey: ['live'] });
      onClose();
    } catch (error) {
      setRefusal(refusalOf(error));
      setSending(false);
    }
  };
  return (
    <Dialog label={title} onClose={onClose}>
      <form class="budget-form" onSubmit={(event) => void submit(event)}>
        <h2>{title}</h2>
        <p>{lead}</p>
        <div class="fields">
          {children}
          <NameField name={name} onName={setName} />
          <Field label={t('form.reason')}>
            {(props) => (
              <input
                {...props}
                required
                pattern=".*\S.*"
                maxLength={1_000}
                value={reason}
                onInput={(event) => setReason(event.currentTarget.value)}
              />
            )}
          </Field>
        </div>
        <FormFoot action={action} sending={sending} refusal={refusal} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
