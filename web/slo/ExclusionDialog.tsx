import { useState } from 'preact/hooks';
import type { ExclusionWindow } from '../../server/contract.js';
import { sendJson } from '../api/sendJson.js';
import { ActDialog } from '../budget/ActDialog.js';
import { actor } from '../form/actor.js';
import { ChoiceField } from '../form/ChoiceField.js';
import { Field } from '../form/Field.js';
import { t } from '../i18n/t.js';
import { exclusionOf, newExclusionDraft, SCOPES } from './exclusionDraft.js';

/** Takes time out of the count: of what, from when to when, once or again and again, and why. */
export function ExclusionDialog({ tz, onClose }: { tz: string; onClose: () => void }) {
  const [draft, setDraft] = useState(() => newExclusionDraft(new Date(), tz));
  const text = (key: 'value' | 'from' | 'to' | 'rrule' | 'timeZone') => ({
    value: draft[key],
    onInput: (event: { currentTarget: HTMLInputElement }) =>
      setDraft({ ...draft, [key]: event.currentTarget.value }),
  });
  return (
    <ActDialog
      title={t('exclusion.new')}
      lead={t('exclusion.lead')}
      action={t('exclusion.new')}
      act={(reason) =>
        sendJson<ExclusionWindow>('/api/exclusions', {
          method: 'POST',
          actor: actor.value,
          body: exclusionOf(draft, reason),
        })
      }
      onClose={onClose}
    >
      <ChoiceField
        label={t('exclusion.scope')}
        choices={SCOPES}
        value={draft.scope}
        wordOf={(scope) => t(`exclusion.${scope}`)}
        onChoose={(scope) => setDraft({ ...draft, scope })}
      />
      {draft.scope !== 'all' && (
        <Field label={t('exclusion.value')}>
          {(props) => <input {...props} required maxLength={256} {...text('value')} />}
        </Field>
      )}
      <Field label={t('exclusion.from')}>
        {(props) => <input {...props} type="datetime-local" required {...text('from')} />}
      </Field>
      <Field label={t('exclusion.to')}>
        {(props) => <input {...props} type="datetime-local" required {...text('to')} />}
      </Field>
      <Field label={t('exclusion.rrule')} hint={t('exclusion.rruleHint')}>
        {(props) => <input {...props} maxLength={500} {...text('rrule')} />}
      </Field>
      <Field label={t('exclusion.zone')}>
        {(props) => <input {...props} required maxLength={100} {...text('timeZone')} />}
      </Field>
    </ActDialog>
  );
}
