/** Backups. */
import { z } from 'zod';
import { count, freshnessSchema, listOf, time } from './common.js';

export const backupSchema = z.object({
  name: z.string(),
  /** Folder on the server's machine with the database and a manifest. */
  path: z.string(),
  at: time,
  bytes: count,
  /** Of all tables, as they were counted in the copy. */
  rows: z.string(),
});
export type BackupView = z.infer<typeof backupSchema>;

/** The newest first. */
export const backupsSchema = listOf(backupSchema).extend({
  /** When the next one must be there at the latest; null: no schedule wants one. */
  dueAt: time.nullable(),
  /** What went wrong with the newest try; null: nothing. */
  failure: z.object({ at: time, message: z.string() }).nullable(),
  freshness: freshnessSchema,
});
export type BackupsView = z.infer<typeof backupsSchema>;
