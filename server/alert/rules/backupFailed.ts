/** BackupFailed: the newest backup failed, or none was made for too long. */
import { formatTime } from '@burnbook/domain/time';
import type { BackupFacts } from '../../store/backup/backups.js';
import type { AlertRule } from './alertRule.js';

/** @param backups how they stand. */
export const backupFailed = (backups: () => BackupFacts): AlertRule => ({
  source: 'event',
  names: ['BackupFailed'],
  after: 'commit',
  evaluate: ({ nowNs }) => {
    const { failure, lastNs, dueNs } = backups();
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
        details: {
          figures: {
            lastGood: last,
            ...(failure ? { failedAt: formatTime(failure.atNs), fault: failure.message } : {}),
          },
        },
      },
    ]);
  },
});
