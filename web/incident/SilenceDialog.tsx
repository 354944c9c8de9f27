import { useState } from 'preact/hooks';
import type { Silence } from '../../server/contract.js';
import { sendJson } from '../api/sendJson.js';
import { ActDialog } from '../budget/ActDialog.js';
import { actor } from '../form/actor.js';
import { Field } from '../form/Field.js';
import { t } from '../i18n/t.js';
import { matchersOf } from './incidentText.js';
import { LengthField, type LengthSeconds } from './LengthField.js';

const SILENCE_SECONDS = 14_400;

/** Tells nobody of alerts with these labels for a while. */
export function SilenceDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [seconds, setSeconds] = useState<LengthSeconds>(SILENCE_SECONDS);
  const matchers = matchersOf(text);
  const create = (reason: string) =>
    sendJson<Silence>('/api/silences', {
      method: 'POST',
      actor: actor.value,
      body: {
        matchers: matchers ?? {},
        to: new Date(Date.now() + seconds * 1_000).toISOString(),
        reason,
      },
    });
  return (
    <ActDialog
      title={t('silences.new')}
      lead={t('silences.lead')}
      action={t('silences.new')}
      act={create}
      onClose={onClose}
    >
      <Field
        label={t('silences.matchers')}
        hint={
          text !== '' && matchers === null
            ? t('silences.matchersWrong')
            : t('silences.matchersHint')
        }
      >
        {(props) => (
          <input
            {...props}
            required
            maxLength={1_000}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
      <LengthField seconds={seconds} onChange={setSeconds} />
    </ActDialog>
  );
}
