import { useState } from 'preact/hooks';
import { t } from '../i18n/t.js';
import { Icon } from '../parts/Icon.js';
import type { View } from '../url/useView.js';
import { formatFilter, parseFilter, type FilterTerm } from './filterTerms.js';
import { dimensionText, keyText } from './keyText.js';
import { DimensionSelect } from './DimensionSelect.js';

/** What the page is narrowed to, each condition with a way to take it off, and a form for one more. */
export function FilterBar({ view, filter }: { view: View; filter: string }) {
  const terms = parseFilter(filter);
  const [adding, setAdding] = useState(false);
  const keep = (kept: readonly FilterTerm[]) => view.set({ filter: formatFilter(kept) });
  return (
    <div class="filter-bar" role="group" aria-label={t('filter.label')}>
      {terms === null ? (
        <Chip text={filter} onRemove={() => view.set({ filter: null })} />
      ) : (
        terms.map((term, index) => (
          <Chip
            key={`${index} ${formatFilter([term])}`}
            text={termText(term)}
            isExclusion={term.leavesOut}
            onRemove={() => keep(terms.filter((_, each) => each !== index))}
          />
        ))
      )}
      {adding ? (
        <AddTerm
          onAdd={(term) => {
            setAdding(false);
            keep([...(terms ?? []), term]);
          }}
          onCancel={() => setAdding(false)}
        />
      ) : (
        <button type="button" class="link-button" onClick={() => setAdding(true)}>
          {t('filter.add')}
        </button>
      )}
      {(terms === null || terms.length > 1) && (
        <button type="button" class="link-button" onClick={() => view.set({ filter: null })}>
          {t('filter.clear')}
        </button>
      )}
    </div>
  );
}

/** A condition that a click takes off. */
export function Chip({
  text,
  isExclusion = false,
  onRemove,
}: {
  text: string;
  isExclusion?: boolean;
  onRemove: () => void;
}) {
  return (
    <button
      type="button"
      class={`filter-chip${isExclusion ? ' exclusion' : ''}`}
      aria-label={t('filter.remove', { term: text })}
      title={t('filter.remove', { term: text })}
      onClick={onRemove}
    >
      <span>{text}</span>
      <Icon name="close" size={12} />
    </button>
  );
}

function AddTerm({ onAdd, onCancel }: { onAdd: (term: FilterTerm) => void; onCancel: () => void }) {
  const [dimension, setDimension] = useState('model');
  const [value, setValue] = useState('');
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const isPrefix = value.endsWith('*');
    onAdd({
      dimension,
      value: isPrefix ? value.slice(0, -1) : value,
      isPrefix,
      leavesOut: false,
    });
  };
  return (
    <form
      class="add-term"
      onSubmit={add}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <DimensionSelect label={t('filter.dimension')} value={dimension} onChange={setDimension} />
      <input
        type="text"
        aria-label={t('filter.value')}
        placeholder={t('filter.value')}
        required
        value={value}
        onInput={(event) => setValue(event.currentTarget.value)}
      />
      <button type="submit" class="button">
        {t('filter.apply')}
      </button>
    </form>
  );
}

/** `Model is gpt-4o*`, `Team is not care`. */
export function termText({ dimension, value, isPrefix, leavesOut }: FilterTerm): string {
  const shown = isPrefix ? `${value}*` : keyText(dimension, value);
  return t(leavesOut ? 'filter.not' : 'filter.is', {
    dimension: dimensionText(dimension),
    value: shown,
  });
}
