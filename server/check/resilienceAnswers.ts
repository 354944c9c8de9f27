/** What people said of items of the resilience checklist that telemetry cannot tell. */
import {
  resilienceItems,
  type ResilienceAnswer,
  type ResilienceItemId,
} from '@burnbook/domain/runbook/resilienceItems';
import {
  reasonOf,
  reasonText,
  type ResilienceReason,
} from '@burnbook/domain/runbook/resilienceReasons';
import { DAY_NS, formatTime } from '@burnbook/domain/time';
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import type { Score } from './resilienceScores.js';

export interface SaidAnswer {
  readonly answer: ResilienceAnswer;
  readonly by: string;
  readonly atNs: bigint;
  readonly note: string | null;
}

/** By pipeline, then by item. */
export type SaidAnswers = ReadonlyMap<string, ReadonlyMap<string, SaidAnswer>>;

/** Older than this nobody should lean on it: somebody has to look again. */
const SAID_DAYS_MAX = 180;

/** The newest of each item. @throws StoreError */
export async function readAnswers(store: StoreClient): Promise<SaidAnswers> {
  const found = new Map<string, Map<string, SaidAnswer>>();
  for (const row of await store.query('resilience_answers', {})) {
    const pipeline = row['pipeline'] as string;
    const ofPipeline = found.get(pipeline) ?? new Map<string, SaidAnswer>();
    found.set(pipeline, ofPipeline.set(row['item'] as string, saidAnswerOf(row)));
  }
  return found;
}

export const saidAnswerOf = (row: QueryRow): SaidAnswer => ({
  answer: row['answer'] as ResilienceAnswer,
  by: row['actor'] as string,
  atNs: row['at_ns'] as bigint,
  note: (row['note'] as string | null) || null,
});

/** Whether a person may answer the item: no telemetry ever can, or it could and does not. */
export function isForPeople(id: ResilienceItemId, told: Score): boolean {
  const item = resilienceItems[id];
  return 'isByHand' in item || ('isByHandToo' in item && told.state === 'cannotTell');
}

/** What follows from the newest answer. */
export function scoreSaid({ answer, by, atNs, note }: SaidAnswer, nowNs: bigint): Score {
  const days = nowNs > atNs ? (nowNs - atNs) / DAY_NS : 0n;
  const isOld = days > SAID_DAYS_MAX;
  const says =
    note === null ? (isOld ? 'saidLongAgo' : 'said') : isOld ? 'saidNoteLongAgo' : 'saidNote';
  const because = reasonOf(says, {
    answer,
    by,
    age: String(days),
    day: formatTime(atNs).slice(0, 10),
    days: String(SAID_DAYS_MAX),
    note: note ?? '',
  });
  return { state: isOld ? 'cannotTell' : STATES[answer], because, evidence: null };
}

/** The reason in English. */
export function becauseText(because: ResilienceReason): string {
  const { answer, age } = because.values;
  return reasonText(because, {
    ...(answer !== undefined && Object.hasOwn(WORDS, answer)
      ? { answer: WORDS[answer as ResilienceAnswer] }
      : {}),
    ...(age === undefined
      ? {}
      : { age: age === '0' ? 'today' : age === '1' ? '1 day ago' : `${age} days ago` }),
  });
}

const WORDS: Readonly<Record<ResilienceAnswer, string>> = {
  done: 'done',
  notDone: 'not done',
  notApplicable: 'does not apply',
};
const STATES = { done: 'yes', notDone: 'no', notApplicable: 'notApplicable' } as const;
