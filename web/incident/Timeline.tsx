import { useState } from 'preact/hooks';
import type { IncidentDetail, IncidentEntry } from '../../server/contract.js';
import { sendJson } from '../api/sendJson.js';
import { actor } from '../form/actor.js';
import { Field } from '../form/Field.js';
import { t } from '../i18n/t.js';
import { Instant } from '../parts/Instant.js';
import { Segments } from '../parts/Segments.js';
import { useView } from '../url/useView.js';
import { ActButton } from './ActButton.js';
import { entryText } from './entryText.js';
import { incidentPath } from './incidentText.js';

/** What happened, the newest first, and a line to add to it. */
export function Timeline({ id, entries }: { id: string; entries: readonly IncidentEntry[] }) {
  const view = useView();
  const [text, setText] = useState('');
  const [kind, setKind] = useState<'note' | 'step'>('note');
  const add = async () => {
    await sendJson<IncidentDetail>(`/api${incidentPath(id)}/entries`, {
      method: 'POST',
      actor: actor.value,
      body: { text, kind },
    });
    setText('');
  };
  return (
    <section class="panel" aria-label={t('timeline.title')}>
      <header class="panel-head">
        <h2>{t('timeline.title')}</h2>
      </header>
      <div class="budget-form note-form">
        <Field label={t('timeline.text')}>
          {(props) => (
            <textarea
              {...props}
              rows={2}
              maxLength={10_000}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="form-actions">
          <Segments
            label={t('timeline.what')}
            options={[
              { value: 'note', label: t('timeline.note') },
              { value: 'step', label: t('timeline.step') },
            ]}
            value={kind}
            onChange={setKind}
          />
          <ActButton label={t('timeline.add')} act={add} />
        </div>
      </div>
      <ol class="timeline">
        {entries
          .toSorted((a, b) => b.at.localeCompare(a.at))
          .map((entry) => (
            <li key={entry.id}>
              <p class="need-meta">
                <Instant at={entry.at} seconds /> ·{' '}
                <strong>{t(`timeline.kind.${entry.kind}`)}</strong> · {entry.actor}
              </p>
              <p class="entry-text">{entryText(entry, view.tz)}</p>
            </li>
          ))}
      </ol>
    </section>
  );
}
