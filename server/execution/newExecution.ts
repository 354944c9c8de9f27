/** How an execution begins: the runbook as it is now, filled with what its alert and its incident say. */
import type { ExecutionStart, PlannedStep } from '@burnbook/domain/runbook/execution';
import { alertOf } from '../alert/alertRows.js';
import { placeOf } from '../alert/guide.js';
import type { Runbook, RunbookCheck } from '../contract.js';
import type { StoreClient } from '../store/storeClient.js';
import { ExecutionRefusal } from './executionRefusal.js';

export interface NewExecution {
  /** Name of the runbook. */
  readonly runbook: string;
  readonly incidentId: string | null;
  readonly alertId: string | null;
  /** What fills the placeholders, as far as the alert does not say. */
  readonly place: Readonly<Record<string, string>>;
  readonly gameDay: boolean;
  readonly actor: string;
}

/** The runbook filled for a place; null: there is none of that name. */
export type RunbookOf = (
  name: string,
  place: Readonly<Record<string, string>>,
) => Pick<Runbook, 'name' | 'title' | 'revision' | 'steps' | 'checks' | 'expectedMinutes'> | null;

export interface Beginning {
  readonly start: ExecutionStart;
  readonly checks: readonly RunbookCheck[];
}

const STEPS_MAX = 100;
const CHECKS_MAX = 20;
const VERIFY_SECTION = 'Verify';

/** @throws ExecutionRefusal, StoreError */
export async function beginningOf(
  asked: NewExecution,
  context: {
    readonly store: StoreClient;
    readonly runbookOf: RunbookOf;
    readonly executionId: string;
    readonly atNs: bigint;
  },
): Promise<Beginning> {
  const { store, runbookOf, executionId, atNs } = context;
  const { alertId, incidentId, place } = await placed(asked, store);
  const runbook = runbookOf(asked.runbook, place);
  if (runbook === null) {
    const message = `there is no runbook ${JSON.stringify(asked.runbook)}`;
    throw new ExecutionRefusal('unknown', message, 'name');
  }
  const checks = runbook.checks.filter(({ section }) => section === VERIFY_SECTION);
  return {
    start: {
      executionId,
      runbook: runbook.name,
      title: runbook.title,
      revision: runbook.revision,
      place,
      steps: runbook.steps.slice(0, STEPS_MAX).map(plannedOf),
      incidentId,
      alertId,
      gameDay: asked.gameDay,
      startedNs: atNs,
      startedBy: asked.actor,
      hasChecks: checks.length > 0,
      expectedMinutes: runbook.expectedMinutes,
    },
    checks: checks.slice(0, CHECKS_MAX),
  };
}

/** Whether two would be the same work: the runbook for one incident, for one alert without one, or for one place. */
export function isSameWork(a: ExecutionStart, b: ExecutionStart): boolean {
  if (a.runbook !== b.runbook || a.incidentId !== b.incidentId) return false;
  if (a.incidentId !== null) return true;
  if (a.alertId !== b.alertId || a.gameDay !== b.gameDay) return false;
  return a.alertId !== null || textOf(a.place) === textOf(b.place);
}

/** @throws ExecutionRefusal where the alert or the incident is unknown. */
async function placed(
  { runbook, incidentId, alertId, place }: NewExecution,
  store: StoreClient,
): Promise<Pick<ExecutionStart, 'alertId' | 'incidentId' | 'place'>> {
  if (incidentId !== null) {
    const [row] = await store.query('incident_by_id', { id: incidentId });
    if (!row) throw unknown('incident', incidentId);
  }
  const rows =
    alertId === null
      ? await store.query('incident_alerts', { ids: [incidentId ?? ''] })
      : await store.query('alert_by_id', { id: alertId });
  const alerts = rows.map(alertOf);
  const alert = alertId === null ? alerts.find((each) => each.runbook === runbook) : alerts[0];
  if (alertId !== null && !alert) throw unknown('alert', alertId);
  // Of an alert that has moved to another incident since, the one that is asked for counts.
  const own = incidentId ?? alert?.incidentId ?? null;
  return {
    alertId: alert?.alertId ?? null,
    incidentId: own,
    place: {
      ...place,
      ...(alert ? placeOf(alert) : {}),
      ...(own === null ? {} : { incident: own }),
    },
  };
}

const unknown = (what: 'incident' | 'alert', id: string): ExecutionRefusal =>
  new ExecutionRefusal('unknown', `there is no ${what} ${JSON.stringify(id)}`, what);

const plannedOf = ({ number, section, text }: PlannedStep): PlannedStep => ({
  number,
  section,
  text,
});

const textOf = (place: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(place).toSorted(([a], [b]) => (a < b ? -1 : 1)));
