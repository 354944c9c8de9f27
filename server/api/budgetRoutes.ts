/** Cost budgets: how they stand, their past, their definitions; and the audit log. */
import { z } from 'zod';
import type { BudgetDefinition } from '@burnbook/domain/budgetDefinition';
import { shareOf } from '@burnbook/domain/costBudget';
import { formatUsd, parseUsd } from '@burnbook/domain/money';
import { formatTime } from '@burnbook/domain/time';
import {
  auditEntrySchema,
  budgetDetailSchema,
  budgetEditedSchema,
  budgetEditSchema,
  budgetHistorySchema,
  budgetsSchema,
  listOf,
  type BudgetDetail,
  type BudgetHistory,
  type Budgets,
} from '../contract.js';
import { alertRowOf } from '../cost/budgetAlertRow.js';
import type { BudgetReport } from '../cost/budgetBook.js';
import { budgetHistory } from '../cost/budgetHistory.js';
import type { QueryRow } from '../store/protocol.js';
import type { ApiContext } from './apiContext.js';
import { createBudget, deleteBudget, editBudget } from './budgetEdits.js';
import { budgetAlertView, budgetView } from './budgetViews.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { cursorOf, limitParam, offsetOf, parseQuery } from './query.js';
import { route, type RouteRequest } from './route.js';
import { textOrNull } from './views.js';

const ALERTS_MAX = 100;
const historyQuery = { periods: limitParam(12, 60) };
const auditQuery = {
  subject: z
    .string()
    .max(1_000)
    .optional()
    .meta({ description: 'as in an entry: budget mail-models' }),
  limit: limitParam(50, 500),
  cursor: z.string().max(100).optional(),
};
const deleteQuery = { reason: z.string().trim().min(1).max(1_000).optional() };

export const budgetRoutes = [
  route({
    path: '/api/budgets',
    summary: 'Cost budgets and how they stand now',
    query: {},
    answer: budgetsSchema,
    handle: budgets,
  }),
  route({
    method: 'post',
    path: '/api/budgets',
    summary: 'Add a budget to budgets.yaml; 409 with the diff to apply where it may not be written',
    query: {},
    body: budgetEditSchema,
    status: 201,
    answer: budgetEditedSchema,
    handle: createBudget,
  }),
  route({
    path: '/api/budgets/:id',
    summary: 'A cost budget with its versions and alerts',
    query: {},
    answer: budgetDetailSchema,
    handle: budget,
  }),
  route({
    method: 'put',
    path: '/api/budgets/:id',
    summary:
      'Change a budget in budgets.yaml; 409 with the diff to apply where it may not be written',
    query: {},
    body: budgetEditSchema,
    answer: budgetEditedSchema,
    handle: editBudget,
  }),
  route({
    method: 'delete',
    path: '/api/budgets/:id',
    summary:
      'Remove a budget from budgets.yaml; 409 with the diff to apply where it may not be written',
    query: deleteQuery,
    answer: budgetEditedSchema,
    handle: (request) =>
      deleteBudget(request, parseQuery(deleteQuery, request.query).reason ?? null),
  }),
  route({
    path: '/api/budgets/:id/history',
    summary: 'Periods of a budget, with what changed after they were closed, and its days',
    query: historyQuery,
    answer: budgetHistorySchema,
    handle: history,
  }),
  route({
    path: '/api/audit',
    summary: 'Who changed what, newest first',
    query: auditQuery,
    answer: listOf(auditEntrySchema),
    handle: audit,
  }),
];

async function budgets({ api }: RouteRequest): Promise<Budgets> {
  const reports = await api.budgets.current();
  return {
    items: reports.map(budgetView),
    nextCursor: null,
    writable: isWritable(api),
    freshness: await freshness(api, reports[0]?.status.nowNs),
  };
}

async function budget({ api, part }: RouteRequest): Promise<BudgetDetail> {
  const report = await reportOf(api, part('id'));
  const { id } = report.budget;
  const [versions, alerts] = await Promise.all([
    api.store.query('budget_versions', { id }),
    api.store.query('budget_alert_history', { id, limit: ALERTS_MAX }),
  ]);
  return {
    ...budgetView(report),
    versions: versions.map((row) => ({
      version: Number(row['version']),
      definition: definitionOf(row),
      from: formatTime(row['from_ns'] as bigint),
      actor: row['actor'] as string,
      reason: textOrNull(row['reason']),
    })),
    alertHistory: alerts.map((row) => budgetAlertView(alertRowOf(row))),
    writable: isWritable(api),
    freshness: await freshness(api, report.status.nowNs),
  };
}

