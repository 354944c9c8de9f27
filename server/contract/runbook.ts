/** Runbooks. */
import { z } from 'zod';

export const runbookHeadSchema = z.object({
  name: z.string(),
  title: z.string(),
  severity: z.enum(['page', 'ticket']),
  owner: z.string(),
  reviewed: z.string().nullable(),
  tested: z.string().nullable(),
});
export const runbookSchema = runbookHeadSchema.extend({
  /** Sanitised HTML; each `<figure data-panel="…" data-params="…">` is the place of a live panel. */
  html: z.string(),
  /** sha-256 of the source, first 12 hex digits: the revision. */
  revision: z.string(),
  panels: z.array(
    z.object({ id: z.string(), panel: z.string(), params: z.record(z.string(), z.string()) }),
  ),
});
export type Runbook = z.infer<typeof runbookSchema>;
export type RunbookHead = z.infer<typeof runbookHeadSchema>;
