import type { PanelName } from '@burnbook/domain/panels';
import type { ComponentType } from 'preact';
import type { Batch } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { t } from '../i18n/t.js';
import { PanelError } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import { useView } from '../url/useView.js';
import { AttemptsByOutcome } from './AttemptsByOutcome.js';
import { BatchBillByStep } from './BatchBillByStep.js';
import { BatchCostHistory } from './BatchCostHistory.js';
import { BudgetBurn } from './BudgetBurn.js';
import { BudgetDays } from './BudgetDays.js';
import type { PanelSubject } from './panelSubject.js';

interface LivePanelProps {
  /** The name in the runbook's `panel` fence. */
  panel: string;
  params: Readonly<Record<string, string>>;
}

const BUDGET_PANELS = { 'budget-burn': BudgetBurn, 'budget-days': BudgetDays } as const;

type BudgetPanelName = keyof typeof BUDGET_PANELS;

const PANELS: Readonly<
  Partial<Record<Exclude<PanelName, BudgetPanelName>, ComponentType<PanelSubject>>>
> = {
  'batch-cost-history': BatchCostHistory,
  'batch-bill-by-step': BatchBillByStep,
  'attempts-by-outcome': AttemptsByOutcome,
};

/**
 * A panel of a runbook. What its parameters leave open the page's URL says; what both leave open is the newest batch.
 */
export function LivePanel({ panel, params }: LivePanelProps) {
  return isBudgetPanel(panel) ? (
    <BudgetPanel panel={panel} params={params} />
  ) : (
    <BatchPanel panel={panel} params={params} />
  );
}

function BudgetPanel({
  panel,
  params,
}: {
  panel: BudgetPanelName;
  params: LivePanelProps['params'];
}) {
  const view = useView();
  const budget = params['budget'] ?? view.param('budget');
  const Named = BUDGET_PANELS[panel];
  if (budget === null) return <p class="none">{t('panel.needsBudget')}</p>;
  return <Named budget={budget} />;
}

function BatchPanel({ panel, params }: LivePanelProps) {
  const view = useView();
  const pipeline = params['pipeline'] ?? view.param('pipeline');
  const batch = params['batch'] ?? view.param('batch');
  const newest = useApi<{ items: Batch[] }>(
    pipeline !== null && batch !== null
      ? null
      : `/api/batches?${new URLSearchParams({ ...(pipeline === null ? {} : { pipeline }), sort: '-startedAt', limit: '1' })}`,
  );
  const Named = isPanelName(panel) ? PANELS[panel] : undefined;
  if (!Named) return <p class="none">{t('panel.unknown', { name: panel })}</p>;
  if (pipeline !== null && batch !== null) return <Named pipeline={pipeline} batchId={batch} />;
  if (newest.isError) return <PanelError query={newest} />;
  if (!newest.data) return <Skeleton heightPx={160} />;
  const [first] = newest.data.items;
  if (!first) return <p class="none">{t('panel.needsPipeline')}</p>;
  return <Named pipeline={pipeline ?? first.pipeline} batchId={first.batchId} />;
}

function isBudgetPanel(name: string): name is BudgetPanelName {
  return Object.hasOwn(BUDGET_PANELS, name);
}

function isPanelName(name: string): name is Exclude<PanelName, BudgetPanelName> {
  return Object.hasOwn(PANELS, name);
}
