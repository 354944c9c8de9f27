/** Runbooks, and the checks in them. */
import { z } from 'zod';
import { RESILIENCE_ANSWERS } from '@burnbook/domain/runbook/resilienceItems';
import { count, freshnessSchema, listOf, time } from './common.js';
import { severitySchema } from './alert.js';

/** `document`: Markdown from elsewhere, shown as it is; the linter says what it lacks. */
export const runbookKindSchema = z.enum(['alert', 'procedure', 'document']);

/** What the linter found in one file. */
export const lintFindingSchema = z.object({
  file: z.string(),
  /** From 1. */
  line: z.number().int(),
  level: z.enum(['error', 'warning']),
  /** Stable name of the rule, such as `section-missing`. */
  rule: z.string(),
  message: z.string(),
  /** What to do about it. */
  help: z.string(),
});
export type LintFinding = z.infer<typeof lintFindingSchema>;

export const decaySchema = z.object({
  /** 0: as good as new; 100: do not trust it. */
  score: z.number().min(0).max(100),
  reasons: z.array(
    z.object({
      kind: z.enum(['untested', 'unreviewed', 'failedChecks', 'deadLinks', 'unusedSteps', 'lint']),
      points: z.number().min(0),
      text: z.string(),
    }),
  ),
});
export type Decay = z.infer<typeof decaySchema>;

export const runbookHeadSchema = z.object({
  /** Of the file, without `.md`. */
  name: z.string(),
  kind: runbookKindSchema,
  title: z.string(),
  severity: severitySchema.nullable(),
  owner: z.string().nullable(),
  escalation: z.string().nullable(),
  /** Days, `YYYY-MM-DD`. */
  reviewed: z.string().nullable(),
  tested: z.string().nullable(),
  expectedMinutes: z.number().nullable(),
  /** Hash of the content without its stamps, first 12 hex digits. */
  revision: z.string(),
  /** How many findings the linter has. */
  findings: count,
});
export const runbookListSchema = z
  .object({
    items: z.array(
      runbookHeadSchema.extend({
        decay: decaySchema,
        /** Times that it was followed, whatever the revision. */
        uses: count,
        lastUsedAt: time.nullable(),
      }),
    ),
    nextCursor: z.null(),
  })
  .extend(freshnessSchema.shape);
export type RunbookList = z.infer<typeof runbookListSchema>;

export const runbookStepSchema = z.object({
  number: z.number().int().min(1),
  section: z.string(),
  /** Its first words. */
  text: z.string(),
});
export const runbookSchema = runbookHeadSchema.extend({
  /**
   * Sanitised HTML; each `<figure data-panel="…" data-params="…">` is the place of a live panel, each
   * `<figure data-check="…">` of a live check.
   */
  html: z.string(),
  steps: z.array(runbookStepSchema),
  panels: z.array(
    z.object({
      id: z.string(),
      panel: z.string(),
      params: z.record(z.string(), z.string()),
      /** The step that it stands in; null: between the steps. */
      step: z.number().int().nullable(),
    }),
  ),
  checks: z.array(
    z.object({
      id: z.string(),
      question: z.string(),
      params: z.record(z.string(), z.string()),
      expect: z.string(),
      /** What the question asks, in words. */
      asks: z.string(),
      step: z.number().int().nullable(),
      section: z.string(),
      /** Parameters that nothing has filled: the check cannot tell until they are. */
      open: z.array(z.string()),
    }),
  ),
  findingsList: z.array(lintFindingSchema),
});
export type Runbook = z.infer<typeof runbookSchema>;
export type RunbookHead = z.infer<typeof runbookHeadSchema>;
export type RunbookCheck = Runbook['checks'][number];

export const checkStateSchema = z.enum(['passes', 'fails', 'cannotTell']);

/** `/api/checks/{question}?expect=…&<parameter>=…` */
export const checkAnswerSchema = z.object({
  question: z.string(),
  params: z.record(z.string(), z.string()),
  expect: z.string(),
  state: checkStateSchema,
  /** As a person reads it, with its unit; null: unknown. */
  value: z.string().nullable(),
  /** In the unit of the question; of a word: null. */
  number: z.number().nullable(),
  /** When the question was asked. */
  at: time,
  /** The instant that the facts are of; null: there are none. */
  factsAt: time.nullable(),
  /** Share of the facts that is there, 0 to 1; null where it is not known. */
  coverage: z.number().min(0).max(1).nullable(),
  /** Why it cannot tell. */
  reason: z.string().nullable(),
  /** Path of the page that shows the facts. */
  evidence: z.string().nullable(),
});
export type CheckAnswer = z.infer<typeof checkAnswerSchema>;

/** What a person said of an item that telemetry cannot tell. */
export const resilienceSaidSchema = z.object({
  answer: z.enum(RESILIENCE_ANSWERS),
  by: z.string(),
  at: time,
  note: z.string().nullable(),
});
export type ResilienceSaid = z.infer<typeof resilienceSaidSchema>;
/** `POST /api/resilience/answers`: added to what was said before. */
export const newResilienceAnswerSchema = z.strictObject({
  pipeline: z.string().min(1).max(1_000),
  item: z.string().min(1).max(100),
  answer: z.enum(RESILIENCE_ANSWERS),
  note: z.string().trim().max(1_000).optional(),
});
/** `/api/resilience/answers?pipeline=&item=`: all that was said, newest first. */
export const resilienceAnswersSchema = listOf(resilienceSaidSchema).extend(freshnessSchema.shape);
export type ResilienceAnswers = z.infer<typeof resilienceAnswersSchema>;

/** `/api/resilience`: the checklist, scored for each pipeline. */
export const resilienceItemSchema = z.object({
  id: z.string(),
  /** The item's words in the checklist. */
  text: z.string(),
  /** `byHand`: telemetry cannot say; a person has to look. `notApplicable`: a person says so. */
  state: z.enum(['yes', 'no', 'cannotTell', 'byHand', 'notApplicable']),
  /** What it stands on. */
  because: z.string(),
  /** The same as facts, for pages that say it in another language. */
  reason: z.object({ says: z.string(), values: z.record(z.string(), z.string()) }),
  evidence: z.string().nullable(),
  /** Telemetry does not tell: a person may. */
  canAnswer: z.boolean(),
  /** The newest answer of a person; null: nobody has said anything, or telemetry tells. */
  said: resilienceSaidSchema.nullable(),
});
export const resilienceSchema = listOf(
  z.object({
    pipeline: z.string(),
    owner: z.string().nullable(),
    /** Of those that telemetry scores or a person has answered. */
    yes: count,
    no: count,
    cannotTell: count,
    items: z.array(resilienceItemSchema),
  }),
).extend(freshnessSchema.shape);
export type Resilience = z.infer<typeof resilienceSchema>;
