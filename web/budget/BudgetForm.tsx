import { useState } from 'preact/hooks';
import type { BudgetDetail, BudgetEdited, Problem, RunbookHead } from '../../server/contract.js';
import { queryClient } from '../api/queryClient.js';
import { refusalOf } from '../api/refusalOf.js';
import { sendJson } from '../api/sendJson.js';
import { useApi } from '../api/useApi.js';
import { actor, nameActor } from '../form/actor.js';
import { ChoiceField } from '../form/ChoiceField.js';
import { Field } from '../form/Field.js';
import { FormFoot } from '../form/FormFoot.js';
import { NameField } from '../form/NameField.js';
import { t } from '../i18n/t.js';
import { CopyButton } from '../parts/CopyButton.js';
import { useView } from '../url/useView.js';
import { draftOf, entryOf, fieldOf, type BudgetDraft } from './budgetDraft.js';
import { ScopeFields } from './ScopeFields.js';

export interface BudgetFormProps {
  /** null: a new one. */
  budget: Pick<BudgetDetail, 'id' | 'version' | 'definition'> | null;
  /** Whether the server writes the file; else it answers with the diff to apply. */
  writable: boolean;
  /** Called with the budget's id once it is saved, without when the person goes back. */
  onDone: (id?: string) => void;
}

const PERIODS = ['day', 'week', 'month', 'quarter', 'rolling'] as const;

type Refusal = Problem & { diff?: string; file?: string };

