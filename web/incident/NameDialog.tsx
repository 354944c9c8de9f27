import { useState } from 'preact/hooks';
import { nameActor } from '../budget/actor.js';
import { t } from '../i18n/t.js';
import { Dialog } from '../shell/Dialog.js';
import { NameField } from './NameField.js';

export interface NameDialogProps {
  title: string;
  onNamed: () => void;
  onClose: () => void;
}

/** Asks, the first time in this browser, who does what is about to be done. */
export function NameDialog({ title, onNamed, onClose }: NameDialogProps) {
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
          <NameField name={name} onName={setName} />
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
