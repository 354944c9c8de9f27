import { Field } from './Field.js';
import { t } from '../i18n/t.js';

interface NameFieldProps {
  name: string;
  onName: (name: string) => void;
}

/** Where a person says who they are. */
export function NameField({ name, onName }: NameFieldProps) {
  return (
    <Field label={t('act.name')} hint={t('act.nameHint')}>
      {(props) => (
        <input
          {...props}
          required
          pattern=".*\S.*"
          maxLength={200}
          autocomplete="name"
          value={name}
          onInput={(event) => onName(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
