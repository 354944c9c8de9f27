/** Executions: a runbook being followed, by whom, how far, and what its Verify says. */
import { OUTCOMES } from '@burnbook/domain/runbook/execution';
import { z } from 'zod';
import { count, freshnessSchema, listOf, time, usd } from './common.js';
import { verifyStateSchema } from './executionSummary.js';
import { checkAnswerSchema } from './runbook.js';

export const executionOutcomeSchema = z.enum(OUTCOMES);

/** What people do in an execution. `tick` … `untick`: of one step. */
export const newExecutionEventSchema = z.strictObject({
  /** Made by the client: sent again, it happens once. */
  id: z.uuid(),
  kind: z.enum(['tick', 'untick', 'skip', 'note', 'handOver', 'override']),
  /** Required of `tick`, `untick` and `skip`. */
  step: z.number().int().min(1).max(100).optional(),
  /** Of a note its words, of a skip and an override the reason, of a handover the name of who takes over. */
  text: z.string().trim().min(1).max(10_000).optional(),
  /** When it was done, by the clock of who did it; left out: now. A later instant than the server's counts as now. */
  at: time.optional(),
});
export type NewExecutionEvent = z.infer<typeof newExecutionEventSchema>;
/** `POST /api/executions/{id}/events`; all of them or none. */
export const newExecutionEventsSchema = z.strictObject({
  events: z.array(newExecutionEventSchema).min(1).max(200),
  /**
   * When the client sends this, by the clock that `at` is of: what that clock is wrong by is taken off. Left out: it is
   * taken to be right.
   */
  sentAt: time.optional(),
});
/** `POST /api/runbooks/{name}/executions`: starts one, or answers the open one of the same runbook and incident. */
export const newExecutionSchema = z.strictObject({
  incident: z.string().min(1).max(200).optional(),
  alert: z.string().min(1).max(200).optional(),
  /** What fills the placeholders. */
  place: z.record(z.string().max(40), z.string().max(1_000)).default({}),
  /** Set by a game day: it does not count as a use in earnest. */
  gameDay: z.boolean().default(false),
});
/** `POST /api/executions/{id}/finish` */
export const finishExecutionSchema = z.strictObject({
  outcome: executionOutcomeSchema,
  reason: z.string().trim().max(1_000).optional(),
});

export const executionEventSchema = z.object({
  id: z.string(),
  /** When the server has known it. */
  at: time,
  /** When it was done. */
  doneAt: time,
  actor: z.string(),
  kind: z.enum([
    'started',
    'tick',
    'untick',
    'skip',
    'note',
    'handOver',
    'override',
    'verify',
    'finished',
  ]),
  step: z.number().int().nullable(),
  text: z.string().nullable(),
});
export type ExecutionEvent = z.infer<typeof executionEventSchema>;

export const executionStepSchema = z.object({
  number: z.number().int(),
  section: z.string(),
  text: z.string(),
  state: z.enum(['open', 'done', 'skipped']),
  by: z.string().nullable(),
  at: time.nullable(),
  reason: z.string().nullable(),
  /** From the step before it (or the start) to its end, seconds. */
  seconds: z.number().nullable(),
});

export const executionSchema = z.object({
  id: z.string(),
  runbook: z.string(),
  title: z.string(),
  revision: z.string(),
  /** The runbook has changed since: the steps may be others. */
  isOutdated: z.boolean(),
  place: z.record(z.string(), z.string()),
  incidentId: z.string().nullable(),
  alertId: z.string().nullable(),
  gameDay: z.boolean(),
  state: z.enum(['open', 'finished']),
  outcome: executionOutcomeSchema.nullable(),
  reason: z.string().nullable(),
  startedAt: time,
  startedBy: z.string(),
  /** Who is at it: who started it, or to whom it was handed over. */
  holder: z.string(),
  finishedAt: time.nullable(),
  finishedBy: z.string().nullable(),
  steps: z.array(executionStepSchema),
  /** The first open step; null: none is. */
  currentStep: z.number().int().nullable(),
  verify: z.object({
    state: verifyStateSchema,
    /** Passes in a row since the last step. */
    passes: count,
    at: time.nullable(),
    checks: z.array(checkAnswerSchema),
    /** Of an override. */
    reason: z.string().nullable(),
  }),
  /** Oldest first. */
  events: z.array(executionEventSchema),
});
export type Execution = z.infer<typeof executionSchema>;
/** `/api/executions/{id}` */
export const executionDetailSchema = freshnessSchema.extend({ execution: executionSchema });
export type ExecutionDetail = z.infer<typeof executionDetailSchema>;
/** `/api/executions?runbook=&incident=&state=`: newest first, without their events. */
export const executionsSchema = listOf(executionSchema.omit({ events: true })).extend(
  freshnessSchema.shape,
);
export type Executions = z.infer<typeof executionsSchema>;

/** SSE `/api/events`: event `execution`, once a change. */
export const executionEventNoticeSchema = z.object({ at: time, executions: z.array(z.string()) });
export type ExecutionNotice = z.infer<typeof executionEventNoticeSchema>;

/** Seconds at the median; null: nobody got there. */
const seconds = z.number().nullable();
/** `/api/runbooks/{name}/learning`: what following it has shown, by revision, the newest first. */
export const learningSchema = freshnessSchema.extend({
  revisions: z.array(
    z.object({
      revision: z.string(),
      isCurrent: z.boolean(),
      firstUsedAt: time,
      lastUsedAt: time,
      executions: count,
      gameDays: count,
      /** Whose figures these are: game days count only where nobody has used the revision in earnest. */
      figuresOf: z.enum(['uses', 'gameDays']),
      outcomes: z.record(executionOutcomeSchema, count),
      /** Alert to acknowledgement, alert to resolution, start to the first step done. */
      mttaSeconds: seconds,
      mttrSeconds: seconds,
      firstActionSeconds: seconds,
      steps: z.array(
        z.object({
          number: z.number().int(),
          text: z.string(),
          reached: count,
          done: count,
          skipped: count,
          /** Executions that stood before it, and ended without a good outcome or were left for a day. */
          droppedOff: count,
          seconds,
          /** Medians of the ten minutes before and after the step was done, of uses of which both are known; null: of none. */
          burnBefore: z.number().nullable(),
          burnAfter: z.number().nullable(),
          usdPerHourBefore: usd.nullable(),
          usdPerHourAfter: usd.nullable(),
        }),
      ),
    }),
  ),
});
export type Learning = z.infer<typeof learningSchema>;
