/** What the routes stand on; built by the composition root. */
import type { Upstreams } from '@burnbook/domain/alert/lineage';
import { RULE_SETTINGS, type RuleSettings } from '@burnbook/domain/alert/ruleSettings';
import { parseUsd } from '@burnbook/domain/money';
import type { PricedUsage } from '@burnbook/domain/price';
import type { Usage } from '@burnbook/domain/usage';
import type { AlertDesk } from '../alert/alertDesk.js';
import type { CheckDesk } from '../check/checkDesk.js';
import type { BudgetsEditor } from '../config/budgetsEditor.js';
import type { BudgetsFile } from '../config/budgetsFile.js';
import type { Config } from '../config/config.js';
import { BATCH_COST_RULE, type BatchCostRule } from '../cost/batchCostAlert.js';
import type { BudgetBook, Edit } from '../cost/budgetBook.js';
import type { ExecutionBook } from '../execution/executionBook.js';
import type { PriceBook } from '../cost/priceBook.js';
import type { PriceLedger } from '../cost/priceLedger.js';
import type { Repricing } from '../cost/repricing.js';
import type { ExclusionBook } from '../slo/exclusionBook.js';
import type { OccurrenceBook } from '../slo/occurrenceBook.js';
import type { Notifier } from '../notify/notifier.js';
import type { Runbooks } from '../runbook/loadRunbooks.js';
import type { SloEngine } from '../slo/sloEngine.js';
import type { Backups } from '../store/backup/backups.js';
import type { StoreClient } from '../store/storeClient.js';
import type { CommitFeed } from './commitFeed.js';

export interface ApiContext {
  readonly store: StoreClient;
  readonly prices: PriceBook;
  readonly ledger: PriceLedger;
  readonly repricing: Repricing;
  /** The configuration as of now. */
  readonly config: () => Config;
  readonly runbooks: () => Runbooks;
  readonly feed: CommitFeed;
  /** Time that does not count for SLOs. */
  readonly exclusions: ExclusionBook;
  readonly budgets: BudgetBook;
  readonly slos: SloEngine;
  readonly occurrences: OccurrenceBook;
  readonly notifier: Notifier;
  readonly backups: Backups;
  readonly desk: AlertDesk;
  /** Answers the checks of runbooks. */
  readonly checks: CheckDesk;
  /** Runbooks that are being followed. */
  readonly executions: ExecutionBook;
  /** Which pipelines feed which, by the configuration. */
  readonly upstreams: () => Upstreams;
  /** Where the configuration's files are; null: nowhere. */
  readonly configFolder: string | null;
  /** null: there is no configuration folder. */
  readonly budgetsEditor: BudgetsEditor | null;
  /** Takes over definitions that were written. */
  readonly applyBudgets: (budgets: BudgetsFile, edit: Edit) => void;
  /** What a model call would cost by the prices of an instant. */
  readonly quote: (
    call: { readonly provider: string | null; readonly model: string; readonly tier: string },
    usage: Usage,
    atNs: bigint,
  ) => PricedUsage;
  /** A hard limit has refused a reservation: somebody should look at it soon. */
  readonly refused: () => void;
  /** UTC nanoseconds. */
  readonly nowNs: () => bigint;
  readonly version: string;
  /** What is stored is demo data alone. */
  readonly demoData: boolean;
  /** Told of faults of ours; a request's own faults are its answer. */
  readonly report: (error: unknown) => void;
}

/** Owner and team of a pipeline, by the configuration. */
export function pipelineEntry(
  context: ApiContext,
  name: string,
): { readonly owner: string | null; readonly team: string | null } {
  const entry = context.config().pipelines.pipelines?.find((pipeline) => pipeline.name === name);
  return { owner: entry?.owner ?? null, team: entry?.team ?? null };
}

/** Where rules of alerts fire, by the configuration. */
export function ruleSettingsOf({ pipelines }: Config): RuleSettings {
  const { retryWasteHigh, diskNearlyFull } = pipelines;
  const { retryWaste, disk } = RULE_SETTINGS;
  const { share: shareMax = retryWaste.shareMax, minUsd } = retryWasteHigh ?? {};
  const wasteMinNano = minUsd === undefined ? retryWaste.wasteMinNano : parseUsd(minUsd);
  return { retryWaste: { shareMax, wasteMinNano }, disk: { ...disk, ...diskNearlyFull } };
}

/** When a batch costs too much, by the configuration. */
export const batchCostRule = (context: ApiContext): BatchCostRule =>
  batchCostRuleOf(context.config());

export function batchCostRuleOf({ pipelines }: Config): BatchCostRule {
  const said = pipelines.batchCostAboveNormal;
  return {
    ratioMax: said?.ratio ?? BATCH_COST_RULE.ratioMax,
    costMinNano: said?.minUsd === undefined ? BATCH_COST_RULE.costMinNano : parseUsd(said.minUsd),
  };
}
