/** SLOs: definitions, how they stand, their past, replay; exclusions of time. */
import { VERDICTS } from '@burnbook/domain/slo/occurrence';
import { z } from 'zod';
import { alertSchema, count, freshnessSchema, listOf, time } from './common.js';

/** Four words, on each window pair and on the whole: `critical` fires; `increasing`, `recovering`: one of two windows is over. */
export const burnWordSchema = z.enum(['critical', 'increasing', 'recovering', 'acceptable']);
export type BurnWord = z.infer<typeof burnWordSchema>;

/** `unknown`: too little of the due time is covered. `idle`: nothing was due. `exhausted`: no error budget is left. */
export const sloStateSchema = z.enum([
  'ok',
  'increasing',
  'critical',
  'recovering',
  'exhausted',
  'unknown',
  'idle',
]);

/** In the SLO's unit: whole events, or slices and dollars in parts. */
const amount = z.number().nonnegative();

/** Good and valid events of a stretch of time. `burnRate` null: no event. */
export const windowSumSchema = z.object({
  from: time,
  to: time,
  good: amount,
  total: amount,
  burnRate: z.number().nullable(),
  /** Share of the due time that telemetry covers, 0 to 1; null: nothing was due. */
  coverage: z.number().nullable(),
});

/** Whether a burn rate of exactly the factor fires: `gte` does. */
const limitOp = z.enum(['gt', 'gte']);

export const windowPairSchema = z.object({
  severity: z.enum(['page', 'ticket']),
  /** Such as `1h` and `5m`. */
  long: z.string(),
  short: z.string(),
  factor: z.number(),
  op: limitOp,
  word: burnWordSchema,
  longWindow: windowSumSchema,
  shortWindow: windowSumSchema,
  /** Whether the low-traffic test lets it fire; null: the burn is not over the factor. */
  significant: z.boolean().nullable(),
});

/** What a verdict says, for pages to say it in their language; `kind` says which of the rest there is. */
export const verdictFactsSchema = z.object({
  kind: z.enum([
    'problem',
    'idle',
    'unseen',
    'unknown',
    'exhausted',
    'occurrences',
    'frozen',
    'burning',
    'increasing',
    'recovering',
    'ok',
  ]),
  problem: z.string().nullable(),
  left: z.number().nullable(),
  coverage: z.number().nullable(),
  isOfOccurrences: z.boolean(),
  pair: z.string().nullable(),
  burnRate: z.number().nullable(),
  last: z.number().nullable(),
  emptyAt: time.nullable(),
  historyShare: z.number().nullable(),
});
export type VerdictFacts = z.infer<typeof verdictFactsSchema>;

/** An SLO in one row. */
export const sloSchema = z.object({
  name: z.string(),
  displayName: z.string(),
  service: z.string(),
  description: z.string(),
  owner: z.string().nullable(),
  runbook: z.string(),
  version: count,
  /** 0 to 1 */
  target: z.number(),
  method: z.enum(['Occurrences', 'Timeslices', 'RatioTimeslices']),
  /** `28d`, `month Europe/Berlin` */
  window: z.string(),
  windowKind: z.enum(['rolling', 'calendar']),
  indicatorKind: z.enum(['ratio', 'threshold', 'freshness', 'deadline', 'sql']),
  pipelines: z.array(z.string()),
  /** What good and total count; `dollars`: what the batches cost. */
  unit: z.enum(['events', 'slices', 'occurrences', 'rows', 'dollars']),
  state: sloStateSchema,
  /** One sentence: how it stands and what to expect. */
  verdict: z.string(),
  verdictFacts: verdictFactsSchema,
  period: windowSumSchema,
  /** Share of the period that has passed, 0 to 1; of a rolling window 1. */
  elapsed: z.number(),
  /** Share of the error budget that is left, signed; null: no event. */
  budgetLeft: z.number().nullable(),
  /** The total of the period is partly expected: the share is an estimate. */
  estimated: z.boolean(),
  /** Bad events that the budget still allows, signed. */
  badLeft: z.number().nullable(),
  emptyAt: time.nullable(),
  /** Burn rate of the last hour (or the shortest long window). */
  burnRate: z.number().nullable(),
  excludedSeconds: z.number(),
  /** The same without exclusions; null where there are none. */
  budgetLeftWithoutExclusions: z.number().nullable(),
  alerts: z.array(
    alertSchema.extend({
      id: z.string(),
      severity: z.enum(['page', 'ticket']),
      state: z.enum(['pending', 'firing', 'frozen']),
    }),
  ),
});
export type SloView = z.infer<typeof sloSchema>;

/** Sorted by time to empty, the soonest first. */
export const slosSchema = listOf(sloSchema).extend(freshnessSchema.shape);
export type Slos = z.infer<typeof slosSchema>;

