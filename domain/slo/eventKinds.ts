/** What events have: by what a filter may tell them apart, and which numbers a threshold may compare. */
import {
  ATTEMPT_OUTCOMES,
  CHECK_OUTCOMES,
  ERROR_CLASSES,
  RUN_KINDS,
  RUN_OUTCOMES,
} from '../semconv.js';
import type { EventKind } from './slo.js';

export interface EventTraits {
  /** Keys of `where`; `tag.` stands for every tag. */
  readonly keys: readonly string[];
  /** Keys that have one of few values: any other is a slip of the pen, and would count nothing without a word. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** Numbers of `thresholdMetric`; `latency` in milliseconds. */
  readonly values: readonly string[];
}

const PLACE = ['pipeline', 'run', 'batch', 'step'];
const attemptWords = { outcome: ATTEMPT_OUTCOMES, errorClass: ERROR_CLASSES };

export const EVENT_TRAITS: Readonly<Record<EventKind, EventTraits>> = {
  attempts: {
    keys: [...PLACE, 'name', 'outcome', 'errorClass'],
    words: attemptWords,
    values: ['latency', 'number', 'backoff'],
  },
  operations: {
    keys: [...PLACE, 'name', 'outcome', 'errorClass'],
    words: attemptWords,
    values: ['latency', 'attempts'],
  },
  runs: {
    keys: ['pipeline', 'run', 'batch', 'outcome', 'runKind', 'team', 'environment'],
    words: { outcome: RUN_OUTCOMES, runKind: RUN_KINDS },
    values: ['latency'],
  },
  modelCalls: {
    keys: [...PLACE, 'team', 'environment', 'outcome', 'provider', 'model', 'operation', 'tag.'],
    words: { outcome: ['succeeded', 'failed'] },
    values: ['latency', 'inputTokens', 'outputTokens'],
  },
  rows: {
    keys: [...PLACE, 'outcome'],
    words: { outcome: ['succeeded', 'failed'] },
    values: [],
  },
  qualityChecks: {
    keys: [...PLACE, 'name', 'outcome'],
    words: { outcome: CHECK_OUTCOMES },
    values: [],
  },
  server: { keys: ['name', 'outcome'], words: {}, values: ['latency'] },
};

/** What is wrong with one part of a filter; null: nothing. */
export function filterProblem(
  events: EventKind,
  { key, value }: { readonly key: string; readonly value: string },
): string | null {
  const { keys, words } = EVENT_TRAITS[events];
  const isTag = key.startsWith('tag.') && key.length > 'tag.'.length;
  if (!(isTag ? keys.includes('tag.') : keys.includes(key) && key !== 'tag.')) {
    const known = keys.map((name) => (name === 'tag.' ? 'tag.x' : name)).join(', ');
    return `${events} have no ${JSON.stringify(key)}; they have ${known}`;
  }
  const star = value.indexOf('*');
  if (star >= 0 && star < value.length - 1) return 'a star may only stand at the end of a value';
  const known = words[key];
  if (!known) return null;
  const prefix = star < 0 ? null : value.slice(0, -1);
  return known.some((word) => (prefix === null ? word === value : word.startsWith(prefix)))
    ? null
    : `${key} of ${events} is one of ${known.join(', ')}, not ${JSON.stringify(value)}`;
}
