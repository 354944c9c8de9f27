/** Silences: the list, a new one, and an early end. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Silence as SilenceFacts } from '@burnbook/domain/alert/silence';
import { DAY_NS } from '@burnbook/domain/time';
import { silenceOf } from '../alert/alertRows.js';
import {
  newSilenceSchema,
  silenceSchema,
  silencesSchema,
  type Silence,
  type Silences,
} from '../contract.js';
import { act } from './alertRoutes.js';
import { silenceView } from './alertViews.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { cursorOf, limitParam, offsetOf, parseQuery, timeOf } from './query.js';
import { route, type RouteRequest } from './route.js';

const DAYS_MAX = 90n;
const LABELS = [
  ...['name', 'source', 'severity', 'owner', 'slo', 'pipeline', 'batch', 'occurrence', 'step'],
  ...[
    'budget',
    'budgetKind',
    'period',
    'model',
    'provider',
    'destination',
    'heartbeat',
    'file',
    'pair',
  ],
];
const listQuery = { limit: limitParam(100, 500), cursor: z.string().max(100).optional() };

export const silenceRoutes = [
  route({
    path: '/api/silences',
    summary: 'Silences, those in force or ahead first',
    query: listQuery,
    answer: silencesSchema,
    handle: list,
  }),
  route({
    method: 'post',
    path: '/api/silences',
    summary: 'Tell nobody of alerts that match, for a time and with a reason',
    query: {},
    body: newSilenceSchema,
    status: 201,
    answer: silenceSchema,
    handle: create,
  }),
  route({
    method: 'delete',
    path: '/api/silences/:id',
    summary: 'End a silence now',
    query: {},
    answer: silenceSchema,
    handle: end,
  }),
];

async function list({ api, query }: RouteRequest): Promise<Silences> {
  const { limit, cursor } = parseQuery(listQuery, query);
  const offset = offsetOf(cursor);
  const rows = await api.store.query('silences', { at: api.nowNs(), limit, offset });
  const next = offset + rows.length;
  const matching = Number(rows[0]?.['matching'] ?? 0);
  return {
    items: rows.map((row) => silenceView(silenceOf(row))),
    nextCursor: next < matching ? cursorOf(next) : null,
    ...(await freshness(api)),
  };
}

async function create({ api, body, actor }: RouteRequest): Promise<Silence> {
  const { matchers, from, to, reason } = body as z.infer<typeof newSilenceSchema>;
  const nowNs = api.nowNs();
  const labels = Object.keys(matchers);
  const unknown = labels.find((label) => !LABELS.includes(label));
  if (unknown !== undefined) {
    const known = LABELS.join(', ');
    throw new ApiError(
      400,
      `matchers: there is no label ${unknown}; there are ${known}`,
      'matchers',
    );
  }
  if (labels.length === 0 || Object.values(matchers).every((value) => value === '*')) {
    throw new ApiError(
      400,
      'matchers: name at least one value: all alerts are too many',
      'matchers',
    );
  }
  const fromNs = from === undefined ? nowNs : timeOf('from', from, nowNs);
  const toNs = timeOf('to', to, nowNs);
  if (toNs <= fromNs || toNs <= nowNs) {
    throw new ApiError(400, 'to: must be after from, and ahead', 'to');
  }
  if (toNs - fromNs > DAYS_MAX * DAY_NS) {
    throw new ApiError(400, `to: a silence lasts at most ${DAYS_MAX} days`, 'to');
  }
  const made: SilenceFacts = {
    silenceId: randomUUID(),
    matchers,
    fromNs,
    toNs,
    actor,
    reason,
    createdNs: nowNs,
    removedNs: null,
    removedBy: null,
  };
  await act(api, { kind: 'silence', silence: made, alertId: null, actor, atNs: nowNs });
  return silenceView(made);
}

async function end({ api, part, actor }: RouteRequest): Promise<Silence> {
  const silenceId = part('id');
  const { silences } = await act(api, { kind: 'endSilence', silenceId, actor, atNs: api.nowNs() });
  const ended = silences.find((silence) => silence.silenceId === silenceId);
  if (!ended) throw new ApiError(404, `there is no silence ${JSON.stringify(silenceId)}`, 'id');
  return silenceView(ended);
}
