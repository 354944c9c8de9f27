/** Incidents: the list, one with its timeline and postmortem, and what people do in it. */
import { z } from 'zod';
import { postmortemOf } from '@burnbook/domain/alert/postmortem';
import type { Incident as IncidentFacts } from '@burnbook/domain/alert/incident';
import { alertOf, entryOf, incidentOf } from '../alert/alertRows.js';
import {
  closeSchema,
  incidentDetailSchema,
  incidentsSchema,
  newEntrySchema,
  type IncidentDetail,
  type Incidents,
} from '../contract.js';
import { act, statesOf } from './alertRoutes.js';
import { alertViewer, entryView, incidentView } from './alertViews.js';
import type { ApiContext } from './apiContext.js';
import { executionSummary } from './executionViews.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { cursorOf, limitParam, offsetOf, parseQuery } from './query.js';
import { route, type RouteRequest } from './route.js';

const INCIDENT_STATES: readonly IncidentFacts['state'][] = ['open', 'acknowledged', 'closed'];
const listQuery = {
  state: z
    .string()
    .default('all')
    .meta({ description: 'open, acknowledged, closed: several with commas; all: any' }),
  pipeline: z.string().min(1).max(1_000).optional(),
  limit: limitParam(50, 200),
  cursor: z.string().max(100).optional(),
};

export const incidentRoutes = [
  route({
    path: '/api/incidents',
    summary: 'Incidents, open ones first',
    query: listQuery,
    answer: incidentsSchema,
    handle: list,
  }),
  route({
    path: '/api/incidents/:id',
    summary: 'One incident with its alerts, its timeline and a postmortem to paste',
    query: {},
    answer: incidentDetailSchema,
    handle: ({ api, part }) => detail(api, part('id')),
  }),
  route({
    method: 'post',
    path: '/api/incidents/:id/entries',
    summary: 'Append a note or a step to the timeline; it keeps an acknowledgement alive',
    query: {},
    body: newEntrySchema,
    status: 201,
    answer: incidentDetailSchema,
    handle: ({ api, part, body, actor }) => {
      const { text, kind } = body as z.infer<typeof newEntrySchema>;
      return change(api, part('id'), (incidentId, atNs) =>
        act(api, { kind: 'entry', incidentId, entry: kind, text, actor, atNs }),
      );
    },
  }),
  route({
    method: 'post',
    path: '/api/incidents/:id/ack',
    summary: 'Acknowledge: holds for 4 h after each step, and breaks when it gets worse',
    query: {},
    answer: incidentDetailSchema,
    handle: ({ api, part, actor }) =>
      change(api, part('id'), (incidentId, atNs) =>
        act(api, { kind: 'acknowledge', incidentId, actor, atNs }),
      ),
  }),
  route({
    method: 'post',
    path: '/api/incidents/:id/close',
    summary: 'Close by hand, with a reason; its alerts go on as their figures say',
    query: {},
    body: closeSchema,
    answer: incidentDetailSchema,
    handle: ({ api, part, body, actor }) => {
      const { reason } = body as z.infer<typeof closeSchema>;
      return change(api, part('id'), (incidentId, atNs) =>
        act(api, { kind: 'closeIncident', incidentId, reason, actor, atNs }),
      );
    },
  }),
  route({
    method: 'post',
    path: '/api/incidents/:id/reopen',
    summary: 'Open an incident again that was closed while a page of it fires',
    query: {},
    body: closeSchema,
    answer: incidentDetailSchema,
    handle: ({ api, part, body, actor }) => {
      const { reason } = body as z.infer<typeof closeSchema>;
      return change(api, part('id'), (incidentId, atNs) =>
        act(api, { kind: 'reopenIncident', incidentId, reason, actor, atNs }),
      );
    },
  }),
];

async function list({ api, query }: RouteRequest): Promise<Incidents> {
  const asked = parseQuery(listQuery, query);
  const offset = offsetOf(asked.cursor);
  const rows = await api.store.query('incidents', {
    states: statesOf(asked.state, INCIDENT_STATES),
    pipeline: asked.pipeline ?? null,
    limit: asked.limit,
    offset,
  });
  const incidents = rows.map(incidentOf);
  const alerts = await alertsOf(api, incidents);
  const matching = Number(rows[0]?.['matching'] ?? 0);
  const next = offset + rows.length;
  return {
    items: incidents.map((incident) =>
      incidentView(incident, alerts.get(incident.incidentId) ?? []),
    ),
    nextCursor: next < matching ? cursorOf(next) : null,
    ...(await freshness(api)),
  };
}

/** @throws ApiError 404 */
async function detail(api: ApiContext, id: string): Promise<IncidentDetail> {
  const [row] = await api.store.query('incident_by_id', { id });
  if (!row) throw new ApiError(404, `there is no incident ${JSON.stringify(id)}`, 'id');
  const facts = incidentOf(row);
  const [entryRows, alertRows, executions, view] = await Promise.all([
    api.store.query('incident_entries', { id }),
    api.store.query('incident_alerts', { ids: [id] }),
    api.executions.ofIncident(id),
    alertViewer(api),
  ]);
  const entries = entryRows.map(entryOf);
  const alerts = alertRows.map(alertOf);
  return {
    incident: incidentView(facts, alerts.map(view)),
    timeline: entries.map(entryView),
    executions: executions.map(executionSummary),
    postmortem: postmortemOf({ incident: facts, alerts, entries, executions }),
    ...(await freshness(api)),
  };
}

async function change(
  api: ApiContext,
  id: string,
  work: (incidentId: string, atNs: bigint) => Promise<unknown>,
): Promise<IncidentDetail> {
  await work(id, api.nowNs());
  return detail(api, id);
}

async function alertsOf(api: ApiContext, incidents: readonly IncidentFacts[]) {
  const view = await alertViewer(api);
  const rows = await api.store.query('incident_alerts', {
    ids: ['', ...incidents.map(({ incidentId }) => incidentId)],
  });
  const byIncident = new Map<string, ReturnType<typeof view>[]>();
  for (const alert of rows.map((row) => view(alertOf(row)))) {
    const known = byIncident.get(alert.incidentId ?? '');
    if (known) known.push(alert);
    else byIncident.set(alert.incidentId ?? '', [alert]);
  }
  return byIncident;
}
