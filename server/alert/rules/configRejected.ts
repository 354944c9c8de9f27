/** ConfigRejected: files were changed into something wrong; what they said before stays in force. */
import type { AlertRule } from './alertRule.js';

export interface Rejection {
  readonly atNs: bigint;
  /** `file:line: what is wrong`, a line a fault. */
  readonly message: string;
}

const LENGTH_MAX = 500;

/** @param rejection of the newest change; null: it is in force. */
export const configRejected = (rejection: () => Rejection | null): AlertRule => ({
  source: 'event',
  names: ['ConfigRejected'],
  after: 'commit',
  evaluate: () => {
    const now = rejection();
    if (!now) return Promise.resolve([]);
    const [fault = ''] = now.message.split('\n');
    return Promise.resolve([
      {
        name: 'ConfigRejected',
        subject: {},
        severity: 'ticket',
        state: 'firing',
        summary: `configuration rejected, the former one stays in force: ${fault.slice(0, LENGTH_MAX)}`,
        owner: null,
        runbook: 'ConfigRejected',
        sinceNs: now.atNs,
        details: {
          figures: {
            faults: String(now.message.split('\n').length),
            fault: fault.slice(0, LENGTH_MAX),
          },
        },
      },
    ]);
  },
});
