/** What became of messages, and where they go. */
import { z } from 'zod';
import { formatTime } from '@burnbook/domain/time';
import type { Destination as DestinationEntry } from '@burnbook/domain/notify/notifySettings';
import {
  beatSchema,
  deliveriesSchema,
  deliveryAnswerSchema,
  deliveryStateSchema,
  destinationsSchema,
  heartbeatsSchema,
  switchedSchema,
  switchSchema,
  type Deliveries,
  type Delivery,
  type Destinations,
} from '../contract.js';
import { StoreError, type QueryRow } from '../store/protocol.js';
import type { ApiContext } from './apiContext.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { cursorOf, limitParam, offsetOf, parseQuery } from './query.js';
import { route, type RouteRequest } from './route.js';
import { numberOrNull, textOrNull, timeOrNull } from './views.js';

const listQuery = {
  state: deliveryStateSchema.optional(),
  destination: z.string().max(200).optional(),
  limit: limitParam(50, 500),
  cursor: z.string().max(100).optional(),
};

export const deliveryRoutes = [
  route({
    path: '/api/deliveries',
    summary: 'Messages to destinations, the newest first; those given up have the state dead',
    query: listQuery,
    answer: deliveriesSchema,
    handle: deliveries,
  }),
  route({
    method: 'post',
    path: '/api/deliveries/:id/replay',
    summary: 'Send a message again that was given up, under its id',
    query: {},
    answer: deliveryAnswerSchema,
    handle: replay,
  }),
  route({
    path: '/api/destinations',
    summary: 'Where messages go and how that works; whether an outgoing heartbeat is set',
    query: {},
    answer: destinationsSchema,
    handle: destinations,
  }),
  route({
    method: 'post',
    path: '/api/destinations/:name/test',
    summary: 'Send a test message',
    query: {},
    status: 201,
    answer: deliveryAnswerSchema,
    handle: test,
  }),
  route({
    method: 'post',
    path: '/api/destinations/:name/enable',
    summary: 'Switch a destination on: what waited for it is sent',
    query: {},
    body: switchSchema,
    answer: switchedSchema,
    handle: (request) => switchTo(request, true),
  }),
  route({
    method: 'post',
    path: '/api/destinations/:name/disable',
    summary: 'Switch a destination off: its messages wait',
    query: {},
    body: switchSchema,
    answer: switchedSchema,
    handle: (request) => switchTo(request, false),
  }),
  route({
    path: '/api/heartbeats',
    summary: 'Signs of life that are expected from others',
    query: {},
    answer: heartbeatsSchema,
    handle: heartbeats,
  }),
  route({
    method: 'post',
    path: '/api/heartbeats/:name',
    summary: 'A sign of life',
    query: {},
    answer: beatSchema,
    handle: beat,
  }),
];

async function deliveries({ api, query }: RouteRequest): Promise<Deliveries> {
  const { state, destination, limit, cursor } = parseQuery(listQuery, query);
  const offset = offsetOf(cursor);
  const rows = await api.store.query('deliveries', {
    state: state ?? '',
    destination: destination ?? '',
    messageId: '',
    limit: limit + 1,
    offset,
  });
  return {
    items: rows.slice(0, limit).map(deliveryView),
    nextCursor: rows.length > limit ? cursorOf(offset + limit) : null,
    ...(await freshness(api)),
  };
}

async function replay({ api, part, actor }: RouteRequest) {
  const id = part('id');
  try {
    if (!(await api.notifier.replay(id, actor))) {
      throw new ApiError(404, `there is no delivery ${JSON.stringify(id)}`, 'id');
    }
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'refused') {
      throw new ApiError(409, error.message, 'id');
    }
    throw error;
  }
  return { delivery: await deliveryOf(api, id) };
}

