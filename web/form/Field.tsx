import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Problem } from '../../server/contract.js';

interface FieldProps {
  label: string;
  hint?: string;
  /** The server's refusal of this field; null: none. */
  wrong?: Problem | null;
  children: (props: {
    id: string;
    'aria-invalid': boolean;
    'aria-describedby': string | undefined;
  }) => ComponentChildren;
}

/** A field of a form with its label, what to write, and what is wrong with it. */
export function Field({ label, hint, wrong = null, children }: FieldProps) {
  const id = useId();
  const note = wrong?.detail ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-invalid': wrong !== null,
        'aria-describedby': note === undefined ? undefined : `${id}-note`,
      })}
      {note !== undefined && (
        <p
          id={`${id}-note`}
          class={wrong ? 'wrong' : 'field-hint'}
          role={wrong ? 'alert' : undefined}
        >
          {note}
        </p>
      )}
    </div>
  );
}
