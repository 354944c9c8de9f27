import type { BurnWord, Budget, RunState, SloView } from '../../server/contract.js';
import { t } from '../i18n/t.js';

export type StatusKind =
  RunState | Budget['state'] | SloView['state'] | BurnWord | 'page' | 'ticket' | 'byHand';

type Tone = 'calm' | 'warn' | 'crit' | 'none';

// A status is a shape, a word and, only when someone is needed, a colour: it reads without seeing colours.
const SHAPES: Record<StatusKind, { tone: Tone; shape: string }> = {
  succeeded: { tone: 'calm', shape: 'disc' },
  running: { tone: 'calm', shape: 'half' },
  open: { tone: 'none', shape: 'ring' },
  lost: { tone: 'none', shape: 'dotted' },
  unknown: { tone: 'none', shape: 'dotted' },
  cancelled: { tone: 'none', shape: 'bar' },
  failed: { tone: 'crit', shape: 'triangle' },
  page: { tone: 'crit', shape: 'triangle' },
  ticket: { tone: 'warn', shape: 'delta' },
  ok: { tone: 'calm', shape: 'disc' },
  increasing: { tone: 'warn', shape: 'delta' },
  critical: { tone: 'crit', shape: 'triangle' },
  recovering: { tone: 'warn', shape: 'half' },
  exhausted: { tone: 'crit', shape: 'triangle' },
  idle: { tone: 'none', shape: 'bar' },
  acceptable: { tone: 'calm', shape: 'disc' },
  noData: { tone: 'none', shape: 'dotted' },
  inactive: { tone: 'none', shape: 'bar' },
  byHand: { tone: 'none', shape: 'square' },
};

interface StatusProps {
  kind: StatusKind;
  strong?: boolean;
  /** Another word than the kind's own. */
  word?: string;
}

/** ● OK, △ Increasing, ▲ Critical, ◐ Running, ◌ No data. */
export function Status({ kind, strong = false, word }: StatusProps) {
  const { tone, shape } = SHAPES[kind];
  return (
    <span class={`status tone-${tone}${strong ? ' strong' : ''}`} title={hint(kind)}>
      <Shape shape={shape} />
      {word ?? t(`status.${kind}`)}
    </span>
  );
}

function Shape({ shape }: { shape: string }) {
  return (
    <svg class="shape" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {shape === 'disc' && <circle cx="6" cy="6" r="4.2" class="fill" />}
      {shape === 'ring' && <circle cx="6" cy="6" r="4" class="stroke" />}
      {shape === 'dotted' && (
        <circle cx="6" cy="6" r="4" class="stroke" stroke-dasharray="1.6 1.55" />
      )}
      {shape === 'square' && <path d="M2.5 2.5h7v7h-7z" class="stroke" />}
      {shape === 'bar' && <path d="M2 6h8" class="stroke" />}
      {shape === 'half' && (
        <>
          <circle cx="6" cy="6" r="4" class="stroke" />
          <path d="M6 2a4 4 0 0 1 0 8z" class="fill" />
        </>
      )}
      {shape === 'triangle' && <path d="M6 1.2 11.3 10.6H.7z" class="fill" />}
      {shape === 'delta' && <path d="M6 2.2 10.4 10H1.6z" class="stroke" />}
    </svg>
  );
}

function hint(kind: StatusKind): string | undefined {
  if (kind === 'lost') return t('status.lostHint');
  if (kind === 'open') return t('status.openHint');
  return undefined;
}
