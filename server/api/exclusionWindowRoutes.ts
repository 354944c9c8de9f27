/** Time that does not count for SLOs: maintenance, past or to come, once or again and again. */
import { z } from 'zod';
import { formatTime, isTimeZone } from '@burnbook/domain/time';
import {
  exclusionWindowSchema,
  listOf,
  newExclusionWindowSchema,
  type ExclusionWindow,
  type NewExclusionWindow,
} from '../contract.js';
import { RecurrenceError } from '../slo/recurrenceParts.js';
import type { Exclusion } from '../slo/exclusionBook.js';
import { ApiError } from './problem.js';
import { cursorOf, limitParam, offsetOf, parseQuery, timeOf } from './query.js';
import { route, type RouteRequest } from './route.js';

const listQuery = {
  inForce: z.enum(['true', 'false']).optional(),
  slo: z.string().min(1).max(256).optional(),
  pipeline: z.string().min(1).max(256).optional(),
  limit: limitParam(100, 500),
  cursor: z.string().max(100).optional(),
};
const removeQuery = { reason: z.string().trim().min(3).max(500).optional() };
/** A longer stretch is a change of the target, not an exception from it. */
const LENGTH_MAX_NS = 31n * 86_400n * 1_000_000_000n;
const EXCLUSIONS_MAX = 5_000;

export const exclusionWindowRoutes = [
  route({
    path: '/api/exclusions',
    summary: 'Time that does not count for SLOs, newest first; removed ones too',
    query: listQuery,
    answer: listOf(exclusionWindowSchema),
    handle: async ({ api, query }) => {
      const { inForce, slo, pipeline, limit, cursor } = parseQuery(listQuery, query);
      await api.exclusions.load();
      const offset = offsetOf(cursor);
      const found = api.exclusions.all.filter(
        ({ removedNs, scope }) =>
          (inForce === undefined || (removedNs === null) === (inForce === 'true')) &&
          (slo === undefined || scope.slo === slo) &&
          (pipeline === undefined || scope.pipeline === pipeline),
      );
      return {
        items: found.slice(offset, offset + limit).map(exclusionView),
        nextCursor: offset + limit < found.length ? cursorOf(offset + limit) : null,
      };
    },
  }),
  route({
    method: 'post',
    path: '/api/exclusions',
    summary: 'Take time out of the count; audited',
    query: {},
    body: newExclusionWindowSchema,
    status: 201,
    answer: exclusionWindowSchema,
    handle: addExclusion,
  }),
  route({
    method: 'delete',
    path: '/api/exclusions/:id',
    summary: 'Let the time count again; the exclusion stays in the list; audited',
    query: removeQuery,
    answer: exclusionWindowSchema,
    handle: async ({ api, part, query, actor }) => {
      const { reason } = parseQuery(removeQuery, query);
      const id = part('id');
      const removed = await api.exclusions.remove(id, { actor, reason: reason ?? null });
      if (removed) return exclusionView(removed);
      const known = api.exclusions.all.some((each) => each.id === id);
      if (known) throw new ApiError(409, 'the exclusion was removed before');
      throw new ApiError(404, `there is no exclusion ${JSON.stringify(id)}`);
    },
  }),
];

async function addExclusion({ api, body, actor }: RouteRequest): Promise<ExclusionWindow> {
  const asked = body as NewExclusionWindow;
  const nowNs = api.nowNs();
  const fromNs = timeOf('from', asked.from, nowNs);
  const toNs = timeOf('to', asked.to, nowNs);
  const refuse = (field: string, message: string): never => {
    throw new ApiError(400, `${field}: ${message}`, field);
  };
  if (fromNs >= toNs) refuse('from', 'must be before to');
  if (toNs - fromNs > LENGTH_MAX_NS) refuse('to', 'must be at most 31 days after from');
  if (!isTimeZone(asked.timeZone)) {
    refuse('timeZone', 'must be an IANA time zone, such as Europe/Berlin');
  }
  await api.exclusions.load();
  if (api.exclusions.all.filter(({ removedNs }) => removedNs === null).length >= EXCLUSIONS_MAX) {
    throw new ApiError(409, `${EXCLUSIONS_MAX} exclusions are in force: remove some first`);
  }
  const { scope, rrule, timeZone, reason } = asked;
  try {
    return exclusionView(
      await api.exclusions.add({
        scope: Object.fromEntries(Object.entries(scope).toSorted(([a], [b]) => (a < b ? -1 : 1))),
        fromNs,
        toNs,
        rrule: rrule ?? null,
        timeZone,
        reason,
        actor,
      }),
    );
  } catch (error) {
    if (error instanceof RecurrenceError) return refuse('rrule', error.message);
    throw error;
  }
}

const exclusionView = (exclusion: Exclusion): ExclusionWindow => ({
  id: exclusion.id,
  scope: Object.fromEntries(Object.entries(exclusion.scope)),
  from: formatTime(exclusion.fromNs),
  to: formatTime(exclusion.toNs),
  rrule: exclusion.rrule,
  timeZone: exclusion.timeZone,
  reason: exclusion.reason,
  actor: exclusion.actor,
  createdAt: formatTime(exclusion.createdNs),
  removedAt: exclusion.removedNs === null ? null : formatTime(exclusion.removedNs),
  removedBy: exclusion.removedBy,
  removedReason: exclusion.removedReason,
});
