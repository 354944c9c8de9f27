import { ChoiceField } from '../form/ChoiceField.js';
import { t } from '../i18n/t.js';

const LENGTHS_SECONDS = [3_600, 14_400, 86_400, 604_800] as const;

export type LengthSeconds = (typeof LENGTHS_SECONDS)[number];

/** How long a silence lasts. */
export function LengthField({
  seconds,
  onChange,
}: {
  seconds: LengthSeconds;
  onChange: (seconds: LengthSeconds) => void;
}) {
  return (
    <ChoiceField
      label={t('silences.lasts')}
      choices={LENGTHS_SECONDS}
      value={seconds}
      wordOf={(length) => t(`silences.seconds.${length}`)}
      onChoose={onChange}
    />
  );
}
