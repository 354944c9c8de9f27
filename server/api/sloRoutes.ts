/** SLOs: how they stand, their details, their past. */
import { slosSchema, type Slos } from '../contract.js';
import type { SloReport } from '../slo/sloEngine.js';
import { freshness } from './freshness.js';
import { route, type RouteRequest } from './route.js';
import { sloView } from './sloViews.js';

export const sloRoutes = [
  route({
    path: '/api/slos',
    summary: 'SLOs and how they stand now, the one whose budget is empty first at the top',
    query: {},
    answer: slosSchema,
    handle: slos,
  }),
];

async function slos({ api }: RouteRequest): Promise<Slos> {
  const reports = await api.slos.evaluate();
  return {
    items: reports.toSorted(byTimeToEmpty).map(sloView),
    nextCursor: null,
    ...(await freshness(api)),
  };
}

/** What is empty or will be first; then what is least. */
function byTimeToEmpty({ slo: a, status: x }: SloReport, { slo: b, status: y }: SloReport): number {
  const [first, second] = [x.budget.emptyAtNs, y.budget.emptyAtNs];
  if (first !== second) {
    if (first === null || second === null) return first === null ? 1 : -1;
    return first < second ? -1 : 1;
  }
  return (x.budget.left ?? 2) - (y.budget.left ?? 2) || (a.name < b.name ? -1 : 1);
}
