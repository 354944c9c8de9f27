import type { ComponentChildren } from 'preact';
import type { Problem } from '../../server/contract.js';
import { t } from '../i18n/t.js';

interface FormFootProps {
  /** The word on the button that submits. */
  action: string;
  /** While what was submitted is under way. */
  sending?: boolean;
  /** Why the server did not take it; null: it did, or was not asked. */
  refusal?: Problem | null;
  onCancel: () => void;
  /** Further buttons. */
  children?: ComponentChildren;
}

/** The end of a form: what was refused, the button that submits and the one that leaves it. */
export function FormFoot({
  action,
  sending = false,
  refusal = null,
  onCancel,
  children,
}: FormFootProps) {
  return (
    <>
      {refusal && (
        <p class="panel-error" role="alert">
          {refusal.detail ?? refusal.title}
        </p>
      )}
      <p class="form-actions">
        <button type="submit" class="button primary" disabled={sending}>
          {action}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {t('act.cancel')}
        </button>
        {children}
      </p>
    </>
  );
}
