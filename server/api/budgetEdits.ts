/** Edits of budgets: the file owns the definitions, so an edit is a change of the file, or the diff that makes it. */
import { budgetEntrySchema } from '../config/budgetsFile.js';
import type { BudgetChange } from '../config/budgetsEditor.js';
import { ConfigError } from '../config/yamlFile.js';
import type { BudgetEdit } from '../contract.js';
import type { BudgetReport } from '../cost/budgetBook.js';
import type { ApiContext } from './apiContext.js';
import { ApiError } from './problem.js';
import type { RouteRequest } from './route.js';

interface Edited {
  readonly id: string;
  readonly version: number;
}

export async function createBudget({ api, body, actor }: RouteRequest): Promise<Edited> {
  const { budget, reason = null } = body as BudgetEdit;
  const { id } = checked(budget);
  return inTurn(api, async (reports) => {
    if (reports.some((report) => report.budget.id === id)) {
      throw new ApiError(409, `there is a budget ${JSON.stringify(id)} already`, 'budget.id');
    }
    return change(api, { kind: 'create', entry: budget }, { id, actor, reason });
  });
}

export async function editBudget({ api, part, body, actor }: RouteRequest): Promise<Edited> {
  const { budget, version, reason = null } = body as BudgetEdit;
  const id = part('id');
  const entry = { id, ...budget };
  if (checked(entry).id !== id) {
    throw new ApiError(400, `budget.id: must be ${JSON.stringify(id)} or left out`, 'budget.id');
  }
  return inTurn(api, async (reports) => {
    const report = existing(reports, id);
    if (version !== undefined && version !== report.version) {
      throw new ApiError(
        409,
        `the budget was changed meanwhile: version ${report.version} is in force, not ${version}`,
        'version',
        { version: report.version },
      );
    }
    return change(api, { kind: 'edit', id, entry }, { id, actor, reason });
  });
}

export async function deleteBudget(
  { api, part, actor }: RouteRequest,
  reason: string | null,
): Promise<Edited> {
  const id = part('id');
  return inTurn(api, async (reports) => {
    existing(reports, id);
    return change(api, { kind: 'delete', id }, { id, actor, reason });
  });
}

/** Each edit sees what the one before has made. */
function inTurn(
  api: ApiContext,
  edit: (reports: readonly BudgetReport[]) => Promise<Edited>,
): Promise<Edited> {
  const { budgetsEditor } = api;
  if (!budgetsEditor) {
    throw new ApiError(409, 'there is no file to change: start the server with --config <dir>');
  }
  return budgetsEditor.inTurn(async () => edit(await api.budgets.evaluate()));
}

async function change(
  api: ApiContext,
  wanted: BudgetChange,
  { id, actor, reason }: { id: string; actor: string; reason: string | null },
): Promise<Edited> {
  const { budgetsEditor } = api;
  if (!budgetsEditor) throw new ApiError(409, 'there is no file to change');
  const draft = await budgetsEditor.draft(wanted).catch((error: unknown) => {
    if (error instanceof ConfigError) throw new ApiError(409, error.message);
    throw error;
  });
  if (!budgetsEditor.writable) {
    throw new ApiError(
      409,
      `definitions are not written by this server: apply the diff to ${draft.file}, or start with --config-writable`,
      undefined,
      { file: draft.file, diff: draft.diff },
    );
  }
  const edit = { actor, reason };
  const written = api.budgets.announce(draft.budgets.budgets ?? [], edit);
  try {
    await budgetsEditor.write(draft);
    api.applyBudgets(draft.budgets, edit);
  } finally {
    written();
  }
  const reports = await api.budgets.evaluate();
  const report = reports.find((each) => each.budget.id === id);
  if (report) return { id, version: report.version };
  const [newest] = await api.store.query('budget_versions', { id });
  return { id, version: Number(newest?.['version'] ?? 0) };
}

/** @throws ApiError 404 */
function existing(reports: readonly BudgetReport[], id: string): BudgetReport {
  const report = reports.find((each) => each.budget.id === id);
  if (!report) throw new ApiError(404, `there is no budget ${JSON.stringify(id)}`, 'id');
  return report;
}

/** @throws ApiError 400 naming the field. */
function checked(entry: unknown): { readonly id: string } {
  const result = budgetEntrySchema.safeParse(entry);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = ['budget', ...(issue?.path ?? []), ...unknown].map(String).join('.');
  throw new ApiError(400, `${field}: ${issue?.message ?? 'invalid'}`, field);
}
