/** How resilient the pipelines are, as far as anything says so. */
import { costBudgetOf } from '@burnbook/domain/budgetDefinition';
import type { Slo } from '@burnbook/domain/slo/slo';
import { scoreResilience } from '../check/resilience.js';
import { resilienceSchema, type Resilience } from '../contract.js';
import { freshness } from './freshness.js';
import { route } from './route.js';

export const resilienceRoutes = [
  route({
    path: '/api/resilience',
    summary: 'The resilience checklist, scored for each pipeline from telemetry and configuration',
    query: {},
    answer: resilienceSchema,
    handle: async ({ api }): Promise<Resilience> => {
      const { pipelines, slos, schedules, budgets } = api.config();
      const runbooks = api.runbooks();
      const items = await scoreResilience({
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
      return { items, nextCursor: null, ...(await freshness(api)) };
    },
  }),
];

/** Of the alerts that an SLO raises. */
function runbooksOf({ indicator, runbook }: Slo): string[] {
  if (indicator.kind === 'deadline') return ['BatchFailed', 'BatchLateOrMissing'];
  return [runbook ?? 'ErrorBudgetBurn'];
}
