/**
 * The states of one alert: pending → firing → frozen → resolved, and back.
 *
 * An unknown condition (`frozen`) never resolves and never fires; a person's word ends a frozen alert, and holds until
 * data says anew that it burns.
 */
import { MINUTE_NS } from '../time.js';
import { unturned } from '../unturned.js';
import type { AlertCondition, AlertSource } from './alert.js';
import { policyOf } from './alertPolicy.js';
import type { StandingAlert } from './standingAlert.js';

/** An alert that comes back so soon is the same one. */
export const RECURRENCE_NS = 1_800_000_000_000n;
/** Sentences with figures change with every evaluation; so often they are written. */
const UPDATE_NS = MINUTE_NS;

export interface Step {
  readonly atNs: bigint;
  /** Since when its condition is not reported, or reported as less severe; null: since just now. */
  readonly quietNs: bigint | null;
  /** Why the definition behind it is gone; null: it is there. */
  readonly withdrawn: string | null;
}

/** @returns null: there is no alert to raise. */
export function raise(
  condition: AlertCondition,
  at: { readonly atNs: bigint; readonly source: AlertSource; readonly alertId: string },
): StandingAlert | null {
  if (condition.state === 'frozen') return null;
  const { atNs, source, alertId } = at;
  const startedNs = condition.sinceNs < atNs ? condition.sinceNs : atNs;
  const fires = isDue(condition, startedNs, atNs);
  return {
    alertId,
    name: condition.name,
    source,
    subject: condition.subject,
    severity: condition.severity,
    state: fires ? 'firing' : 'pending',
    summary: unturned(condition.summary),
    details: condition.details,
    owner: condition.owner,
    runbook: condition.runbook,
    incidentId: null,
    startedNs,
    firedNs: fires ? atNs : null,
    changedNs: atNs,
    updatedNs: atNs,
    frozenNs: null,
    askedNs: null,
    resolvedNs: null,
    reason: null,
    closedBy: null,
    suppressed: null,
    told: null,
    toldNs: null,
  };
}

/** Whether a resolved alert is too old to be the same one. */
export const isOver = (alert: StandingAlert, atNs: bigint): boolean =>
  alert.state === 'resolved' &&
  alert.suppressed === null &&
  atNs - (alert.resolvedNs ?? 0n) > RECURRENCE_NS;

/** The alert after an evaluation; the same object where nothing is to be written. */
export function step(
  alert: StandingAlert,
  condition: AlertCondition | null,
  how: Step,
): StandingAlert {
  if (alert.state === 'resolved') return again(alert, condition, how);
  return condition ? seen(alert, condition, how) : absent(alert, how);
}

function again(
  alert: StandingAlert,
  condition: AlertCondition | null,
  { atNs }: Step,
): StandingAlert {
  if (!condition) return alert.suppressed ? { ...alert, suppressed: null } : alert;
  if (condition.state === 'frozen' || alert.suppressed === 'firing') return alert;
  const fires = isDue(condition, condition.sinceNs, atNs);
  return {
    ...taken(alert, condition, atNs),
    severity: condition.severity,
    state: fires ? 'firing' : 'pending',
    startedNs: condition.sinceNs < atNs ? condition.sinceNs : atNs,
    firedNs: fires ? atNs : null,
    changedNs: atNs,
    frozenNs: null,
    askedNs: null,
    resolvedNs: null,
    reason: null,
    closedBy: null,
    suppressed: null,
  };
}

function seen(alert: StandingAlert, condition: AlertCondition, how: Step): StandingAlert {
  const { atNs } = how;
  if (alert.state === 'pending') {
    const fires = isDue(condition, alert.startedNs, atNs);
    const now = taken(alert, condition, atNs);
    const severity = condition.severity;
    if (fires) return { ...now, severity, state: 'firing', firedNs: atNs, changedNs: atNs };
    return severity === alert.severity ? unlessRecent(alert, now) : { ...now, severity };
  }
  if (condition.state === 'frozen') {
    return alert.state === 'frozen'
      ? alert
      : { ...alert, state: 'frozen', frozenNs: atNs, changedNs: atNs };
  }
  const severity = isLowered(alert, condition, how) ? condition.severity : worse(alert, condition);
  const now = taken(alert, condition, atNs);
  if (alert.state === 'firing' && severity === alert.severity) return unlessRecent(alert, now);
  return { ...now, severity, state: 'firing', frozenNs: null, askedNs: null, changedNs: atNs };
}

function absent(alert: StandingAlert, { atNs, quietNs, withdrawn }: Step): StandingAlert {
  const resolved = (reason: string): StandingAlert => ({
    ...alert,
    state: 'resolved',
    changedNs: atNs,
    resolvedNs: atNs,
    reason,
  });
  if (withdrawn !== null) return resolved(withdrawn);
  if (alert.state === 'pending') return resolved('did not last');
  if (alert.state === 'frozen') return resolved('data came back and clears it');
  return atNs - (quietNs ?? atNs) >= policyOf(alert.name).clearNs ? resolved('cleared') : alert;
}

/** A person ends it. */
export function closed(
  alert: StandingAlert,
  by: { readonly actor: string; readonly reason: string; readonly atNs: bigint },
): StandingAlert {
  return {
    ...alert,
    state: 'resolved',
    changedNs: by.atNs,
    resolvedNs: by.atNs,
    reason: by.reason,
    closedBy: by.actor,
    suppressed: alert.state === 'frozen' ? 'frozen' : 'firing',
  };
}

/** Whether a condition asks for less than the alert says; it must do so for a while. */
export const asksForLess = (alert: StandingAlert, condition: AlertCondition): boolean =>
  alert.severity === 'page' && condition.severity === 'ticket';

const isLowered = (
  alert: StandingAlert,
  condition: AlertCondition,
  { atNs, quietNs }: Step,
): boolean =>
  asksForLess(alert, condition) && atNs - (quietNs ?? atNs) >= policyOf(alert.name).clearNs;

const worse = (alert: StandingAlert, condition: AlertCondition): StandingAlert['severity'] =>
  alert.severity === 'page' || condition.severity === 'page' ? 'page' : 'ticket';

const isDue = (condition: AlertCondition, sinceNs: bigint, atNs: bigint): boolean =>
  condition.state === 'firing' && atNs - sinceNs >= policyOf(condition.name).pendingNs;

const taken = (alert: StandingAlert, condition: AlertCondition, atNs: bigint): StandingAlert => ({
  ...alert,
  summary: unturned(condition.summary),
  details: condition.details,
  owner: condition.owner,
  runbook: condition.runbook,
  updatedNs: atNs,
});

const unlessRecent = (alert: StandingAlert, now: StandingAlert): StandingAlert =>
  isSaid(alert, now) || (now.updatedNs - alert.updatedNs < UPDATE_NS && !isTold(alert, now))
    ? alert
    : now;

/** What is at stake is known now, and was not. */
const isTold = (alert: StandingAlert, now: StandingAlert): boolean =>
  alert.details.figures?.['stake'] !== now.details.figures?.['stake'];

const isSaid = (alert: StandingAlert, now: StandingAlert): boolean =>
  now.summary === alert.summary &&
  now.details.stakeNano === alert.details.stakeNano &&
  !isTold(alert, now);
