import { Field } from '../budget/Field.js';
import { t } from '../i18n/t.js';

const LENGTHS_SECONDS = [3_600, 14_400, 86_400, 604_800] as const;

/** How long a silence lasts. */
export function LengthField({
  seconds,
  onChange,
}: {
  seconds: number;
  onChange: (seconds: number) => void;
}) {
  return (
    <Field label={t('silences.lasts')}>
      {(props) => (
        <select
          {...props}
          value={String(seconds)}
          onChange={(event) => onChange(Number(event.currentTarget.value))}
        >
          {LENGTHS_SECONDS.map((length) => (
            <option key={length} value={String(length)}>
              {t(`silences.seconds.${length}`)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
