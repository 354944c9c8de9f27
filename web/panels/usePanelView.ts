import { computed } from '@preact/signals';
import type { IncidentDetail } from '../../server/contract.js';
import { nowMs } from '../api/live.js';
import { useApi } from '../api/useApi.js';
import { incidentWindow } from '../runbook/executionModel.js';
import { useView, type View } from '../url/useView.js';

export type PanelWindow = 'incident' | 'live';

const EVERY_MS = 60_000;
const MINUTE_MS = 60_000;
/** The clock of panels: once a minute, not once a second. */
const minuteMs = computed(() => Math.floor(nowMs.value / MINUTE_MS) * MINUTE_MS);

/** Which window the URL asks for; with an incident it is the incident's unless somebody chose otherwise. */
export const windowOf = (view: View): PanelWindow =>
  view.param('incident') === null || view.param('window') === 'live' ? 'live' : 'incident';

/**
 * The view that a panel beside a runbook draws: the page's own, or frozen to the incident's window. A range chosen in a
 * panel ends the freeze.
 */
export function usePanelView(): View {
  const view = useView();
  const incident = windowOf(view) === 'incident' ? view.param('incident') : null;
  const query = useApi<IncidentDetail>(
    incident === null ? null : `/api/incidents/${encodeURIComponent(incident)}`,
    { everyMs: EVERY_MS },
  );
  const frozen = incident === null ? null : incidentWindow(query.data?.incident, minuteMs.value);
  if (frozen === null) return view;
  return {
    ...view,
    range: { kind: 'absolute', ...frozen },
    interval: () => frozen,
    set: (patch) => view.set('range' in patch ? { ...patch, window: 'live' } : patch),
  };
}
