import { t } from '../i18n/t.js';
import { Instant } from '../parts/Instant.js';
import { VerifyStatus } from '../execution/VerifyStatus.js';
import type { StepAsk } from './StepFoot.js';
import type { Run } from './useRun.js';

/** Whether it is over, as the checks of Verify say together, and the way out when they are wrong. */
export function VerifyBlock({ run, onAsk }: { run: Run; onAsk: (ask: StepAsk) => void }) {
  const execution = run.execution.value;
  if (!execution) return null;
  const { verify, state } = execution;
  const mayOverride =
    state === 'open' && !['passed', 'overridden', 'byHand'].includes(verify.state);
  return (
    <div class="verify" role="status">
      <VerifyStatus verify={verify} />{' '}
      <span>
        {t(`verify.means.${verify.state}`)}
        {verify.reason !== null && ` ${verify.reason}`}
        {verify.at !== null && (
          <>
            {' '}
            <Instant at={verify.at} seconds />
          </>
        )}
      </span>
      {mayOverride && (
        <button
          type="button"
          class="link-button no-print"
          onClick={() => onAsk({ kind: 'override' })}
        >
          {t('verify.override')}
        </button>
      )}
    </div>
  );
}
