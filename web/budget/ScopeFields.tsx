import type { Problem } from '../../server/contract.js';
import { t } from '../i18n/t.js';
import { Icon } from '../parts/Icon.js';
import type { BudgetDraft } from './budgetDraft.js';

interface ScopeFieldsProps {
  scope: BudgetDraft['scope'];
  onChange: (scope: BudgetDraft['scope']) => void;
  wrong: Problem | null;
}

const KEYS = ['pipeline', 'model', 'provider', 'team', 'environment'] as const;

/** What a budget watches: conditions that narrow one another; none is everything. */
export function ScopeFields({ scope, onChange, wrong }: ScopeFieldsProps) {
  const change = (index: number, patch: Partial<BudgetDraft['scope'][number]>) =>
    onChange(scope.map((each, at) => (at === index ? { ...each, ...patch } : each)));
  return (
    <fieldset class="scope-fields">
      <legend>{t('form.scope')}</legend>
      <datalist id="scope-keys">
        {KEYS.map((key) => (
          <option key={key} value={key} />
        ))}
        <option value="tag." />
      </datalist>
      {scope.length === 0 && <p class="field-hint">{t('form.scopeNone')}</p>}
      {scope.map(({ key, value }, index) => (
        <div class="scope-row" key={index}>
          <input
            list="scope-keys"
            aria-label={t('form.scopeKey', { n: index + 1 })}
            placeholder="pipeline"
            value={key}
            onInput={(event) => change(index, { key: event.currentTarget.value })}
          />
          <input
            aria-label={t('form.scopeValue', { n: index + 1 })}
            placeholder="mail-*"
            value={value}
            onInput={(event) => change(index, { value: event.currentTarget.value })}
          />
          <button
            type="button"
            class="icon-button"
            aria-label={t('form.scopeRemove', { n: index + 1 })}
            onClick={() => onChange(scope.filter((_, at) => at !== index))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      <button
        type="button"
        class="link-button"
        onClick={() => onChange([...scope, { key: '', value: '' }])}
      >
        {t('form.scopeAdd')}
      </button>
      {wrong && (
        <p class="wrong" role="alert">
          {wrong.detail}
        </p>
      )}
    </fieldset>
  );
}
