/** DiskNearlyFull: where the database is, little room is left; a full disk refuses all telemetry. */
import { percent, type AlertRule } from './alertRule.js';

export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

const TICKET_BELOW = 0.1;
const PAGE_BELOW = 0.03;
const GB = 1e9;

export const diskNearlyFull = (readDisk: () => Promise<DiskSpace>): AlertRule => ({
  source: 'event',
  names: ['DiskNearlyFull'],
  after: 'minute',
  evaluate: async ({ nowNs }) => {
    const { freeBytes, totalBytes } = await readDisk();
    const share = totalBytes > 0 ? freeBytes / totalBytes : 0;
    if (share >= TICKET_BELOW) return [];
    const free = `${(freeBytes / GB).toFixed(1)} GB`;
    const total = `${(totalBytes / GB).toFixed(1)} GB`;
    return [
      {
        name: 'DiskNearlyFull',
        subject: {},
        severity: share < PAGE_BELOW ? 'page' : 'ticket',
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
