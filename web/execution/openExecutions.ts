import type { Executions } from '../../server/contract.js';
import { useApi, type ApiResult } from '../api/useApi.js';
import type { View } from '../url/useView.js';

export type OpenExecution = Executions['items'][number];

const EVERY_MS = 60_000;

/** Executions by what is asked of them: `state`, `runbook`, `incident`. Followed as people tick. */
export function useExecutions(asked: Record<string, string> | null): ApiResult<Executions> {
  return useApi<Executions>(asked && `/api/executions?${new URLSearchParams(asked)}`, {
    liveness: 'execution',
    everyMs: EVERY_MS,
  });
}

/** All that are open, for links that lead to the step at which somebody is. */
export const useOpenExecutions = (): readonly OpenExecution[] =>
  useExecutions({ state: 'open' }).data?.items ?? [];

interface RunbookLink {
  name: string;
  /** What the runbook is to be filled with. */
  place: Readonly<Record<string, string | null>>;
  /** Found among them: the link joins it at its step. */
  open: readonly OpenExecution[];
}

/** The runbook, filled, at the step that is on in the open execution for the same alert or incident, else the first. */
export function runbookLink({ name, place, open }: RunbookLink, view: View): string {
  const { incident, alert } = place;
  const execution = open.find(
    ({ runbook, incidentId, alertId }) =>
      runbook === name &&
      ((incidentId !== null && incidentId === incident) || (alertId !== null && alertId === alert)),
  );
  return view.href(`/runbooks/${encodeURIComponent(name)}`, {
    ...place,
    execution: execution?.id ?? null,
    step: String(execution?.currentStep ?? 1),
  });
}

/** The runbook of an execution, at the step that is on. */
export const executionLink = (
  { id, runbook, place, incidentId, alertId, currentStep }: OpenExecution,
  view: View,
): string =>
  view.href(`/runbooks/${encodeURIComponent(runbook)}`, {
    ...place,
    ...(incidentId === null ? {} : { incident: incidentId }),
    ...(alertId === null ? {} : { alert: alertId }),
    execution: id,
    step: currentStep === null ? null : String(currentStep),
  });
