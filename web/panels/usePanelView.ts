import { computed } from '@preact/signals';
import type { IncidentDetail } from '../../server/contract.js';
import { nowMs } from '../api/live.js';
import { useApi, type ApiResult } from '../api/useApi.js';
import { incidentWindow } from '../runbook/executionModel.js';
import { useView, type View } from '../url/useView.js';

export type PanelWindow = 'incident' | 'live';

const EVERY_MS = 60_000;
const MINUTE_MS = 60_000;
/** The end of the minute that is running: panels ask once a minute, not once a second. */
const minuteMs = computed(() => Math.ceil((nowMs.value + 1) / MINUTE_MS) * MINUTE_MS);

/** Which window the URL asks for; with an incident it is the incident's unless somebody chose otherwise. */
export const windowOf = (view: View): PanelWindow =>
  view.param('incident') === null || view.param('window') === 'live' ? 'live' : 'incident';

/** False while the incident's window is asked for: a panel would draw another one first. */
export function useKnownWindow(view: View): boolean {
  const query = useFrozenIncident(view);
  return windowOf(view) === 'live' || query.data !== undefined || query.isError;
}

function useFrozenIncident(view: View): ApiResult<IncidentDetail> {
  const incident = windowOf(view) === 'incident' ? view.param('incident') : null;
  return useApi<IncidentDetail>(
    incident === null ? null : `/api/incidents/${encodeURIComponent(incident)}`,
    { everyMs: EVERY_MS },
  );
}

/**
 * The view that a panel beside a runbook draws: the page's own, or frozen to the incident's window. A range chosen in a
 * panel ends the freeze.
 */
export function usePanelView(): View {
  const view = useView();
  const query = useFrozenIncident(view);
  const frozen =
    windowOf(view) === 'incident' ? incidentWindow(query.data?.incident, minuteMs.value) : null;
  if (frozen === null) return view;
  return {
    ...view,
    range: { kind: 'absolute', ...frozen },
    interval: () => frozen,
    set: (patch) => view.set('range' in patch ? { ...patch, window: 'live' } : patch),
  };
}
