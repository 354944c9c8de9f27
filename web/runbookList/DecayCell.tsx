import type { Decay } from '../../server/contract.js';
import { t } from '../i18n/t.js';
import { Status, type StatusKind } from '../parts/Status.js';

/** From here on a runbook is to be looked at, from here on not to be trusted. */
const OLD = 30;
const BAD = 60;

/** How far a runbook has decayed, in a word and a number; a tap says why. */
export function DecayCell({ decay, name }: { decay: Decay; name: string }) {
  const { score, reasons } = decay;
  const word: 'good' | 'old' | 'bad' = score >= BAD ? 'bad' : score >= OLD ? 'old' : 'good';
  const kinds: Record<typeof word, StatusKind> = { good: 'ok', old: 'increasing', bad: 'critical' };
  const status = (
    <Status kind={kinds[word]} word={`${t(`runbooks.decay.${word}`)} · ${Math.round(score)}`} />
  );
  if (reasons.length === 0) return status;
  return (
    <details class="decay">
      <summary aria-label={t('runbooks.why', { name, n: Math.round(score) })}>{status}</summary>
      <ul class="rows">
        {reasons.map(({ kind, points, text }) => (
          <li key={kind}>
            +{Math.round(points)} {text}
          </li>
        ))}
      </ul>
    </details>
  );
}
