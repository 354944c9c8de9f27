/** Expected occurrences of scheduled pipelines and what became of them. */
import { z } from 'zod';
import { VERDICTS } from '@burnbook/domain/slo/occurrence';
import { DAY_NS, formatTime } from '@burnbook/domain/time';
import { occurrencesSchema, type Occurrence as OccurrenceView } from '../contract.js';
import type { Occurrence } from '../slo/occurrence.js';
import { freshness } from './freshness.js';
import { cursorOf, limitParam, offsetOf, parseQuery, rangeOf, timeParam } from './query.js';
import { route, type RouteRequest } from './route.js';
import { rounded } from './sloViews.js';

const listQuery = {
  pipeline: z.string().min(1).max(256).optional(),
  verdict: z.enum(VERDICTS).optional(),
  from: timeParam.optional(),
  to: timeParam.optional(),
  limit: limitParam(100, 1_000),
  cursor: z.string().max(100).optional(),
};
const LOOK_BACK_NS = 401n * DAY_NS;

export const occurrenceRoutes = [
  route({
    path: '/api/occurrences',
    summary:
      'Expected runs of scheduled pipelines with their verdicts, by nominal time, newest first',
    query: listQuery,
    answer: occurrencesSchema,
    handle: occurrences,
  }),
];

async function occurrences({
  api,
  query,
}: RouteRequest): Promise<z.infer<typeof occurrencesSchema>> {
  const { pipeline, verdict, limit, cursor, ...range } = parseQuery(listQuery, query);
  // What is due at this instant is asked for as well.
  const nowNs = api.nowNs() + 1n;
  const { fromNs, toNs } = rangeOf(range, { nowNs, spanNs: LOOK_BACK_NS });
  const offset = offsetOf(cursor);
  await api.occurrences.evaluate();
  const found = api.occurrences
    .all()
    .filter(
      (each) =>
        (pipeline === undefined || each.pipeline === pipeline) &&
        (verdict === undefined || each.verdict === verdict) &&
        each.nominalNs >= fromNs &&
        each.nominalNs < toNs,
    )
    .toSorted(byTime);
  return {
    items: found.slice(offset, offset + limit).map(occurrenceView),
    nextCursor: found.length > offset + limit ? cursorOf(offset + limit) : null,
    ...(await freshness(api)),
  };
}

function occurrenceView(occurrence: Occurrence): OccurrenceView {
  const { pipeline, nominalNs, dueNs, verdict, known, landedNs, batch, weight, cause, odds } =
    occurrence;
  return {
    pipeline,
    nominal: formatTime(nominalNs),
    due: formatTime(dueNs),
    verdict,
    knownThen: known && { verdict: known.first, at: formatTime(known.firstNs) },
    decidedAt: known && known.last === verdict ? formatTime(known.lastNs) : null,
    landedAt: landedNs === null ? null : formatTime(landedNs),
    batch,
    weight: rounded(weight),
    cause,
    missProbability: odds && {
      value: rounded(odds.value),
      method: odds.method,
      samples: odds.samples,
    },
  };
}

const byTime = (a: Occurrence, b: Occurrence): number =>
  a.nominalNs === b.nominalNs
    ? a.pipeline < b.pipeline
      ? -1
      : 1
    : a.nominalNs < b.nominalNs
      ? 1
      : -1;