export const sloDetailSchema = freshnessSchema.extend({
  slo: sloSchema,
  /** The definition as OpenSLO YAML, with file and line. */
  definition: z.object({
    yaml: z.string(),
    file: z.string(),
    line: count,
    /** Of a deadline: when its pipeline is expected, as `pipelines.yaml` says; null: it is none. */
    schedule: z.string().nullable(),
  }),
  pairs: z.array(windowPairSchema),
  /** The other kind of window, for the switch: the same SLO by calendar or rolling. */
  other: z.object({
    window: z.string(),
    windowKind: z.enum(['rolling', 'calendar']),
    period: windowSumSchema,
    budgetLeft: z.number().nullable(),
  }),
  /** What bad events have more often than good ones, over the range; most telling first, at most 10. */
  differs: z.array(
    z.object({
      attribute: z.string(),
      value: z.string(),
      bad: count,
      badTotal: count,
      good: count,
      goodTotal: count,
      /** Share among the bad over share among the good; null: never among the good. */
      ratio: z.number().nullable(),
    }),
  ),
  /** The newest bad events, at most 20, with the spans that prove them. */
  badEvents: z.array(
    z.object({
      at: time,
      pipeline: z.string().nullable(),
      batch: z.string().nullable(),
      step: z.string().nullable(),
      what: z.string(),
      evidence: z.object({ traceId: z.string(), spanId: z.string() }).nullable(),
    }),
  ),
  /** Simulated pages a month that a healthy service would raise at its present traffic; null: no traffic. */
  falsePagesPerMonth: z.number().nullable(),
  versions: z.array(
    z.object({
      version: count,
      from: time,
      actor: z.string(),
      reason: z.string().nullable(),
      removed: z.boolean(),
    }),
  ),
});
export type SloDetail = z.infer<typeof sloDetailSchema>;

/** `/api/slos/{name}/burn?from=&to=`: at most 500 points; for the burndown and the burn rate on a log scale. */
export const sloBurnSchema = freshnessSchema.extend({
  /** Factors of the SLO's own pairs, for the lines. */
  pairs: z.array(
    z.object({
      severity: z.enum(['page', 'ticket']),
      long: z.string(),
      short: z.string(),
      factor: z.number(),
      op: limitOp,
    }),
  ),
  points: z.array(
    z.object({
      at: time,
      good: amount,
      total: amount,
      /** Share of the error budget left at that time, signed; null before the first event. */
      budgetLeft: z.number().nullable(),
      /** What it would be at an even pace: 1 to 0 over a calendar period; of a rolling window since the beginning of the range. */
      pace: z.number().nullable(),
      /** Burn rate of each pair's long window as of then. */
      burnRates: z.array(z.number().nullable()),
      coverage: z.number().nullable(),
    }),
  ),
  annotations: z.array(
    z.object({
      at: time,
      kind: z.enum(['version', 'alert', 'exclusion', 'incident']),
      text: z.string(),
    }),
  ),
});
export type SloBurn = z.infer<typeof sloBurnSchema>;

export const verdictSchema = z.enum(VERDICTS);

const knownFactsSchema = z.object({
  good: amount,
  total: amount,
  budgetLeft: z.number().nullable(),
  verdict: z.string(),
  /** What the verdict says; null: it is of an occurrence, or was kept without. */
  facts: verdictFactsSchema.nullable(),
  /** Of an occurrence; null: it is of none. */
  outcome: verdictSchema.nullable(),
});

/** `/api/slos/{name}/history`: what the page showed when it was decided, beside what is known now. */
export const sloHistorySchema = freshnessSchema.extend({
  items: z.array(
    z.object({
      at: time,
      version: count,
      kind: z.enum(['snapshot', 'alert', 'occurrence']),
      knownThen: knownFactsSchema,
      correctedNow: knownFactsSchema,
      /** Why they differ: `late`, `moved`, `history`, `exclusion`, `version`, or what became of an occurrence; empty: they do not. */
      causes: z.array(z.string()),
      /** Nominal time of the occurrence that it is about; null: it is about none. */
      occurrence: time.nullable(),
    }),
  ),
  nextCursor: z.string().nullable(),
});
export type SloHistory = z.infer<typeof sloHistorySchema>;

/** An expected occurrence of a batch. */
export const occurrenceSchema = z.object({
  pipeline: z.string(),
  nominal: time,
  due: time,
  verdict: verdictSchema,
  /** What was said first, and when. */
  knownThen: z.object({ verdict: verdictSchema, at: time }).nullable(),
  decidedAt: time.nullable(),
  landedAt: time.nullable(),
  batch: z.string().nullable(),
  weight: z.number(),
  cause: z.string(),
  /** Probability that it misses its deadline, of one that is under way; with the method. */
  missProbability: z.object({ value: z.number(), method: z.string(), samples: count }).nullable(),
});
export type Occurrence = z.infer<typeof occurrenceSchema>;
export const occurrencesSchema = listOf(occurrenceSchema).extend(freshnessSchema.shape);

