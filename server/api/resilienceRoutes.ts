/** How resilient the pipelines are, as far as anything says so. */
import { costBudgetOf } from '@burnbook/domain/budgetDefinition';
import type { Slo } from '@burnbook/domain/slo/slo';
import { z } from 'zod';
import { scoreResilience, saidView } from '../check/resilience.js';
import { saidAnswerOf } from '../check/resilienceAnswers.js';
import {
  newResilienceAnswerSchema,
  resilienceAnswersSchema,
  resilienceSaidSchema,
  resilienceSchema,
  type Resilience,
  type ResilienceAnswers,
  type ResilienceSaid,
} from '../contract.js';
import type { ApiContext } from './apiContext.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { cursorOf, limitParam, offsetOf, parseQuery } from './query.js';
import { route, type RouteRequest } from './route.js';
import { UNNAMED } from './routeRequest.js';

const historyQuery = {
  pipeline: z.string().min(1).max(1_000),
  item: z.string().min(1).max(100),
  limit: limitParam(50, 200),
  cursor: z.string().max(100).optional(),
};

export const resilienceRoutes = [
  route({
    path: '/api/resilience',
    summary:
      'The resilience checklist, scored for each pipeline from telemetry, configuration and what people said',
    query: {},
    answer: resilienceSchema,
    handle: async ({ api }): Promise<Resilience> => ({
      items: await scored(api),
      nextCursor: null,
      ...(await freshness(api)),
    }),
  }),
  route({
    path: '/api/resilience/answers',
    summary: 'All that people said of an item of the checklist, newest first',
    query: historyQuery,
    answer: resilienceAnswersSchema,
    handle: history,
  }),
  route({
    method: 'post',
    path: '/api/resilience/answers',
    summary: 'Say how a pipeline stands on an item that telemetry cannot tell',
    query: {},
    body: newResilienceAnswerSchema,
    status: 201,
    answer: resilienceSaidSchema,
    handle: say,
  }),
];

async function scored(api: ApiContext): Promise<Resilience['items']> {
  const { pipelines, slos, schedules, budgets } = api.config();
  const runbooks = api.runbooks();
  return scoreResilience({
    store: api.store,
    nowNs: api.nowNs(),
    report: api.report,
    pipelines: (pipelines.pipelines ?? []).map(({ name, owner = null, team = null }) => ({
      name,
      owner,
      team,
      isScheduled: schedules?.has(name) ?? false,
    })),
    slos: (slos?.slos ?? []).map((slo) => ({ ...slo, runbooks: runbooksOf(slo) })),
    budgets: (budgets?.budgets ?? []).map(costBudgetOf),
    testedOn: (name) => runbooks.get(name)?.frontMatter.tested,
  });
}

async function history({ api, query }: RouteRequest): Promise<ResilienceAnswers> {
  const { pipeline, item, limit, cursor } = parseQuery(historyQuery, query);
  const offset = offsetOf(cursor);
  const asked = { pipeline, item, limit, offset };
  const rows = await api.store.query('resilience_answer_history', asked);
  const next = offset + rows.length;
  const matching = Number(rows[0]?.['matching'] ?? 0);
  return {
    items: rows.map((row) => saidView(saidAnswerOf(row))),
    nextCursor: next < matching ? cursorOf(next) : null,
    ...(await freshness(api)),
  };
}

/** @throws ApiError 400, 404, 409 */
async function say({ api, body, actor }: RouteRequest): Promise<ResilienceSaid> {
  const { pipeline, item, answer, note } = body as z.infer<typeof newResilienceAnswerSchema>;
  if (actor === UNNAMED) {
    throw new ApiError(400, 'burnbook-actor: say who says so', 'burnbook-actor');
  }
  const checklist = (await scored(api)).find((each) => each.pipeline === pipeline);
  if (!checklist) {
    throw new ApiError(404, `there is no pipeline ${JSON.stringify(pipeline)}`, 'pipeline');
  }
  const asked = checklist.items.find(({ id }) => id === item);
  if (!asked) {
    const known = checklist.items.filter(({ canAnswer }) => canAnswer).map(({ id }) => id);
    throw new ApiError(400, `item: must be one of ${known.join(', ')}`, 'item');
  }
  if (!asked.canAnswer) {
    throw new ApiError(409, `item: telemetry and configuration tell of ${item}`, 'item');
  }
  const said = { answer, atNs: api.nowNs(), note: note || null };
  await api.store.command('answerResilience', { pipeline, item, actor, ...said });
  return saidView({ ...said, by: actor });
}

/** Of the alerts that an SLO raises. */
function runbooksOf({ indicator, runbook }: Slo): string[] {
  if (indicator.kind === 'deadline') return ['BatchFailed', 'BatchLateOrMissing'];
  return [runbook ?? 'ErrorBudgetBurn'];
}
