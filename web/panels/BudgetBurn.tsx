import type { BudgetDetail } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { BudgetBar } from '../budget/BudgetBar.js';
import { formatUsdShort } from '../format/usd.js';
import { t } from '../i18n/t.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import type { PanelParams } from './panelParams.js';

/** What a budget has spent of its amount, against the time that has passed, and where that ends. */
export function BudgetBurn({ params: { budget } }: { params: PanelParams }) {
  if (budget === undefined) return <p class="none">{t('panel.needsBudget')}</p>;
  return <BurnOf budget={budget} />;
}

function BurnOf({ budget }: { budget: string }) {
  const query = useApi<BudgetDetail>(`/api/budgets/${encodeURIComponent(budget)}`);
  return (
    <Panel title={t('panel.budgetBurn', { budget })} query={query} skeletonPx={90}>
      {(detail) => <Burn budget={detail} />}
    </Panel>
  );
}

function Burn({ budget }: { budget: BudgetDetail }) {
  const { forecast } = budget;
  return (
    <>
      <p class="panel-lead">
        <Money usd={budget.spentUsd} unpricedCalls={budget.unpricedCalls} />{' '}
        {t('budget.of', { usd: formatUsdShort(budget.amountUsd) })}
        {forecast !== null && ` · ${t('budget.forecast', { usd: formatUsdShort(forecast.usd) })}`}
      </p>
      <BudgetBar budget={budget} />
    </>
  );
}
