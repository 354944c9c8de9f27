/** DiskNearlyFull: where the database is, little room is left; a full disk refuses all telemetry. */
import type { DiskSettings } from '@burnbook/domain/alert/ruleSettings';
import { percent, type AlertRule } from './alertRule.js';

export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface DiskNearlyFullOptions {
  readonly readDisk: () => Promise<DiskSpace>;
  /** As the configuration has them now. */
  readonly settings: () => DiskSettings;
}

const GB = 1e9;

export const diskNearlyFull = ({ readDisk, settings }: DiskNearlyFullOptions): AlertRule => ({
  source: 'event',
  names: ['DiskNearlyFull'],
  after: 'minute',
  evaluate: async ({ nowNs }) => {
    const { freeBytes, totalBytes } = await readDisk();
    const share = totalBytes > 0 ? freeBytes / totalBytes : 0;
    const { ticketBelow, pageBelow } = settings();
    if (share >= ticketBelow) return [];
    const free = `${(freeBytes / GB).toFixed(1)} GB`;
    const total = `${(totalBytes / GB).toFixed(1)} GB`;
    return [
      {
        name: 'DiskNearlyFull',
        subject: {},
        severity: share < pageBelow ? 'page' : 'ticket',
        state: 'firing',
        summary: `${free} of ${total} are free where the database is: ${percent(share)}`,
        owner: null,
        runbook: 'DiskNearlyFull',
        sinceNs: nowNs,
        details: { figures: { free, total, share: percent(share) } },
      },
    ];
  },
});