async function history({ api, part, query }: RouteRequest): Promise<BudgetHistory> {
  const { periods } = parseQuery(historyQuery, query);
  const report = await reportOf(api, part('id'));
  const { budget: own, status } = report;
  const [facts, versions] = await Promise.all([
    budgetHistory(api.store, own, { nowNs: status.nowNs, periods }),
    api.store.query('budget_versions', { id: own.id }),
  ]);
  return {
    id: own.id,
    timeZone: own.timeZone,
    periods: facts.periods.map(({ startNs, endNs, spentNano, unpriced, closed }) => {
      const { version, amountUsd } = versionAt(versions, endNs, report);
      const amountNano = parseUsd(amountUsd);
      return {
        start: formatTime(startNs),
        end: formatTime(endNs),
        version,
        amountUsd: formatUsd(amountNano),
        spentUsd: formatUsd(spentNano),
        share: Math.round(shareOf(spentNano, amountNano) * 1e6) / 1e6,
        unpricedCalls: Number(unpriced),
        closed: closed
          ? {
              at: formatTime(closed.atNs),
              spentUsd: formatUsd(closed.spentNano),
              unpricedCalls: Number(closed.unpriced),
            }
          : null,
        adjustmentUsd: closed ? formatUsd(spentNano - closed.spentNano) : null,
      };
    }),
    days: facts.days.map(({ startNs, endNs, spentNano, unpriced }) => ({
      start: formatTime(startNs),
      end: formatTime(endNs),
      spentUsd: formatUsd(spentNano),
      unpricedCalls: Number(unpriced),
    })),
    expected: status.expected.map(({ startNs, endNs, mean }) => ({
      start: formatTime(startNs),
      end: formatTime(endNs),
      usd: formatUsd(BigInt(Math.round(mean))),
    })),
    freshness: await freshness(api, status.nowNs),
  };
}

async function audit({ api, query }: RouteRequest) {
  const { subject, limit, cursor } = parseQuery(auditQuery, query);
  const offset = offsetOf(cursor);
  const rows = await api.store.query('audit', { subject: subject ?? '', limit: limit + 1, offset });
  return {
    items: rows.slice(0, limit).map((row) => ({
      at: formatTime(row['at_ns'] as bigint),
      actor: row['actor'] as string,
      action: row['action'] as string,
      subject: row['subject'] as string,
      before: jsonOf(row['before']),
      after: jsonOf(row['after']),
      reason: textOrNull(row['reason']),
    })),
    nextCursor: rows.length > limit ? cursorOf(offset + limit) : null,
  };
}

/** @throws ApiError 404 */
async function reportOf(api: ApiContext, id: string): Promise<BudgetReport> {
  const reports = await api.budgets.current();
  const report = reports.find((each) => each.budget.id === id);
  if (!report) throw new ApiError(404, `there is no budget ${JSON.stringify(id)}`, 'id');
  return report;
}

/** The definition in force just before a period's end; of one that is older than the budget the first. */
function versionAt(
  versions: readonly QueryRow[],
  endNs: bigint,
  report: BudgetReport,
): { readonly version: number; readonly amountUsd: string } {
  const there = versions.flatMap((row) => {
    const definition = definitionOf(row);
    return definition ? [{ row, definition }] : [];
  });
  const found = there.find(({ row }) => (row['from_ns'] as bigint) < endNs) ?? there.at(-1);
  return found
    ? { version: Number(found.row['version']), amountUsd: found.definition.amountUsd }
    : { version: report.version, amountUsd: report.definition.amountUsd };
}

function definitionOf(row: QueryRow) {
  return jsonOf(row['definition']) as MutableDefinition | null;
}

/** As the contract has it. */
type MutableDefinition = Omit<BudgetDefinition, 'scope' | 'thresholds'> & {
  scope: Record<string, string>;
  thresholds: number[];
};

const jsonOf = (text: unknown): unknown =>
  typeof text === 'string' ? (JSON.parse(text) as unknown) : null;

const isWritable = (api: ApiContext): boolean => api.budgetsEditor?.writable ?? false;
