import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Problem } from '../../server/contract.js';
import { ApiError } from '../api/getJson.js';
import { queryClient } from '../api/queryClient.js';
import { t } from '../i18n/t.js';
import { Dialog } from '../shell/Dialog.js';
import { actor, nameActor } from './actor.js';
import { Field } from './Field.js';

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
      if (!(error instanceof ApiError)) throw error;
      setRefusal(error.problem ?? { type: 'about:blank', title: t('error.network'), status: 0 });
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
          <Field label={t('form.actor')} hint={t('form.actorHint')}>
            {(props) => (
              <input
                {...props}
                required
                maxLength={200}
                autocomplete="name"
                value={name}
                onInput={(event) => setName(event.currentTarget.value)}
              />
            )}
          </Field>
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
        {refusal && (
          <p class="panel-error" role="alert">
            {refusal.detail ?? refusal.title}
          </p>
        )}
        <p class="form-actions">
          <button type="submit" class="button primary" disabled={sending}>
            {action}
          </button>
          <button type="button" class="button" onClick={onClose}>
            {t('form.cancel')}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
