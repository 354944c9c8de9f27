import type { Problem } from '../../server/contract.js';
import { Field } from './Field.js';

interface ChoiceFieldProps<Choice extends string | number> {
  label: string;
  choices: readonly Choice[];
  value: Choice;
  /** What a choice is called. */
  wordOf: (choice: Choice) => string;
  onChoose: (choice: Choice) => void;
  /** The server's refusal of this field; null: none. */
  wrong?: Problem | null;
}

/** A field that takes one of a few words. */
export function ChoiceField<Choice extends string | number>({
  label,
  choices,
  value,
  wordOf,
  onChoose,
  wrong = null,
}: ChoiceFieldProps<Choice>) {
  return (
    <Field label={label} wrong={wrong}>
      {(props) => (
        <select
          {...props}
          value={String(value)}
          onChange={({ currentTarget }) => {
            const choice = choices[currentTarget.selectedIndex];
            if (choice !== undefined) onChoose(choice);
          }}
        >
          {choices.map((choice) => (
            <option key={choice} value={String(choice)}>
              {wordOf(choice)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
