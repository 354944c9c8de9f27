/** Executions from and to the rows of the store. */
import {
  executionState,
  type ExecutionEventKind,
  type ExecutionOutcome,
  type ExecutionStart,
  type PlannedStep,
} from '@burnbook/domain/runbook/execution';
import type { VerifyStanding } from '@burnbook/domain/runbook/verify';
import type { CheckAnswer, RunbookCheck } from '../contract.js';
import type { ExecutionEventRow, ExecutionRow } from '../store/commands/recordExecution.js';
import type { QueryRow } from '../store/protocol.js';
import type { Followed, FollowedEvent } from './followed.js';

/** What is noted when an execution begins: the runbook may change or go. */
interface Plan {
  readonly checks: readonly RunbookCheck[];
  readonly expectedMinutes: number | null;
}

/** @param events of this execution. */
export function followedOf(row: QueryRow, events: readonly FollowedEvent[]): Followed {
  const { checks, expectedMinutes } = JSON.parse(row['plan'] as string) as Plan;
  const start: ExecutionStart = {
    executionId: row['execution_id'] as string,
    runbook: row['runbook'] as string,
    title: row['title'] as string,
    revision: row['revision'] as string,
    place: JSON.parse(row['place'] as string) as Record<string, string>,
    steps: JSON.parse(row['steps'] as string) as PlannedStep[],
    incidentId: (row['incident_id'] ?? null) as string | null,
    alertId: (row['alert_id'] ?? null) as string | null,
    gameDay: row['game_day'] as boolean,
    startedNs: row['started_ns'] as bigint,
    startedBy: row['started_by'] as string,
    hasChecks: checks.length > 0,
    expectedMinutes,
  };
  return { start, checks, events, state: executionState(start, events) };
}

export function executionRow(start: ExecutionStart): ExecutionRow {
  const { hasChecks: _checks, expectedMinutes: _minutes, ...row } = start;
  return row;
}

export const planText = (plan: Plan): string => JSON.stringify(plan);

/** @param details of `started`, which says more than an event. */
export function eventRow(
  executionId: string,
  { verify, outcome, wasVerified, ...event }: FollowedEvent,
  details: string | null = null,
): ExecutionEventRow {
  const said = { ...(verify && { verify }), outcome, wasVerified };
  const hasMore = verify !== undefined || outcome !== undefined;
  return { ...event, executionId, details: hasMore ? bigJson(said) : details };
}

export function eventOf(row: QueryRow): FollowedEvent {
  const kind = row['kind'] as ExecutionEventKind;
  return {
    eventId: row['event_id'] as string,
    atNs: row['at_ns'] as bigint,
    doneNs: row['done_ns'] as bigint,
    actor: row['actor'] as string,
    kind,
    step: (row['step'] ?? null) as number | null,
    text: (row['text'] ?? null) as string | null,
    ...(kind === 'verify' || kind === 'finished' ? detailsOf(row['details'] as string) : {}),
  };
}

/** A standing as JSON has it: 64-bit numbers are texts. */
interface StoredStanding extends Omit<
  VerifyStanding<CheckAnswer>,
  'stepNs' | 'passedNs' | 'askedNs'
> {
  readonly stepNs: string;
  readonly passedNs: string | null;
  readonly askedNs: string | null;
}

function detailsOf(json: string): Pick<FollowedEvent, 'verify' | 'outcome' | 'wasVerified'> {
  const { verify, ...rest } = JSON.parse(json) as {
    readonly verify: StoredStanding;
    readonly outcome?: ExecutionOutcome;
    readonly wasVerified?: boolean;
  };
  const { stepNs, passedNs, askedNs } = verify;
  return {
    ...rest,
    verify: {
      ...verify,
      stepNs: BigInt(stepNs),
      passedNs: passedNs === null ? null : BigInt(passedNs),
      askedNs: askedNs === null ? null : BigInt(askedNs),
    },
  };
}

const bigJson = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  );
