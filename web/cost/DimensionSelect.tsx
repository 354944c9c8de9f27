import { useState } from 'preact/hooks';
import { t } from '../i18n/t.js';
import { DIMENSIONS, dimensionText } from './keyText.js';

interface DimensionSelectProps {
  label: string;
  value: string;
  onChange: (dimension: string) => void;
}

const TAG = 'tag.…';

/** A dimension of costs; of tags the name is asked for, because every pipeline has its own. */
export function DimensionSelect({ label, value, onChange }: DimensionSelectProps) {
  const [namingTag, setNamingTag] = useState(false);
  const [tag, setTag] = useState('');
  if (namingTag) {
    const done = () => {
      setNamingTag(false);
      if (tag.trim() !== '') onChange(`tag.${tag.trim()}`);
    };
    return (
      <input
        type="text"
        class="tag-name"
        aria-label={t('dimension.tagName')}
        placeholder={t('dimension.tagName')}
        // The choice of "tag…" asks for this field: the focus belongs here.
        ref={(element) => element?.focus()}
        value={tag}
        onInput={(event) => setTag(event.currentTarget.value)}
        onBlur={done}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            done();
          }
        }}
      />
    );
  }
  const known: readonly string[] = DIMENSIONS;
  return (
    <select
      class="select"
      aria-label={label}
      value={value}
      onChange={(event) => {
        if (event.currentTarget.value === TAG) setNamingTag(true);
        else onChange(event.currentTarget.value);
      }}
    >
      {[...known, ...(known.includes(value) ? [] : [value])].map((dimension) => (
        <option key={dimension} value={dimension}>
          {dimensionText(dimension)}
        </option>
      ))}
      <option value={TAG}>{t('dimension.anotherTag')}</option>
    </select>
  );
}
