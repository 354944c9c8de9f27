/** Alerts, incidents, silences. */
import { ENTRY_SAYINGS } from '@burnbook/domain/alert/entryFacts';
import { z } from 'zod';
import { freshnessSchema, listOf, time, usd } from './common.js';
import { executionSummarySchema } from './executionSummary.js';

export const severitySchema = z.enum(['page', 'ticket']);
export const alertStateSchema = z.enum(['pending', 'firing', 'frozen', 'resolved']);

export const alertRowSchema = z.object({
  id: z.string(),
  name: z.string(),
  source: z.enum(['slo', 'occurrence', 'budget', 'cost', 'event']),
  /** slo, pipeline, batch, budget, model, provider, destination …: what it is about. */
  subject: z.record(z.string(), z.string()),
  severity: severitySchema,
  state: alertStateSchema,
  summary: z.string(),
  owner: z.string().nullable(),
  /** Path of the page with the runbook, filled for this alert: `/runbooks/RetryStorm?pipeline=…&alert=…`. */
  runbook: z.string(),
  /** The runbook's first action. */
  firstAction: z.string().nullable(),
  incidentId: z.string().nullable(),
  startedAt: time,
  firedAt: time.nullable(),
  changedAt: time,
  resolvedAt: time.nullable(),
  reason: z.string().nullable(),
  budgetLeft: z.number().nullable(),
  emptyAt: time.nullable(),
  stakeUsd: usd.nullable(),
  figures: z.record(z.string(), z.string()),
  /** Why nobody is told, while it is so. */
  muted: z
    .object({ by: z.enum(['silence', 'page', 'upstream']), id: z.string(), until: time.nullable() })
    .nullable(),
});
export type AlertRow = z.infer<typeof alertRowSchema>;
/** `/api/alerts?state=&severity=&pipeline=&name=`: firing pages first. */
export const alertsSchema = listOf(alertRowSchema).extend(freshnessSchema.shape);
export type Alerts = z.infer<typeof alertsSchema>;

export const incidentEntrySchema = z.object({
  id: z.string(),
  at: time,
  kind: z.enum([
    'opened',
    'alert',
    'acknowledged',
    'escalated',
    'note',
    'step',
    'silenced',
    'notified',
    'reopened',
    'closed',
  ]),
  actor: z.string(),
  text: z.string(),
  /** What the text says, for pages that say it in another language; null: it has a person's own words. */
  facts: z
    .object({
      says: z.enum(ENTRY_SAYINGS),
      values: z.record(z.string(), z.string()),
      /** The alert that fires, as it was then. */
      alert: z
        .object({
          name: z.string(),
          subject: z.record(z.string(), z.string()),
          figures: z.record(z.string(), z.string()),
          summary: z.string(),
        })
        .nullable(),
    })
    .nullable(),
});
export type IncidentEntry = z.infer<typeof incidentEntrySchema>;

export const incidentSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** The alert that it was opened for, whose name and subject are its title; null: that is not among its alerts any more. */
  about: z.object({ name: z.string(), subject: z.record(z.string(), z.string()) }).nullable(),
  severity: severitySchema,
  pipeline: z.string().nullable(),
  state: z.enum(['open', 'acknowledged', 'closed']),
  openedAt: time,
  changedAt: time,
  acknowledgedAt: time.nullable(),
  acknowledgedBy: z.string().nullable(),
  acknowledgementEndsAt: time.nullable(),
  escalatedAt: time.nullable(),
  closedAt: time.nullable(),
  closedBy: z.string().nullable(),
  reason: z.string().nullable(),
  alerts: z.array(alertRowSchema),
});
export type Incident = z.infer<typeof incidentSchema>;
export const incidentsSchema = listOf(incidentSchema).extend(freshnessSchema.shape);
export type Incidents = z.infer<typeof incidentsSchema>;

export const incidentDetailSchema = freshnessSchema.extend({
  incident: incidentSchema,
  timeline: z.array(incidentEntrySchema),
  /** Runbooks that are or were followed for it, the newest first; at most 50. */
  executions: z.array(executionSummarySchema),
  /** Markdown, ready to paste. */
  postmortem: z.string(),
});
export type IncidentDetail = z.infer<typeof incidentDetailSchema>;

/** `POST /api/incidents/{id}/entries` */
export const newEntrySchema = z.strictObject({
  text: z.string().trim().min(1).max(10_000),
  /** `step`: of a runbook. */
  kind: z.enum(['note', 'step']).default('note'),
});
/** `POST /api/incidents/{id}/close`, `/api/alerts/{id}/close` (a frozen or held one, "not recovered") */
export const closeSchema = z.strictObject({ reason: z.string().trim().min(3).max(1_000) });

/** Label → value, `*` at the end allowed; all must match. Labels: name, severity, and those of the subject. */
export const matchersSchema = z.record(z.string().min(1), z.string().min(1));
export const silenceSchema = z.object({
  id: z.string(),
  matchers: matchersSchema,
  from: time,
  to: time,
  actor: z.string(),
  reason: z.string(),
  createdAt: time,
  removedAt: time.nullable(),
  removedBy: z.string().nullable(),
});
export type Silence = z.infer<typeof silenceSchema>;
export const newSilenceSchema = z.strictObject({
  matchers: matchersSchema,
  from: time.optional(),
  to: time,
  reason: z.string().trim().min(3).max(500),
});
/** `POST /api/alerts/{id}/silence` */
export const silenceAlertSchema = z.strictObject({
  seconds: z
    .number()
    .int()
    .min(60)
    .max(30 * 86_400),
  reason: z.string().trim().min(3).max(500),
});

/** `/api/alerts/{id}` */
export const alertDetailSchema = freshnessSchema.extend({
  alert: alertRowSchema,
  /** What became of it, the newest change first. */
  history: z.array(
    z.object({
      at: time,
      state: alertStateSchema,
      severity: severitySchema,
      summary: z.string(),
      actor: z.string(),
      reason: z.string().nullable(),
    }),
  ),
  /** Who was told of it, or is to be, the newest message first; at most 100. */
  messages: z.array(
    z.object({
      id: z.string(),
      destination: z.string(),
      kind: z.string(),
      state: z.string(),
      at: time,
    }),
  ),
});
export type AlertDetail = z.infer<typeof alertDetailSchema>;

export const silencesSchema = listOf(silenceSchema).extend(freshnessSchema.shape);
export type Silences = z.infer<typeof silencesSchema>;

/** SSE `/api/events`: event `alert`, once a change of alerts or incidents. */
export const alertEventSchema = z.object({
  at: time,
  /** Ids, at most 100 of each. */
  alerts: z.array(z.string()),
  incidents: z.array(z.string()),
});
export type AlertEvent = z.infer<typeof alertEventSchema>;