async function destinations({ api }: RouteRequest): Promise<Destinations> {
  const [counts, states] = await Promise.all([
    api.store.query('destination_counts'),
    api.store.query('destination_states'),
  ]);
  const { settings, outgoingHeartbeat } = api.notifier;
  const rowOf = (rows: readonly QueryRow[], name: string): QueryRow =>
    rows.find((row) => row['destination'] === name) ?? {};
  return {
    items: settings.destinations.map((entry) => {
      const count = rowOf(counts, entry.name);
      const state = rowOf(states, entry.name);
      const enabled = state['enabled'] !== false;
      return {
        name: entry.name,
        kind: entry.kind,
        to: new URL(entry.url.reveal()).hostname,
        severities: [...entry.severities],
        isTest: entry.isTest,
        enabled,
        disabledReason: enabled ? null : textOrNull(state['reason']),
        pending: Number(count['pending'] ?? 0),
        dead: Number(count['dead'] ?? 0),
        lastDeliveredAt: timeOrNull((count['delivered_ns'] ?? null) as bigint | null),
      };
    }),
    escalateTo: [...settings.escalateTo],
    heartbeat: {
      configured: outgoingHeartbeat.configured,
      lastSentAt: timeOrNull(outgoingHeartbeat.lastSentNs),
      lastError: outgoingHeartbeat.lastError,
    },
    ...(await freshness(api)),
  };
}

async function test({ api, part, actor }: RouteRequest) {
  const { name } = destinationOf(api, part('name'));
  return { delivery: await deliveryOf(api, await api.notifier.test(name, actor)) };
}

async function switchTo({ api, part, body, actor }: RouteRequest, enabled: boolean) {
  const { name } = destinationOf(api, part('name'));
  const { reason } = body as z.infer<typeof switchSchema>;
  await api.notifier.switch({ destination: name, enabled, actor, reason });
  return { name, enabled };
}

async function heartbeats({ api }: RouteRequest): Promise<z.infer<typeof heartbeatsSchema>> {
  const states = await api.notifier.heartbeats.states();
  return {
    items: states.map(({ lastNs, dueNs, ...expected }) => ({
      ...expected,
      lastAt: timeOrNull(lastNs),
      dueAt: formatTime(dueNs),
    })),
  };
}

async function beat({ api, part }: RouteRequest): Promise<z.infer<typeof beatSchema>> {
  const name = part('name');
  const atNs = await api.notifier.heartbeats.beat(name);
  if (atNs === null) {
    throw new ApiError(404, `notify.yaml expects no heartbeat ${JSON.stringify(name)}`, 'name');
  }
  return { name, at: formatTime(atNs) };
}

/** @throws ApiError 404 */
function destinationOf(api: ApiContext, name: string): DestinationEntry {
  const found = api.notifier.destination(name);
  if (found) return found;
  throw new ApiError(404, `notify.yaml has no destination ${JSON.stringify(name)}`, 'name');
}

async function deliveryOf(api: ApiContext, id: string): Promise<Delivery> {
  const [row] = await api.store.query('deliveries', {
    state: '',
    destination: '',
    messageId: id,
    limit: 1,
    offset: 0,
  });
  if (!row) throw new ApiError(404, `there is no delivery ${JSON.stringify(id)}`, 'id');
  return deliveryView(row);
}

function deliveryView(row: QueryRow): Delivery {
  const state = row['state'] as Delivery['state'];
  return {
    id: row['message_id'] as string,
    destination: row['destination'] as string,
    kind: row['kind'] as string,
    alertId: textOrNull(row['alert_id']),
    incidentId: textOrNull(row['incident_id']),
    state,
    attempts: Number(row['attempts']),
    createdAt: formatTime(row['created_ns'] as bigint),
    nextAt: state === 'pending' ? formatTime(row['next_ns'] as bigint) : null,
    settledAt: timeOrNull((row['settled_ns'] ?? null) as bigint | null),
    lastStatus: numberOrNull(row['last_status']),
    lastError: textOrNull(row['last_error']),
    summary: row['summary'] as string,
  };
}
