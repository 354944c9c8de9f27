import type { Execution } from '../../server/contract.js';
import { t } from '../i18n/t.js';
import { Status, type StatusKind } from '../parts/Status.js';

const STATUS: Record<Execution['verify']['state'], StatusKind> = {
  byHand: 'byHand',
  waiting: 'open',
  passing: 'running',
  passed: 'ok',
  failing: 'failed',
  cannotTell: 'unknown',
  overridden: 'inactive',
};

/** How the Verify of an execution stands: shape, word, and how often it has passed since the last step. */
export function VerifyStatus({
  verify,
}: {
  verify: Pick<Execution['verify'], 'state' | 'passes'>;
}) {
  return (
    <Status
      kind={STATUS[verify.state]}
      word={t(`verify.${verify.state}`, { n: verify.passes })}
      strong
    />
  );
}
