import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Problem } from '../../server/contract.js';
import { queryClient } from '../api/queryClient.js';
import { refusalOf } from '../api/refusalOf.js';
import { actor } from '../form/actor.js';
import { LateNameDialog } from './LateNameDialog.js';

interface ActButtonProps {
  label: string;
  /** Does it in the name of `actor`. @throws ApiError */
  act: () => Promise<unknown>;
  class?: string;
  children?: ComponentChildren;
}

/** A button that acts at one press; the first time in this browser it asks who presses it. */
export function ActButton({ label, act, class: look = 'button', children }: ActButtonProps) {
  const [asking, setAsking] = useState(false);
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<Problem | null>(null);

  const run = async () => {
    setSending(true);
    setRefusal(null);
    try {
      await act();
      await queryClient.invalidateQueries({ queryKey: ['live'] });
    } catch (error) {
      setRefusal(refusalOf(error));
    } finally {
      setSending(false);
    }
  };
  return (
    <>
      <button
        type="button"
        class={look}
        disabled={sending}
        onClick={() => (actor.value === '' ? setAsking(true) : void run())}
      >
        {label}
        {children}
      </button>
      {refusal && (
        <span class="wrong" role="alert">
          {refusal.detail ?? refusal.title}
        </span>
      )}
      {asking && (
        <LateNameDialog
          title={label}
          onClose={() => setAsking(false)}
          onNamed={() => {
            setAsking(false);
            void run();
          }}
        />
      )}
    </>
  );
}
