/** The history of an SLO: what was shown when it was decided, beside what is known of the same now. */
import { z } from 'zod';
import { inUnit } from '@burnbook/domain/slo/eventUnit';
import { withWeights } from '@burnbook/domain/slo/occurrenceBurn';
import type { Slo } from '@burnbook/domain/slo/slo';
import { DAY_NS, formatTime } from '@burnbook/domain/time';
import { sloHistorySchema, type SloHistory } from '../contract.js';
import { nsOfMinute } from '../slo/eventGroup.js';
import { weightOf, type Occurrence } from '../slo/occurrence.js';
import type { DeadlineIndicator } from '../slo/occurrenceBook.js';
import { causesSince, occurrenceItems } from '../slo/occurrenceHistory.js';
import {
  sloHistory,
  type HistoryItem,
  type HistoryPage,
  type KnownFacts,
} from '../slo/sloHistory.js';
import { slicesNow } from '../slo/slicesNow.js';
import type { ApiContext } from './apiContext.js';
import { freshness } from './freshness.js';
import { cursorOf, limitParam, offsetOf, parseQuery, rangeOf, timeParam } from './query.js';
import { route, type RouteRequest } from './route.js';
import { reportOf } from './sloRoutes.js';
import { roundedOrNull } from './sloViews.js';
import { timeOrNull } from './views.js';

const historyQuery = {
  from: timeParam.optional(),
  to: timeParam.optional(),
  limit: limitParam(50, 200),
  cursor: z.string().max(100).optional(),
};
const HISTORY_NS = 30n * DAY_NS;

export const sloHistoryRoutes = [
  route({
    path: '/api/slos/:name/history',
    summary:
      'What was shown of an SLO, beside what is known now of the same stretch, and why they differ',
    query: historyQuery,
    answer: sloHistorySchema,
    handle: history,
  }),
];

async function history({ api, part, query }: RouteRequest): Promise<SloHistory> {
  const { slo } = await reportOf(api, part('name'));
  const { limit, cursor, ...range } = parseQuery(historyQuery, query);
  const offset = offsetOf(cursor);
  // The newest snapshot is as old as this moment.
  const defaults = { nowNs: api.nowNs() + 1n, spanNs: HISTORY_NS };
  const { fromNs, toNs } = rangeOf(range, defaults);
  const { indicator } = slo;
  const page = { fromNs, toNs, limit: limit + 1, offset };
  const items =
    indicator.kind === 'deadline'
      ? await deadlineHistory(api, { ...slo, indicator }, page)
      : await eventHistory(api, slo, page);
  return {
    items: items.slice(0, limit).map((item) => historyView(slo, item)),
    nextCursor: items.length > limit ? cursorOf(offset + limit) : null,
    ...(await freshness(api)),
  };
}

function eventHistory(api: ApiContext, slo: Slo, page: HistoryPage): Promise<HistoryItem[]> {
  const nowNs = api.nowNs();
  const known = {
    events: api.slos.series(slo.indicatorId),
    counted: api.slos.inputOf(slo, nowNs).sums,
    all: api.slos.inputOf(slo, nowNs, []).sums,
  };
  return sloHistory(api.store, slo, {
    page,
    unstored: (indicatorId) => api.slos.unstored(indicatorId),
    excluded: (indicatorId, from, to) =>
      api.slos.excludedCounts({ ...slo, indicatorId }, { from, to }),
    corrected: null,
    slices: (definition, span) => slicesNow(slo, known, { definition, ...span }),
  });
}

/** Snapshots and occurrences in one order: of both as many as there can be up to the end of the page. */
async function deadlineHistory(
  api: ApiContext,
  slo: Slo & { readonly indicator: DeadlineIndicator },
  { fromNs, toNs, limit, offset }: HistoryPage,
): Promise<HistoryItem[]> {
  const { sums } = api.slos.inputOf(slo, api.nowNs());
  const occurrences = occurrencesOf(api, slo.indicator);
  const versions = await api.store.query('slo_versions', { name: slo.name });
  const snapshots = await sloHistory(api.store, slo, {
    page: { fromNs, toNs, limit: limit + offset, offset: 0 },
    unstored: () => new Map(),
    excluded: () => ({ good: 0, total: 0 }),
    corrected: ({ from, to, atNs }) => {
      const span = { fromNs: nsOfMinute(from), toNs: nsOfMinute(to) };
      const { good, total } = sums.sum(span.fromNs, span.toNs);
      return { good, total, causes: causesSince(occurrences, { ...span, atNs }) };
    },
    slices: () => null,
  });
  const items = occurrenceItems(occurrences, {
    fromNs,
    toNs,
    excluded: api.slos.excludedOf(slo),
    versionAt: (atNs) =>
      versions
        .filter((row) => (row['from_ns'] as bigint) <= atNs)
        .reduce((newest, row) => Math.max(newest, Number(row['version'])), 1),
  });
  return [...snapshots, ...items].toSorted(byTime).slice(offset, offset + limit);
}

/** Those of the pipeline, in units of the SLO. */
const occurrencesOf = (api: ApiContext, { pipeline, weight }: DeadlineIndicator): Occurrence[] =>
  withWeights(
    api.occurrences
      .all()
      .filter((each) => each.pipeline === pipeline)
      .map((each) => ({ ...each, weight: weightOf(each, weight) })),
  );

const historyView = (
  slo: Slo,
  { atNs, knownThen, correctedNow, causes, occurrence, ...item }: HistoryItem,
): SloHistory['items'][number] => ({
  at: formatTime(atNs),
  ...item,
  knownThen: knownView(slo, knownThen),
  correctedNow: knownView(slo, correctedNow),
  causes: [...causes],
  occurrence: timeOrNull(occurrence ?? null),
});

const knownView = (slo: Slo, { good, total, budgetLeft, verdict, facts, outcome }: KnownFacts) => ({
  good: inUnit(slo, good),
  total: inUnit(slo, total),
  budgetLeft: roundedOrNull(budgetLeft),
  verdict,
  facts: facts ?? null,
  outcome: outcome ?? null,
});

/** The newest first, of those judged together by nominal time. */
function byTime(a: HistoryItem, b: HistoryItem): number {
  if (a.atNs !== b.atNs) return a.atNs < b.atNs ? 1 : -1;
  return Number((b.occurrence ?? 0n) - (a.occurrence ?? 0n));
}
