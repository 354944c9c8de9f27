/** From an SLI to what is counted. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { EVENT_TRAITS, filterProblem } from '@burnbook/domain/slo/eventKinds';
import {
  EVENT_KINDS,
  type EventFilter,
  type EventQuery,
  type Indicator,
} from '@burnbook/domain/slo/slo';
import { NS_PER_SECOND } from '@burnbook/domain/time';
import type { Place } from './objects.js';
import type { MetricSource, ObjectiveSpec, SpecOf } from './schema.js';
import { sqlProblem } from './sqlCheck.js';

const SOURCE_TYPE = 'burnbook';
const AGE_MIN_SECONDS = 60;
const AGE_MAX_SECONDS = 400 * 86_400;

const name = z.string().min(1).max(256);
const filterValue = z.union([name, z.number(), z.boolean()]).transform(String);

const eventsSchema = z.strictObject({
  events: z.enum(EVENT_KINDS, { error: `must be one of ${EVENT_KINDS.join(', ')}` }),
  where: z
    .record(z.string(), z.union([filterValue, z.array(filterValue).min(1).max(50)]))
    .nullish(),
});

const thresholdSchema = eventsSchema.extend({ value: name });

const freshnessSchema = z.strictObject({
  freshness: z
    .strictObject({ pipeline: name.optional(), dataset: name.optional() })
    .refine(
      ({ pipeline, dataset }) => (pipeline === undefined) !== (dataset === undefined),
      'must name a pipeline or a dataset',
    ),
});

const deadlineSchema = z.strictObject({
  deadline: z.strictObject({
    pipeline: name,
    weight: z
      .enum(['occurrences', 'rows', 'dollars'], { error: 'must be occurrences, rows or dollars' })
      .default('occurrences'),
  }),
});

const sqlSchema = z.strictObject({ sql: z.string().max(10_000), pipeline: name.optional() });

export interface IndicatorSource {
  readonly spec: SpecOf<'SLI'>;
  /** Of `spec`. */
  readonly place: Place;
}

/** @returns null, with a fault told, when it is not one that Burnbook can count. */
export function readIndicator(
  { spec, place }: IndicatorSource,
  objective: { readonly spec: ObjectiveSpec; readonly place: Place },
): Indicator | null {
  const { ratioMetric, thresholdMetric } = spec;
  if ((ratioMetric === undefined) === (thresholdMetric === undefined)) {
    place.refuse('must have a ratioMetric or a thresholdMetric');
    return null;
  }
  if (ratioMetric) {
    if (objective.spec.value !== undefined) {
      objective.place.at('value').refuse('only a thresholdMetric has a value to compare');
    }
    return readRatio(ratioMetric, place.at('ratioMetric'));
  }
  return thresholdMetric
    ? readThreshold(
        thresholdMetric.metricSource,
        place.at('thresholdMetric', 'metricSource'),
        objective,
      )
    : null;
}

