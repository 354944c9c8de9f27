/** An execution with all that happened in it, as it stands. */
import {
  executionState,
  isVerifiedAnew,
  type ExecutionEvent,
  type ExecutionStart,
  type ExecutionState,
} from '@burnbook/domain/runbook/execution';
import { afterStep, overridden } from '@burnbook/domain/runbook/verify';
import type { CheckAnswer, RunbookCheck } from '../contract.js';

export type FollowedEvent = ExecutionEvent<CheckAnswer>;

export interface Followed {
  readonly start: ExecutionStart;
  /** What its Verify asks. */
  readonly checks: readonly RunbookCheck[];
  /** In the order in which the server heard of them. */
  readonly events: readonly FollowedEvent[];
  readonly state: ExecutionState<CheckAnswer>;
}

/** The execution after these events; what the checks said last stays as it is, as far as the events let it. */
export function happened(followed: Followed, news: readonly FollowedEvent[]): Followed {
  const events = [...followed.events, ...news];
  const state = executionState(followed.start, events);
  if (followed.state.finished) return { ...followed, events, state };
  const verify = news.reduce((standing, event) => {
    const { kind, atNs, text } = event;
    if (isVerifiedAnew(event, followed.start)) return afterStep(standing, atNs);
    return kind === 'override' ? overridden(standing, text ?? '') : standing;
  }, followed.state.verify);
  return { ...followed, events, state: { ...state, verify } };
}
