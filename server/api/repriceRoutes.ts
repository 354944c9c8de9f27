/** Restatements of stored costs: previewed, applied with who and why, undone. */
import { z } from 'zod';
import { formatUsd } from '@burnbook/domain/money';
import { formatTime } from '@burnbook/domain/time';
import {
  repriceBodySchema,
  repricePreviewSchema,
  repriceScopeSchema,
  restatementDetailSchema,
  restatementListSchema,
  undoBodySchema,
  type RepriceGroup,
  type RepricePreview,
  type Restatement,
  type RestatementDetail,
} from '../contract.js';
import { RepricingRefused } from '../cost/repricing.js';
import type { RestatementFacts } from '../cost/restatementFacts.js';
import type { RestatementScope } from '../store/commands/restatements.js';
import type { Tally } from '../store/commands/tally.js';
import { ApiError } from './problem.js';
import { cursorOf, limitParam, offsetOf, parseQuery, rangeOf } from './query.js';
import { route, type RouteRequest } from './route.js';
import { timeOrNull } from './views.js';

const listQuery = { limit: limitParam(50, 500), cursor: z.string().optional() };

export const repriceRoutes = [
  route({
    method: 'post',
    path: '/api/reprice/preview',
    summary: 'What pricing stored lines again would change, by model; nothing is written',
    query: {},
    body: repriceScopeSchema,
    answer: repricePreviewSchema,
    handle: preview,
  }),
  route({
    method: 'post',
    path: '/api/reprice',
    summary: 'Price stored lines again: a restatement, on which it works in the background',
    query: {},
    body: repriceBodySchema,
    status: 201,
    answer: restatementDetailSchema,
    handle: begin,
  }),
  route({
    path: '/api/reprice',
    summary: 'Restatements, newest first: who, when, why and what they changed',
    query: listQuery,
    answer: restatementListSchema,
    handle: list,
  }),
  route({
    path: '/api/reprice/:id',
    summary: 'One restatement and how far it is',
    query: {},
    answer: restatementDetailSchema,
    handle: ({ api, part }) => detail(api, idOf(part('id'))),
  }),
  route({
    method: 'post',
    path: '/api/reprice/:id/undo',
    summary: 'Give the lines of a restatement their former costs back',
    query: {},
    body: undoBodySchema,
    answer: restatementDetailSchema,
    handle: undo,
  }),
  route({
    method: 'post',
    path: '/api/reprice/:id/resume',
    summary: 'Go on with a restatement (or its undo) that was interrupted',
    query: {},
    answer: restatementDetailSchema,
    handle: resume,
  }),
];

async function preview({ api, body, signal }: RouteRequest): Promise<RepricePreview> {
  const scope = scopeOf(body as z.infer<typeof repriceScopeSchema>, api.nowNs());
  const { tallies } = await refusable(() => api.repricing.preview(scope, signal));
  return { ...scopeView(scope), ...countsView(tallies), items: groupViews(tallies) };
}

async function begin({ api, body, actor }: RouteRequest): Promise<RestatementDetail> {
  const asked = body as z.infer<typeof repriceBodySchema>;
  const scope = scopeOf(asked, api.nowNs());
  const id = await refusable(() => api.repricing.begin(scope, { actor, why: asked.why }));
  return detail(api, id);
}

async function undo({ api, part, body, actor }: RouteRequest): Promise<RestatementDetail> {
  const id = idOf(part('id'));
  const { why } = body as z.infer<typeof undoBodySchema>;
  await refusable(() => api.repricing.undo(id, { actor, why }));
  return detail(api, id);
}

async function resume({ api, part }: RouteRequest): Promise<RestatementDetail> {
  const id = idOf(part('id'));
  await refusable(() => api.repricing.resume(id));
  return detail(api, id);
}

async function list({ api, query }: RouteRequest): Promise<z.infer<typeof restatementListSchema>> {
  const asked = parseQuery(listQuery, query);
  const offset = offsetOf(asked.cursor);
  const { items, total } = await api.repricing.list({
    restatement: null,
    limit: asked.limit,
    offset,
  });
  const next = offset + items.length;
  return {
    items: items.map(restatementView),
    nextCursor: items.length > 0 && next < total ? cursorOf(next) : null,
  };
}

async function detail(api: RouteRequest['api'], id: number): Promise<RestatementDetail> {
  const facts = await refusable(() => api.repricing.one(id));
  return { ...restatementView(facts), items: groupViews(facts.tallies) };
}

async function refusable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RepricingRefused)) throw error;
    throw new ApiError(error.reason === 'unknown' ? 404 : 409, error.message);
  }
}

/** @throws ApiError 404 when it is no number of a restatement. */
function idOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new ApiError(404, `there is no restatement ${JSON.stringify(text)}`);
  }
  return Number(text);
}

function scopeOf(asked: z.infer<typeof repriceScopeSchema>, nowNs: bigint): RestatementScope {
  const range = rangeOf(asked, { nowNs, spanNs: 0n });
  return { ...range, pipeline: asked.pipeline ?? null, kind: asked.kind };
}

const scopeView = ({ fromNs, toNs, pipeline, kind }: RestatementScope) => ({
  from: formatTime(fromNs),
  to: formatTime(toNs),
  pipeline,
  kind,
});

function countsView(tallies: readonly Tally[]) {
  const sum = (of: (tally: Tally) => number): number =>
    tallies.reduce((total, tally) => total + of(tally), 0);
  const money = (of: (tally: Tally) => bigint): bigint =>
    tallies.reduce((total, tally) => total + of(tally), 0n);
  const old = money((tally) => tally.oldNano);
  const now = money((tally) => tally.newNano);
  return {
    lines: sum((tally) => tally.lines),
    changed: sum((tally) => tally.changed),
    newlyPriced: sum((tally) => tally.newlyPriced),
    newlyUnpriced: sum((tally) => tally.newlyUnpriced),
    unchanged: sum((tally) => tally.unchanged),
    oldUsd: formatUsd(old),
    newUsd: formatUsd(now),
    differenceUsd: formatUsd(now - old),
  };
}

const groupViews = (tallies: readonly Tally[]): RepriceGroup[] =>
  tallies
    .toSorted((a, b) => compareSize(b) - compareSize(a) || b.lines - a.lines)
    .map((tally) => ({
      kind: tally.kind,
      provider: tally.provider,
      model: tally.model,
      tier: tally.tier,
      ...countsView([tally]),
      unpricedReason: tally.unpricedReason,
    }));

/** Only to sort by. */
const compareSize = ({ oldNano, newNano }: Tally): number => Math.abs(Number(newNano - oldNano));

function restatementView(facts: RestatementFacts): Restatement {
  return {
    id: String(facts.restatement),
    ...scopeView(facts),
    state: facts.state,
    underWay: facts.underWay,
    linesDone: facts.linesDone,
    linesTotal: facts.linesTotal,
    ...countsView(facts.tallies),
    createdAt: formatTime(facts.createdNs),
    actor: facts.actor,
    why: facts.why,
    finishedAt: timeOrNull(facts.finishedNs),
    undoneAt: timeOrNull(facts.undoneNs),
    undoneBy: facts.undoneBy,
    undoneWhy: facts.undoneWhy,
    linesRestored: facts.linesRestored,
    linesKept: facts.linesKept,
  };
}
