/**
 * The resilience checklist: what keeps an AI data pipeline from waking people and from spending without end. Its words stand
 * in `runbooks/resilience-checklist.md` with why each matters and how to get there.
 */

interface ResilienceItem {
  readonly text: string;
  /** No telemetry could ever say so: a person has to look. */
  readonly isByHand?: true;
  /** Where telemetry cannot tell, a person may. */
  readonly isByHandToo?: true;
}

export const resilienceItems = {
  'has-slo': { text: 'An SLO says how good is good enough' },
  deadline: { text: 'Its batches have a schedule and a deadline' },
  owner: { text: 'It has an owner' },
  'tested-runbook': { text: 'The runbooks of its alerts were followed within 90 days' },
  'whole-telemetry': { text: 'Its telemetry arrives whole' },
  'quality-checks': { text: 'Its data is checked before others use it' },
  'retry-budget': { text: 'Retries have a budget' },
  backoff: { text: 'Retries wait, each for another time' },
  'idempotency-key': { text: 'A call that is made twice is paid once' },
  'spend-cap': { text: 'A hard limit stops its spend' },
  priced: { text: 'Every model call has a price' },
  'backfill-tested': { text: 'A backfill succeeded within 90 days' },
  'dead-letters': { text: 'Dead letters are drained', isByHandToo: true },
  'input-kept': { text: 'Its input is kept until its output is accepted', isByHand: true },
  'pinned-model': { text: 'Model and prompt are pinned, and changed on purpose', isByHand: true },
  fallback: { text: 'A second model or provider was tried', isByHand: true },
} as const satisfies Record<string, ResilienceItem>;

/** What a person may say of an item. */
export const RESILIENCE_ANSWERS = ['done', 'notDone', 'notApplicable'] as const;
export type ResilienceAnswer = (typeof RESILIENCE_ANSWERS)[number];

export type ResilienceItemId = keyof typeof resilienceItems;
type ByHandId = {
  [Id in ResilienceItemId]: (typeof resilienceItems)[Id] extends { isByHand: true } ? Id : never;
}[ResilienceItemId];
export type ScoredItemId = Exclude<ResilienceItemId, ByHandId>;

export const isResilienceItem = (id: string): id is ResilienceItemId =>
  Object.hasOwn(resilienceItems, id);

export const isScored = (id: ResilienceItemId): id is ScoredItemId =>
  !('isByHand' in resilienceItems[id]);
