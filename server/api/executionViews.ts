/** Executions from facts to what the contract says. */
import { inOrderDone, type StepStanding } from '@burnbook/domain/runbook/execution';
import { formatTime } from '@burnbook/domain/time';
import type { Execution, ExecutionEvent, ExecutionSummary } from '../contract.js';
import type { Followed, FollowedEvent } from '../execution/followed.js';
import type { ApiContext } from './apiContext.js';
import { timeOrNull } from './views.js';

export function executionView(api: ApiContext, { start, events, state }: Followed): Execution {
  const { finished, verify } = state;
  const now = api.runbooks().get(start.runbook);
  return {
    id: start.executionId,
    runbook: start.runbook,
    title: start.title,
    revision: start.revision,
    isOutdated: now?.revision !== start.revision,
    place: { ...start.place },
    incidentId: start.incidentId,
    alertId: start.alertId,
    gameDay: start.gameDay,
    state: finished ? 'finished' : 'open',
    outcome: finished?.outcome ?? null,
    reason: finished?.reason ?? null,
    startedAt: formatTime(start.startedNs),
    startedBy: start.startedBy,
    holder: state.holder,
    finishedAt: timeOrNull(finished?.atNs ?? null),
    finishedBy: finished?.by ?? null,
    steps: state.steps.map(stepView),
    currentStep: state.currentStep,
    verify: {
      state: verify.state,
      passes: verify.passes,
      at: timeOrNull(verify.askedNs),
      checks: [...verify.answers],
      reason: verify.reason,
    },
    events: inOrderDone(events).map(eventView),
  };
}

export const executionSummary = ({ start, state }: Followed): ExecutionSummary => ({
  id: start.executionId,
  runbook: start.runbook,
  title: start.title,
  state: state.finished ? 'finished' : 'open',
  currentStep: state.currentStep,
  holder: state.holder,
  verify: { state: state.verify.state },
});

const stepView = ({ atNs, tookNs, ...step }: StepStanding): Execution['steps'][number] => ({
  ...step,
  at: timeOrNull(atNs),
  seconds: tookNs === null ? null : Number(tookNs / 1_000_000n) / 1_000,
});

const eventView = ({ eventId, atNs, doneNs, ...event }: FollowedEvent): ExecutionEvent => ({
  id: eventId,
  at: formatTime(atNs),
  doneAt: formatTime(doneNs),
  actor: event.actor,
  kind: event.kind,
  step: event.step,
  text: event.text,
});
