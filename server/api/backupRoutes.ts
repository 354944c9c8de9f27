/** Backups: the list, and a new one now, in the folder that the configuration names. */
import { formatTime } from '@burnbook/domain/time';
import { backupSchema, backupsSchema, type BackupView, type BackupsView } from '../contract.js';
import type { Backup } from '../store/backup/backupFolder.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { route, type RouteRequest } from './route.js';
import { timeOrNull } from './views.js';

export const backupRoutes = [
  route({
    path: '/api/backups',
    summary: 'Backups and how they stand, the newest first',
    query: {},
    answer: backupsSchema,
    handle: list,
  }),
  route({
    method: 'post',
    path: '/api/backups',
    summary: 'Make a backup now and check it: all that is stored, reservations included',
    query: {},
    status: 201,
    answer: backupSchema,
    handle: make,
  }),
];

async function list({ api }: RouteRequest): Promise<BackupsView> {
  const { failure, dueNs } = api.backups.facts;
  return {
    items: (await api.backups.list()).map(backupView),
    nextCursor: null,
    dueAt: timeOrNull(dueNs),
    failure: failure && { at: formatTime(failure.atNs), message: failure.message },
    freshness: await freshness(api),
  };
}

async function make({ api }: RouteRequest): Promise<BackupView> {
  try {
    return backupView(await api.backups.make());
  } catch (error) {
    throw new ApiError(422, `the backup failed: ${(error as Error).message}`);
  }
}

const backupView = ({ name, path, atNs, bytes, rows }: Backup): BackupView => ({
  name,
  path,
  at: formatTime(atNs),
  bytes,
  rows: rows.toString(),
});
