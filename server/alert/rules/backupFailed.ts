/** BackupFailed: the newest backup failed, or none was made for too long. */
import { formatTime } from '@burnbook/domain/time';
import type { AlertRule } from './alertRule.js';

export interface BackupFacts {
  /** What went wrong with the newest try; null: nothing. */
  readonly failure: { readonly atNs: bigint; readonly message: string } | null;
  /** When the newest good one was made; null: never. */
  readonly lastNs: bigint | null;
  /** When the next one must be there at the latest; null: none is wanted by a schedule. */
  readonly dueNs: bigint | null;
}

/** @param backups how they stand; null: none are configured and none were tried. */
export const backupFailed = (backups: () => BackupFacts | null): AlertRule => ({
  source: 'event',
  names: ['BackupFailed'],
  after: 'commit',
  evaluate: ({ nowNs }) => {
    const facts = backups();
    if (!facts) return Promise.resolve([]);
    const { failure, lastNs, dueNs } = facts;
    const last = lastNs === null ? 'never' : formatTime(lastNs);
    const isOverdue = dueNs !== null && nowNs >= dueNs;
    if (!failure && !isOverdue) return Promise.resolve([]);
    return Promise.resolve([
      {
        name: 'BackupFailed',
        subject: {},
        severity: 'ticket',
        state: 'firing',
        summary: failure
          ? `the backup of ${formatTime(failure.atNs)} failed: ${failure.message}; the last good one: ${last}`
          : `a backup is overdue; the last good one: ${last}`,
        owner: null,
        runbook: 'BackupFailed',
        sinceNs: failure?.atNs ?? dueNs ?? nowNs,
        details: { figures: { lastGood: last } },
      },
    ]);
  },
});