/** Adds or changes a budget: saved where the server may write its file, else shown as the change to make by hand. */
export function BudgetForm({ budget, writable, onDone }: BudgetFormProps) {
  const { tz } = useView();
  const [draft, setDraft] = useState(() => draftOf(budget?.definition ?? null, tz));
  const [reason, setReason] = useState('');
  const [name, setName] = useState(actor.value);
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const set = (patch: Partial<BudgetDraft>) => setDraft({ ...draft, ...patch });
  const wrong = fieldOf(refusal?.field);

  const send = async (method: 'POST' | 'PUT' | 'DELETE') => {
    setSending(true);
    setRefusal(null);
    nameActor(name);
    try {
      const { id } = await sendBudget(method, { budget, draft, reason });
      // Of a budget that is gone nothing can be asked again.
      const gone = method === 'DELETE' ? `/api/budgets/${encodeURIComponent(id)}` : null;
      await queryClient.invalidateQueries({
        predicate: ({ queryKey: [, path] }) =>
          gone === null || !(path === gone || path === `${gone}/history`),
      });
      onDone(gone === null ? id : '');
    } catch (error) {
      setRefusal(refusalOf(error));
    } finally {
      setSending(false);
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void send(budget === null ? 'POST' : 'PUT');
  };
  return (
    <form class="budget-form" aria-label={t(budget ? 'form.edit' : 'form.new')} onSubmit={submit}>
      {!writable && <p class="panel-lead">{t('form.notWritable')}</p>}
      <div class="fields">
        {budget === null && (
          <Field
            label={t('form.id')}
            hint={t('form.idHint')}
            wrong={wrong === 'id' ? refusal : null}
          >
            {(props) => (
              <input
                {...props}
                required
                value={draft.id}
                onInput={(event) => set({ id: event.currentTarget.value })}
              />
            )}
          </Field>
        )}
        <Field label={t('form.amountUsd')} wrong={wrong === 'amountUsd' ? refusal : null}>
          {(props) => (
            <input
              {...props}
              required
              inputMode="decimal"
              value={draft.amountUsd}
              onInput={(event) => set({ amountUsd: event.currentTarget.value })}
            />
          )}
        </Field>
        <ChoiceField
          label={t('form.period')}
          choices={PERIODS}
          value={draft.period}
          wordOf={(each) => t(each === 'rolling' ? 'form.rolling' : `period.${each}`)}
          onChoose={(period) => set({ period })}
          wrong={wrong === 'period' ? refusal : null}
        />
        {draft.period === 'rolling' && (
          <Field label={t('form.length')} hint={t('form.lengthHint')}>
            {(props) => (
              <input
                {...props}
                required
                value={draft.rolling}
                onInput={(event) => set({ rolling: event.currentTarget.value })}
              />
            )}
          </Field>
        )}
        <Field label={t('range.zone')} wrong={wrong === 'timeZone' ? refusal : null}>
          {(props) => (
            <input
              {...props}
              required
              value={draft.timeZone}
              onInput={(event) => set({ timeZone: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={t('form.owner')} wrong={wrong === 'owner' ? refusal : null}>
          {(props) => (
            <input
              {...props}
              value={draft.owner}
              onInput={(event) => set({ owner: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field
          label={t('form.thresholds')}
          hint={t('form.thresholdsHint')}
          wrong={wrong === 'thresholds' ? refusal : null}
        >
          {(props) => (
            <input
              {...props}
              value={draft.thresholds}
              onInput={(event) => set({ thresholds: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field
          label={t('form.forecastOver')}
          hint={t('form.forecastHint')}
          wrong={wrong === 'forecastOver' ? refusal : null}
        >
          {(props) => (
            <input
              {...props}
              inputMode="numeric"
              value={draft.forecastOver}
              onInput={(event) => set({ forecastOver: event.currentTarget.value })}
            />
          )}
        </Field>
        <RunbookField draft={draft} set={set} wrong={wrong === 'runbook' ? refusal : null} />
        <Field label={t('form.from')} wrong={wrong === 'from' ? refusal : null}>
          {(props) => (
            <input
              {...props}
              type="date"
              value={draft.from}
              onInput={(event) => set({ from: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={t('form.to')} wrong={wrong === 'to' ? refusal : null}>
          {(props) => (
            <input
              {...props}
              type="date"
              value={draft.to}
              onInput={(event) => set({ to: event.currentTarget.value })}
            />
          )}
        </Field>
      </div>
      <ScopeFields
        scope={draft.scope}
        onChange={(scope) => set({ scope })}
        wrong={wrong === 'scope' ? refusal : null}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={draft.hardLimit}
          onChange={() => set({ hardLimit: !draft.hardLimit })}
        />
        {t('form.hardLimit')}
      </label>
      {draft.hardLimit && (
        <label class="check">
          <input
            type="checkbox"
            checked={draft.unpriced === 'allow'}
            onChange={() => set({ unpriced: draft.unpriced === 'allow' ? 'deny' : 'allow' })}
          />
          {t('form.unpriced')}
        </label>
      )}
      <div class="fields">
        <NameField name={name} onName={setName} />
        <Field label={t('form.reason')}>
          {(props) => (
            <input
              {...props}
              maxLength={1_000}
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          )}
        </Field>
      </div>
      {refusal && <Refused refusal={refusal} inField={wrong !== null} />}
      <FormFoot
        action={t(writable ? 'form.save' : 'form.diff')}
        sending={sending}
        onCancel={() => onDone()}
      >
        {budget !== null && (
          <RemoveButton
            disabled={sending || name.trim() === ''}
            onRemove={() => void send('DELETE')}
          />
        )}
      </FormFoot>
    </form>
  );
}

function sendBudget(
  method: 'POST' | 'PUT' | 'DELETE',
  {
    budget,
    draft,
    reason,
  }: { budget: BudgetFormProps['budget']; draft: BudgetDraft; reason: string },
): Promise<BudgetEdited> {
  const why = reason.trim() === '' ? {} : { reason: reason.trim() };
  const path = budget === null ? '/api/budgets' : `/api/budgets/${encodeURIComponent(budget.id)}`;
  if (method === 'DELETE') {
    return sendJson(`${path}?${new URLSearchParams(why)}`, { method, actor: actor.value });
  }
  return sendJson(path, {
    method,
    actor: actor.value,
    body: {
      budget: entryOf(draft, budget?.definition ?? null),
      ...(budget === null ? {} : { version: budget.version }),
      ...why,
    },
  });
}

/** What the server says, and where it may not write the change to make by hand. */
function Refused({ refusal, inField }: { refusal: Refusal; inField: boolean }) {
  if (inField) return null;
  return (
    <div class="panel-error" role="alert">
      <p>
        <strong>{refusal.diff === undefined ? refusal.title : t('form.apply')}</strong>
        <br />
        {refusal.detail}
      </p>
      {refusal.diff !== undefined && (
        <div class="snippet">
          <header>
            <h3>{refusal.file}</h3>
            <CopyButton text={refusal.diff} />
          </header>
          <pre tabIndex={0} aria-label={t('form.apply')}>
            <code>{refusal.diff}</code>
          </pre>
        </div>
      )}
    </div>
  );
}

function RunbookField({
  draft,
  set,
  wrong,
}: {
  draft: BudgetDraft;
  set: (patch: Partial<BudgetDraft>) => void;
  wrong: Problem | null;
}) {
  const runbooks = useApi<{ items: RunbookHead[] }>('/api/runbooks', { liveness: 'fixed' }).data;
  const names = new Set([draft.runbook, ...(runbooks?.items ?? []).map(({ name }) => name)]);
  return (
    <ChoiceField
      label={t('form.runbook')}
      choices={['', ...[...names].filter(Boolean)]}
      value={draft.runbook}
      wordOf={(each) => (each === '' ? t('form.runbookDefault') : each)}
      onChoose={(runbook) => set({ runbook })}
      wrong={wrong}
    />
  );
}

/** Asks once more in place: a budget that is gone watches nothing. */
function RemoveButton({ disabled, onRemove }: { disabled: boolean; onRemove: () => void }) {
  const [asked, setAsked] = useState(false);
  return (
    <button
      type="button"
      class="button remove"
      disabled={disabled}
      onBlur={() => setAsked(false)}
      onClick={() => (asked ? onRemove() : setAsked(true))}
    >
      {t(asked ? 'form.removeSure' : 'form.remove')}
    </button>
  );
}
