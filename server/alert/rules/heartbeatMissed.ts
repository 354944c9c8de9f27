/** HeartbeatMissed: something that should have given a sign of life did not. */
import type { Severity } from '@burnbook/domain/slo/slo';
import { formatTime } from '@burnbook/domain/time';
import type { AlertRule } from './alertRule.js';

export interface HeartbeatFacts {
  readonly name: string;
  readonly missed: boolean;
  /** When it should have come at the latest. */
  readonly dueNs: bigint;
  /** null: never. */
  readonly lastNs: bigint | null;
  readonly owner: string | null;
  readonly severity: Severity;
}

/** @param heartbeats all that are expected. */
export const heartbeatMissed = (
  heartbeats: () => Promise<readonly HeartbeatFacts[]>,
): AlertRule => ({
  source: 'event',
  names: ['HeartbeatMissed'],
  after: 'commit',
  evaluate: async () => {
    const missed = (await heartbeats()).filter((heartbeat) => heartbeat.missed);
    return missed.map(({ name, dueNs, lastNs, owner, severity }) => {
      const last = lastNs === null ? 'never' : formatTime(lastNs);
      return {
        name: 'HeartbeatMissed',
        subject: { heartbeat: name },
        severity,
        state: 'firing',
        summary: `the heartbeat ${name} was due by ${formatTime(dueNs)} and last came: ${last}`,
        owner,
        runbook: 'HeartbeatMissed',
        sinceNs: dueNs,
        details: { figures: { due: formatTime(dueNs), last } },
      };
    });
  },
});
