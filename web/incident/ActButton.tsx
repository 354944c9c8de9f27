import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../api/getJson.js';
import { queryClient } from '../api/queryClient.js';
import { actor, nameActor } from '../budget/actor.js';
import { Field } from '../budget/Field.js';
import { t } from '../i18n/t.js';
import { Dialog } from '../shell/Dialog.js';

interface ActButtonProps {
  label: string;
  /** Does it in the name of `actor`. @throws ApiError */
  act: () => Promise<unknown>;
  class?: string;
  children?: ComponentChildren;
}

/** A button that acts at one press; the first time in this browser it asks who presses it. */
export function ActButton({ label, act, class: look = 'button', children }: ActButtonProps) {
  const [asking, setAsking] = useState(false);
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  const run = async () => {
    setSending(true);
    setRefusal(null);
    try {
      await act();
      await queryClient.invalidateQueries({ queryKey: ['live'] });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setRefusal(error.problem?.detail ?? error.problem?.title ?? t('error.network'));
    } finally {
      setSending(false);
    }
  };
  return (
    <>
      <button
        type="button"
        class={look}
        disabled={sending}
        onClick={() => (actor.value === '' ? setAsking(true) : void run())}
      >
        {label}
        {children}
      </button>
      {refusal !== null && (
        <span class="wrong" role="alert">
          {refusal}
        </span>
      )}
      {asking && (
        <NameDialog
          title={label}
          onClose={() => setAsking(false)}
          onNamed={() => {
            setAsking(false);
            void run();
          }}
        />
      )}
    </>
  );
}

function NameDialog({
  title,
  onNamed,
  onClose,
}: {
  title: string;
  onNamed: () => void;
  onClose: () => void;
}) {
  const [name, setName] = useState('');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    nameActor(name);
    onNamed();
  };
  return (
    <Dialog label={title} onClose={onClose}>
      <form class="budget-form" onSubmit={submit}>
        <h2>{title}</h2>
        <div class="fields">
          <Field label={t('act.name')} hint={t('act.nameHint')}>
            {(props) => (
              <input
                {...props}
                required
                pattern=".*\S.*"
                maxLength={200}
                autocomplete="name"
                value={name}
                onInput={(event) => setName(event.currentTarget.value)}
              />
            )}
          </Field>
        </div>
        <p class="form-actions">
          <button type="submit" class="button primary">
            {title}
          </button>
          <button type="button" class="button" onClick={onClose}>
            {t('act.cancel')}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
