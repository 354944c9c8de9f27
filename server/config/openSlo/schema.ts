/** The shape of OpenSLO v1 objects, as far as Burnbook keeps it; source: the OpenSLO specification, version v1. */
import { z } from 'zod';

const TEXT_LENGTH_MAX = 1_050;
const NAME_LENGTH_MAX = 100;

const text = z.string().max(TEXT_LENGTH_MAX);
const length = z.string({ error: 'must be a length of time with its unit, such as 28d' });

export const objectName = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,${NAME_LENGTH_MAX - 1}}$`),
    `must be letters, digits and . _ - (at most ${NAME_LENGTH_MAX})`,
  );

const metadata = z.strictObject({
  name: objectName,
  displayName: text.optional(),
  labels: z.record(z.string(), z.union([text, z.array(text)])).nullish(),
  annotations: z.record(z.string(), text).nullish(),
});

const metricSource = z.strictObject({
  metricSource: z.strictObject({
    metricSourceRef: z.string().optional(),
    type: z.string().optional(),
    spec: z.unknown(),
  }),
});

const indicatorSpec = z.strictObject({
  description: text.optional(),
  thresholdMetric: metricSource.optional(),
  ratioMetric: z
    .strictObject({
      counter: z.boolean().optional(),
      good: metricSource.optional(),
      bad: metricSource.optional(),
      total: metricSource.optional(),
      rawType: z.string().optional(),
      raw: z.unknown().optional(),
    })
    .optional(),
});

const conditionSpec = z.strictObject({
  description: text.optional(),
  severity: z.string(),
  condition: z.strictObject({
    kind: z.string().default('burnrate'),
    op: z.enum(['lt', 'lte', 'gt', 'gte'], { error: 'must be gt or gte' }),
    threshold: z.number({ error: 'must be a burn rate, such as 14.4' }),
    lookbackWindow: length,
    alertAfter: length.optional(),
  }),
});

const targetSpec = z.strictObject({
  target: z.string().min(1).max(NAME_LENGTH_MAX),
  description: text.optional(),
});

/** An object in the place where it is used: with a kind of its own and without one. */
const inline = <Kind extends string, Spec extends z.ZodType>(kind: Kind, spec: Spec) =>
  z.strictObject({ apiVersion: z.string().optional(), kind: z.literal(kind), metadata, spec });

const policySpec = z.strictObject({
  description: text.optional(),
  alertWhenNoData: z.boolean().optional(),
  alertWhenResolved: z.boolean().optional(),
  alertWhenBreaching: z.boolean().optional(),
  conditions: z
    .array(
      z.union([
        z.strictObject({ conditionRef: objectName }),
        inline('AlertCondition', conditionSpec),
      ]),
    )
    .nullish(),
  notificationTargets: z
    .array(
      z.union([
        z.strictObject({ targetRef: objectName }),
        inline('AlertNotificationTarget', targetSpec),
      ]),
    )
    .nullish(),
});

const share = z.number({ error: 'must be a number' });

const sloSpec = z.strictObject({
  description: text.optional(),
  service: objectName,
  indicator: z
    .strictObject({
      apiVersion: z.string().optional(),
      kind: z.literal('SLI').optional(),
      metadata,
      spec: indicatorSpec,
    })
    .optional(),
  indicatorRef: objectName.optional(),
  timeWindow: z
    .array(
      z.strictObject({
        duration: length,
        isRolling: z.boolean().optional(),
        calendar: z.strictObject({ startTime: z.string(), timeZone: z.string() }).optional(),
      }),
    )
    .length(1, 'must be one window'),
  budgetingMethod: z.enum(['Occurrences', 'Timeslices', 'RatioTimeslices'], {
    error: 'must be Occurrences, Timeslices or RatioTimeslices',
  }),
  objectives: z
    .array(
      z.strictObject({
        displayName: text.optional(),
        op: z.enum(['lt', 'lte', 'gt', 'gte'], { error: 'must be lt, lte, gt or gte' }).optional(),
        value: z.number({ error: 'must be a number' }).optional(),
        target: share.optional(),
        targetPercent: share.optional(),
        timeSliceTarget: share
          .gt(0, 'must be above 0 and at most 1, such as 0.95')
          .max(1, 'must be above 0 and at most 1, such as 0.95')
          .optional(),
        timeSliceWindow: z.union([z.string(), z.number()]).optional(),
        // Of composite SLOs, which are refused by name.
        indicator: z.unknown().optional(),
        indicatorRef: z.unknown().optional(),
        compositeWeight: z.unknown().optional(),
      }),
    )
    .min(1, 'must be at least one objective')
    .max(10),
  alertPolicies: z
    .array(
      z.union([
        objectName,
        z.strictObject({ alertPolicyRef: objectName }),
        inline('AlertPolicy', policySpec),
      ]),
    )
    .nullish(),
});

const document = <Spec extends z.ZodType>(kind: string, spec: Spec) =>
  z.strictObject({ apiVersion: z.string(), kind: z.literal(kind), metadata, spec });

/** What a whole document of each kind is. */
export const KINDS = {
  Service: document('Service', z.strictObject({ description: text.optional() }).nullish()),
  SLI: document('SLI', indicatorSpec),
  SLO: document('SLO', sloSpec),
  AlertPolicy: document('AlertPolicy', policySpec),
  AlertCondition: document('AlertCondition', conditionSpec),
  AlertNotificationTarget: document('AlertNotificationTarget', targetSpec),
} as const;

export type Kind = keyof typeof KINDS;
export type SpecOf<K extends Kind> = z.infer<(typeof KINDS)[K]>['spec'];
export type Metadata = z.infer<typeof metadata>;
export type MetricSource = z.infer<typeof metricSource>['metricSource'];
export type ObjectiveSpec = SpecOf<'SLO'>['objectives'][number];
