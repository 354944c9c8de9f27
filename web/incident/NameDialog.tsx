import { useState } from 'preact/hooks';
import { nameActor } from '../form/actor.js';
import { FormFoot } from '../form/FormFoot.js';
import { NameField } from '../form/NameField.js';
import { Dialog } from '../shell/Dialog.js';

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
        <FormFoot action={title} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
