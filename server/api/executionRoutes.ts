/** Executions: a runbook being followed, by whom, how far, and what its Verify says. */
import { z } from 'zod';
import { parseTime } from '@burnbook/domain/time';
import {
  executionDetailSchema,
  executionsSchema,
  finishExecutionSchema,
  newExecutionEventsSchema,
  newExecutionSchema,
  type ExecutionDetail,
  type Executions,
  type NewExecutionEvent,
} from '../contract.js';
import { ExecutionRefusal } from '../execution/executionRefusal.js';
import type { Followed } from '../execution/followed.js';
import type { NewEvent } from '../execution/newEvents.js';
import type { ApiContext } from './apiContext.js';
import { executionView } from './executionViews.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { cursorOf, limitParam, offsetOf, parseQuery } from './query.js';
import { route, type RouteRequest } from './route.js';
import { placeNames } from './runbookRoutes.js';

const listQuery = {
  runbook: z.string().min(1).max(200).optional(),
  incident: z.string().min(1).max(200).optional(),
  state: z.enum(['open', 'finished']).optional(),
  limit: limitParam(50, 200),
  cursor: z.string().max(100).optional(),
};

export const executionRoutes = [
  route({
    method: 'post',
    path: '/api/runbooks/:name/executions',
    summary: 'Begin to follow a runbook, or join the open execution for the same incident',
    query: {},
    body: newExecutionSchema,
    answer: executionDetailSchema,
    handle: ({ api, part, body, actor }) => {
      const { incident, alert, place, gameDay } = body as z.infer<typeof newExecutionSchema>;
      return answered(
        api,
        api.executions.start({
          runbook: part('name'),
          incidentId: incident ?? null,
          alertId: alert ?? null,
          place: placeOf(place),
          gameDay,
          actor,
        }),
      );
    },
  }),
  route({
    path: '/api/executions',
    summary: 'Executions of runbooks, the newest first',
    query: listQuery,
    answer: executionsSchema,
    handle: list,
  }),
  route({
    path: '/api/executions/:id',
    summary: 'One execution: its steps, its Verify, and all that happened',
    query: {},
    answer: executionDetailSchema,
    handle: ({ api, part }) => answered(api, api.executions.find(part('id'))),
  }),
  route({
    method: 'post',
    path: '/api/executions/:id/events',
    summary:
      'What was done, at once or offline: all or none, and each once however often it is sent',
    query: {},
    body: newExecutionEventsSchema,
    answer: executionDetailSchema,
    handle: ({ api, part, body, actor }) => {
      const { events, sentAt } = body as z.infer<typeof newExecutionEventsSchema>;
      const wrongByNs = sentAt === undefined ? 0n : timeIn(sentAt, 'sentAt') - api.nowNs();
      const news = events.map((event, index) => newEventOf(event, { index, wrongByNs }));
      return answered(api, api.executions.record(part('id'), news, actor));
    },
  }),
  route({
    method: 'post',
    path: '/api/executions/:id/finish',
    summary: 'End an execution; resolved or mitigated while Verify has not passed needs a reason',
    query: {},
    body: finishExecutionSchema,
    answer: executionDetailSchema,
    handle: ({ api, part, body, actor }) => {
      const { outcome, reason = '' } = body as z.infer<typeof finishExecutionSchema>;
      const said = reason === '' ? null : reason;
      return answered(api, api.executions.finish(part('id'), { outcome, reason: said, actor }));
    },
  }),
];

async function list({ api, query }: RouteRequest): Promise<Executions> {
  const asked = parseQuery(listQuery, query);
  const offset = offsetOf(asked.cursor);
  const { items, matching } = await api.executions.list({
    runbook: asked.runbook ?? null,
    incidentId: asked.incident ?? null,
    state: asked.state ?? null,
    limit: asked.limit,
    offset,
  });
  const next = offset + items.length;
  return {
    items: items.map((followed) => {
      const { events: _events, ...item } = executionView(api, followed);
      return item;
    }),
    nextCursor: next < matching ? cursorOf(next) : null,
    ...(await freshness(api)),
  };
}

/** @throws ApiError 400, 404, 409 */
async function answered(api: ApiContext, work: Promise<Followed>): Promise<ExecutionDetail> {
  try {
    const followed = await work;
    return { execution: executionView(api, followed), ...(await freshness(api)) };
  } catch (error) {
    if (!(error instanceof ExecutionRefusal)) throw error;
    throw new ApiError(STATUS[error.reason], error.message, error.field);
  }
}

const STATUS = { invalid: 400, unknown: 404, conflict: 409 } as const;

/** @throws ApiError 400 */
function placeOf(place: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const unknown = Object.keys(place).find((name) => !placeNames.some((each) => each === name));
  if (unknown === undefined) return place;
  const message = `place.${unknown}: is unknown; known are ${placeNames.join(', ')}`;
  throw new ApiError(400, message, `place.${unknown}`);
}

/**
 * @param from.wrongByNs how far the client's clock is ahead.
 * @throws ApiError 400
 */
function newEventOf(
  { id, kind, step, text, at }: NewExecutionEvent,
  { index, wrongByNs }: { readonly index: number; readonly wrongByNs: bigint },
): NewEvent {
  const doneNs = at === undefined ? null : timeIn(at, `events.${index}.at`) - wrongByNs;
  return { eventId: id, kind, step: step ?? null, text: text ?? null, doneNs };
}

/** @throws ApiError 400 */
function timeIn(text: string, field: string): bigint {
  const ns = parseTime(text);
  if (ns === null) throw new ApiError(400, `${field}: must be RFC 3339 with an offset`, field);
  return ns;
}
