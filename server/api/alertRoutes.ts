/** Alerts: the list, one with its history, and what a person does to it. Nothing changes by a GET. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { alertNames } from '@burnbook/domain/alertNames';
import { ALERT_STATES } from '@burnbook/domain/alert/alert';
import { DeskRefusal, type DeskInput } from '@burnbook/domain/alert/decide';
import type { DeskChange } from '@burnbook/domain/alert/deskDraft';
import type { Silence as SilenceFacts } from '@burnbook/domain/alert/silence';
import { labelsOf, type StandingAlert } from '@burnbook/domain/alert/standingAlert';
import { formatTime } from '@burnbook/domain/time';
import { alertOf } from '../alert/alertRows.js';
import {
  alertDetailSchema,
  alertsSchema,
  closeSchema,
  silenceAlertSchema,
  silenceSchema,
  type AlertDetail,
  type Alerts,
  type Silence,
} from '../contract.js';
import type { ApiContext } from './apiContext.js';
import { alertViewer, silenceView } from './alertViews.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { cursorOf, limitParam, offsetOf, parseQuery, timeOf, timeParam } from './query.js';
import { route, type RouteRequest } from './route.js';
import { textOrNull } from './views.js';

const stateList = z
  .string()
  .default('pending,firing,frozen')
  .meta({ description: 'pending, firing, frozen, resolved: several with commas; all: any' });
const listQuery = {
  state: stateList,
  severity: z.enum(['page', 'ticket']).optional(),
  pipeline: z.string().min(1).max(1_000).optional(),
  name: z.enum(alertNames).optional(),
  incident: z.string().min(1).max(100).optional(),
  from: timeParam.optional(),
  to: timeParam.optional(),
  limit: limitParam(100, 500),
  cursor: z.string().max(100).optional(),
};

export const alertRoutes = [
  route({
    path: '/api/alerts',
    summary: 'Alerts, those that fire first, pages before tickets',
    query: listQuery,
    answer: alertsSchema,
    handle: list,
  }),
  route({
    path: '/api/alerts/:id',
    summary: 'One alert and what became of it',
    query: {},
    answer: alertDetailSchema,
    handle: ({ api, part }) => detail(api, part('id')),
  }),
  route({
    method: 'post',
    path: '/api/alerts/:id/ack',
    summary: 'Acknowledge the incident of an alert: holds for 4 h after each step',
    query: {},
    answer: alertDetailSchema,
    handle: ack,
  }),
  route({
    method: 'post',
    path: '/api/alerts/:id/silence',
    summary: 'Tell nobody of this alert for a while',
    query: {},
    body: silenceAlertSchema,
    status: 201,
    answer: silenceSchema,
    handle: silence,
  }),
  route({
    method: 'post',
    path: '/api/alerts/:id/close',
    summary: 'Close a frozen alert as not recovered, or one that a person has to end',
    query: {},
    body: closeSchema,
    answer: alertDetailSchema,
    handle: close,
  }),
];

async function list({ api, query }: RouteRequest): Promise<Alerts> {
  const asked = parseQuery(listQuery, query);
  const offset = offsetOf(asked.cursor);
  const nowNs = api.nowNs();
  const toNs = asked.to === undefined ? null : timeOf('to', asked.to, nowNs);
  const rows = await api.store.query('alerts', {
    states: statesOf(asked.state, ALERT_STATES),
    severity: asked.severity ?? null,
    name: asked.name ?? null,
    pipeline: asked.pipeline ?? null,
    incident: asked.incident ?? null,
    from: asked.from === undefined ? null : timeOf('from', asked.from, nowNs),
    to: toNs,
    now: nowNs,
    limit: asked.limit,
    offset,
  });
  const view = await alertViewer(api);
  const matching = Number(rows[0]?.['matching'] ?? 0);
  const next = offset + rows.length;
  return {
    items: rows.map((row) => view(alertOf(row))),
    nextCursor: next < matching ? cursorOf(next) : null,
    ...(await freshness(api)),
  };
}

/** @throws ApiError 404 */
async function detail(api: ApiContext, id: string): Promise<AlertDetail> {
  const [alert, changes, messages, view] = await Promise.all([
    findAlert(api, id),
    api.store.query('alert_changes', { id }),
    api.store.query('alert_messages', { id }),
    alertViewer(api),
  ]);
  return {
    alert: view(alert),
    history: changes.map((row) => ({
      at: formatTime(row['at_ns'] as bigint),
      state: row['state'] as StandingAlert['state'],
      severity: row['severity'] as StandingAlert['severity'],
      summary: row['summary'] as string,
      actor: row['actor'] as string,
      reason: textOrNull(row['reason']),
    })),
    messages: messages.map((row) => ({
      id: row['message_id'] as string,
      destination: row['destination'] as string,
      kind: row['kind'] as string,
      state: row['state'] as string,
      at: formatTime(row['created_ns'] as bigint),
    })),
    ...(await freshness(api)),
  };
}

async function ack({ api, part, actor }: RouteRequest): Promise<AlertDetail> {
  const { alertId, incidentId } = await findAlert(api, part('id'));
  if (incidentId === null) {
    throw new ApiError(409, 'the alert has no incident: nobody waits for an acknowledgement');
  }
  await act(api, { kind: 'acknowledge', incidentId, actor, atNs: api.nowNs() });
  return detail(api, alertId);
}

async function silence({ api, part, body, actor }: RouteRequest): Promise<Silence> {
  const { seconds, reason } = body as z.infer<typeof silenceAlertSchema>;
  const alert = await findAlert(api, part('id'));
  const atNs = api.nowNs();
  const { severity: _severity, owner: _owner, source: _source, ...matchers } = labelsOf(alert);
  const made: SilenceFacts = {
    silenceId: randomUUID(),
    matchers,
    fromNs: atNs,
    toNs: atNs + BigInt(seconds) * 1_000_000_000n,
    actor,
    reason,
    createdNs: atNs,
    removedNs: null,
    removedBy: null,
  };
  await act(api, { kind: 'silence', silence: made, alertId: alert.alertId, actor, atNs });
  return silenceView(made);
}

async function close({ api, part, body, actor }: RouteRequest): Promise<AlertDetail> {
  const { reason } = body as z.infer<typeof closeSchema>;
  const { alertId } = await findAlert(api, part('id'));
  await act(api, { kind: 'closeAlert', alertId, reason, actor, atNs: api.nowNs() });
  return detail(api, alertId);
}

/** @throws ApiError 404 */
async function findAlert(api: ApiContext, id: string): Promise<StandingAlert> {
  const [row] = await api.store.query('alert_by_id', { id });
  if (!row) throw new ApiError(404, `there is no alert ${JSON.stringify(id)}`, 'id');
  return alertOf(row);
}

/** Asks the desk. @throws ApiError 404, 409 */
export async function act(api: ApiContext, input: DeskInput): Promise<DeskChange> {
  try {
    return await api.desk.act(input);
  } catch (error) {
    if (!(error instanceof DeskRefusal)) throw error;
    throw new ApiError(error.reason === 'unknown' ? 404 : 409, error.message);
  }
}

/** A comma-separated list of states. @throws ApiError 400 */
export function statesOf(text: string, known: readonly string[]): string[] {
  if (text === 'all') return [''];
  const states = text.split(',').map((state) => state.trim());
  const unknown = states.find((state) => !known.includes(state));
  if (unknown !== undefined) {
    throw new ApiError(
      400,
      `state: there is no ${JSON.stringify(unknown)}; there are ${known.join(', ')}, all`,
      'state',
    );
  }
  return states;
}