/** Time that does not count. */
export const exclusionWindowSchema = z.object({
  id: z.string(),
  /** slo, service or pipeline; empty: all. */
  scope: z.record(z.string(), z.string()),
  from: time,
  to: time,
  rrule: z.string().nullable(),
  timeZone: z.string(),
  reason: z.string(),
  actor: z.string(),
  createdAt: time,
  removedAt: time.nullable(),
  removedBy: z.string().nullable(),
  removedReason: z.string().nullable(),
});
export type ExclusionWindow = z.infer<typeof exclusionWindowSchema>;
export const newExclusionWindowSchema = z.strictObject({
  scope: z.strictObject({
    slo: z.string().min(1).max(256).optional(),
    service: z.string().min(1).max(256).optional(),
    pipeline: z.string().min(1).max(256).optional(),
  }),
  from: time,
  to: time,
  rrule: z.string().max(500).optional(),
  timeZone: z.string().default('UTC'),
  reason: z.string().trim().min(3).max(500),
});
export type NewExclusionWindow = z.infer<typeof newExclusionWindowSchema>;

/** `POST /api/slos/replay` */
export const replayRequestSchema = z.strictObject({
  /** One SLO (and its policies and indicator) as OpenSLO YAML; or the name of one that stands. */
  yaml: z.string().max(65_536).optional(),
  slo: z.string().optional(),
  /**
   * Of an SLO of a deadline: when its pipeline would be expected, as `schedule` of `pipelines.yaml`, in its YAML or as an
   * object. Left out: as it was at each time.
   */
  schedule: z.union([z.string().max(200_000), z.record(z.string(), z.unknown())]).optional(),
  from: time,
  to: time,
});
export const replaySchema = z.object({
  /** The proposed and, where there is one, the standing definition, over the same history. */
  runs: z.array(
    z.object({
      what: z.enum(['proposed', 'standing']),
      fires: z.array(
        z.object({
          severity: z.enum(['page', 'ticket']),
          /** The pair of windows; of an SLO of a deadline the name of the alert. */
          pair: z.string(),
          /** Nominal time of the occurrence that it is about; null: of none, or of the last ones. */
          occurrence: time.nullable(),
          from: time,
          to: time.nullable(),
          /** Share of the budget burnt when it fired. */
          budgetBurnt: z.number().nullable(),
          /** From the first bad event of the stretch to the firing, seconds. */
          latenessSeconds: z.number().nullable(),
          /** Of the time that it stood: how long nothing was seen that could have ended it. */
          unseenSeconds: z.number(),
          /** No more than noise: the budget spent in it was under what the pair is for. */
          noise: z.boolean(),
        }),
      ),
      pages: count,
      tickets: count,
      /**
       * Stretches in which more than 2 % of the budget burnt within an hour, and nothing fired; of an SLO of a deadline
       * occurrences that went wrong of which nothing was told within an hour.
       */
      misses: z.array(
        z.object({
          from: time,
          to: time,
          budgetBurnt: z.number(),
          occurrence: time.nullable(),
        }),
      ),
      medianLatenessSeconds: z.number().nullable(),
      noise: count,
      budgetLeft: z.number().nullable(),
      /** What the schedule expected in the range; null: the SLO is none of a deadline. */
      expected: z
        .object({
          /** How many of each verdict, as of now. */
          verdicts: z.partialRecord(verdictSchema, count),
          /** The newest, at most 1,000, oldest first. */
          occurrences: z.array(
            z.object({
              nominal: time,
              due: time,
              /** As of now. */
              verdict: verdictSchema,
              /** What was known of it from when on, as of the end of the range. */
              known: z.array(z.object({ at: time, verdict: verdictSchema, cause: z.string() })),
            }),
          ),
          /** Older ones that are not listed; they are counted. */
          leftOut: count,
        })
        .nullable(),
    }),
  ),
  series: z.array(z.object({ at: time, good: count, total: count })),
  /** When the server was away, and nothing was judged: the newest 200 stretches of the range, oldest first. */
  away: z.array(z.object({ from: time, to: time })),
});
export type Replay = z.infer<typeof replaySchema>;

/** SSE `/api/events`: event `slo`, when SLOs came to stand otherwise. */
export const sloEventSchema = z.object({
  at: time,
  /** Their names, at most 100. */
  slos: z.array(z.string()),
});
export type SloEvent = z.infer<typeof sloEventSchema>;
