/** Which groups of events an indicator counts, and which of them are good. */
import type { EventFilter, EventKind, Indicator } from '@burnbook/domain/slo/slo';
import { tagsOf } from '@burnbook/domain/tags';
import type { EventGroup } from './eventGroup.js';

type Test = (group: EventGroup) => boolean;

/** An indicator that counts events. */
export type CountedIndicator = Extract<Indicator, { kind: 'ratio' | 'threshold' }>;

export interface EventMatch {
  readonly kind: EventKind;
  /** Pipelines that its events can have; null: any. */
  readonly pipelines: readonly string[] | null;
  /** Attributes besides pipeline, outcome and class of error that it tells events apart by. */
  readonly by: readonly string[];
  /** What of an event is compared, and the whole numbers that decide; null: nothing is. */
  readonly value: { readonly name: string; readonly limits: readonly bigint[] } | null;
  readonly isValid: Test;
  /** @param limits those that the groups were asked with, ascending. */
  readonly isGood: (group: EventGroup, limits: readonly bigint[]) => boolean;
}

export function eventMatch(indicator: CountedIndicator): EventMatch {
  return indicator.kind === 'ratio' ? ratioMatch(indicator) : thresholdMatch(indicator);
}

function ratioMatch(indicator: Extract<Indicator, { kind: 'ratio' }>): EventMatch {
  const { total, good, bad } = indicator;
  const isValid = filterTest(total.where);
  const isOne = filterTest((good ?? bad)?.where ?? {});
  return {
    kind: total.events,
    pipelines: exactPipelines(total.where),
    by: attributesOf(total.where, good?.where ?? {}, bad?.where ?? {}),
    value: null,
    isValid,
    isGood: good ? isOne : (group) => !isOne(group),
  };
}

function thresholdMatch(indicator: Extract<Indicator, { kind: 'threshold' }>): EventMatch {
  const { events, value, op, limit } = indicator;
  const isValid = filterTest(events.where);
  // Whole numbers: `v < l` and `v ≥ l` change at ⌈l⌉, `v ≤ l` and `v > l` at ⌊l⌋ + 1.
  const scaled = limit * valueScale(value);
  const edge = BigInt(op === 'lt' || op === 'gte' ? Math.ceil(scaled) : Math.floor(scaled) + 1);
  const wantsLess = op === 'lt' || op === 'lte';
  return {
    kind: events.events,
    pipelines: exactPipelines(events.where),
    by: attributesOf(events.where),
    value: { name: value, limits: [edge] },
    // What has no such value is no event of the indicator: unknown is not good, and not bad either.
    isValid: (group) => group.rank !== null && isValid(group),
    isGood: (group, limits) => {
      const below = limits.indexOf(edge);
      return wantsLess ? (group.rank ?? 0) <= below : (group.rank ?? 0) > below;
    },
  };
}

/** Stored units in one of the definition: milliseconds are kept in nanoseconds. */
const valueScale = (value: string): number => (NANOSECOND_VALUES.has(value) ? 1e6 : 1);
const NANOSECOND_VALUES: ReadonlySet<string> = new Set(['latency', 'backoff', 'queueWait']);

/** What every query of events groups by. */
const ALWAYS: ReadonlySet<string> = new Set(['pipeline', 'outcome', 'errorClass']);

function attributesOf(...filters: EventFilter[]): string[] {
  const names = filters.flatMap((filter) => Object.keys(filter));
  const asked = names.map((name) => (name.startsWith('tag.') ? 'tags' : name));
  return [...new Set(asked)].filter((name) => !ALWAYS.has(name));
}

function exactPipelines({ pipeline }: EventFilter): readonly string[] | null {
  if (!pipeline || pipeline.some((name) => name.endsWith('*'))) return null;
  return pipeline;
}

function filterTest(filter: EventFilter): Test {
  const tests = Object.entries(filter).map(([name, wanted]): Test => {
    const matches = valueTest(wanted);
    if (!name.startsWith('tag.')) {
      return name === 'pipeline'
        ? ({ pipeline }) => matches(pipeline)
        : ({ attributes }) => matches(attributes[name]);
    }
    const tag = name.slice('tag.'.length);
    return ({ attributes }) => matches(tagOf(attributes['tags'], tag));
  });
  return (group) => tests.every((test) => test(group));
}

function tagOf(text: unknown, tag: string): string | undefined {
  const tags = tagsOf(typeof text === 'string' ? text : null);
  return tags.find(([name]) => name === tag)?.[1];
}

function valueTest(wanted: readonly string[]): (value: unknown) => boolean {
  const exact = new Set(wanted.filter((text) => !text.endsWith('*')));
  const prefixes = wanted.filter((text) => text.endsWith('*')).map((text) => text.slice(0, -1));
  return (value) =>
    typeof value === 'string' &&
    (exact.has(value) || prefixes.some((prefix) => value.startsWith(prefix)));
}