/** The key of an indicator's counts: two SLOs with the same indicator have the same. */
export function indicatorIdOf(indicator: Indicator): string {
  const text = JSON.stringify(indicator, (_key, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Pipelines that its events can come from; empty: any. */
export function pipelinesOf(indicator: Indicator): string[] {
  switch (indicator.kind) {
    case 'ratio':
      return exactPipelines(indicator.total.where);
    case 'threshold':
      return exactPipelines(indicator.events.where);
    case 'freshness':
    case 'deadline':
    case 'sql':
      return indicator.pipeline === null ? [] : [indicator.pipeline];
  }
}

const exactPipelines = ({ pipeline = [] }: EventFilter): string[] =>
  pipeline.some((said) => said.endsWith('*')) ? [] : [...pipeline];

function readRatio(
  metric: NonNullable<SpecOf<'SLI'>['ratioMetric']>,
  place: Place,
): Indicator | null {
  for (const key of ['raw', 'rawType'] as const) {
    if (metric[key] !== undefined) {
      place.at(key).refuse('is not supported: a ratio is counted from good (or bad) and total');
      return null;
    }
  }
  if (metric.counter === false) {
    place.at('counter').refuse('false is not supported: events are counted');
  }
  if ((metric.good === undefined) === (metric.bad === undefined) || !metric.total) {
    place.refuse('must have total, and either good or bad');
    return null;
  }
  const side = metric.good ? 'good' : 'bad';
  const total = readEvents(metric.total.metricSource, place.at('total', 'metricSource'));
  const part = metric[side];
  const counted = part && readEvents(part.metricSource, place.at(side, 'metricSource'));
  if (!total || !counted) return null;
  if (counted.events !== total.events) {
    place
      .at(side, 'metricSource', 'spec', 'events')
      .refuse(`must count what total counts: ${total.events}, not ${counted.events}`);
    return null;
  }
  return {
    kind: 'ratio',
    total,
    good: side === 'good' ? counted : null,
    bad: side === 'bad' ? counted : null,
  };
}

function readThreshold(
  source: MetricSource,
  place: Place,
  objective: { readonly spec: ObjectiveSpec; readonly place: Place },
): Indicator | null {
  if (!isBurnbook(source, place)) return null;
  const at = place.at('spec');
  const keys = Object.keys(source.spec ?? {});
  if (keys.includes('deadline') || keys.includes('sql')) {
    for (const key of ['op', 'value'] as const) {
      if (objective.spec[key] !== undefined) {
        objective.place.at(key).refuse('is not for a deadline or SQL: they say what is good');
      }
    }
    return keys.includes('sql') ? readSql(source.spec, at) : readDeadline(source.spec, at);
  }
  const { op, value } = objective.spec;
  if (op === undefined || value === undefined) {
    objective.place.refuse('a thresholdMetric needs op and value');
    return null;
  }
  if (keys.includes('freshness')) return readFreshness(source.spec, at, { ...objective, value });
  const spec = parsed(thresholdSchema, source.spec, at);
  if (!spec) return null;
  const { values } = EVENT_TRAITS[spec.events];
  if (!values.includes(spec.value)) {
    const known = values.length > 0 ? `they have ${values.join(', ')}` : 'they have none';
    at.at('value').refuse(`${spec.events} have no number ${JSON.stringify(spec.value)}; ${known}`);
    return null;
  }
  const events = queryOf(spec, at);
  return events && { kind: 'threshold', events, value: spec.value, op, limit: value };
}

function readFreshness(
  spec: unknown,
  place: Place,
  objective: { readonly spec: ObjectiveSpec; readonly place: Place; readonly value: number },
): Indicator | null {
  const said = parsed(freshnessSchema, spec, place);
  if (!said) return null;
  const { value } = objective;
  if (objective.spec.op !== 'lte' && objective.spec.op !== 'lt') {
    objective.place.at('op').refuse('must be lte: the newest success may be so many seconds old');
    return null;
  }
  if (!Number.isInteger(value) || value < AGE_MIN_SECONDS || value > AGE_MAX_SECONDS) {
    objective.place
      .at('value')
      .refuse(`must be whole seconds from ${AGE_MIN_SECONDS} to ${AGE_MAX_SECONDS}`);
    return null;
  }
  return {
    kind: 'freshness',
    pipeline: said.freshness.pipeline ?? null,
    dataset: said.freshness.dataset ?? null,
    ageMaxNs: BigInt(value) * NS_PER_SECOND,
  };
}

function readDeadline(spec: unknown, place: Place): Indicator | null {
  const said = parsed(deadlineSchema, spec, place);
  return said && { kind: 'deadline', ...said.deadline };
}

function readSql(spec: unknown, place: Place): Indicator | null {
  const said = parsed(sqlSchema, spec, place);
  if (!said) return null;
  const problem = sqlProblem(said.sql);
  if (problem) {
    place.at('sql').refuse(problem);
    return null;
  }
  return { kind: 'sql', sql: said.sql.trim(), pipeline: said.pipeline ?? null };
}

function readEvents(source: MetricSource, place: Place): EventQuery | null {
  if (!isBurnbook(source, place)) return null;
  const spec = parsed(eventsSchema, source.spec, place.at('spec'));
  return spec && queryOf(spec, place.at('spec'));
}

function queryOf({ events, where }: z.infer<typeof eventsSchema>, place: Place): EventQuery | null {
  const filter: Record<string, readonly string[]> = {};
  let whole = true;
  for (const [key, said] of Object.entries(where ?? {})) {
    const values = Array.isArray(said) ? said : [said];
    for (const value of values) {
      const problem = filterProblem(events, { key, value });
      if (!problem) continue;
      place.at('where', key).refuse(problem);
      whole = false;
    }
    filter[key] = values;
  }
  return whole ? { events, where: filter } : null;
}

function isBurnbook({ type, metricSourceRef }: MetricSource, place: Place): boolean {
  if (metricSourceRef !== undefined) {
    place
      .at('metricSourceRef')
      .refuse('is not supported: Burnbook reads what it has stored itself');
    return false;
  }
  if (type === SOURCE_TYPE) return true;
  const said = type === undefined ? 'is missing' : `${type} is not supported`;
  place.at('type').refuse(`${said}: metricSource.type must be ${SOURCE_TYPE}`);
  return false;
}

function parsed<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: Place,
): z.infer<Schema> | null {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) place.at(...path).refuse(message);
  return null;
}
