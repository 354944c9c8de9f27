import type { BudgetDetail } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { formatPercent } from '../format/quantity.js';
import { formatUsdShort } from '../format/usd.js';
import { formatInstant } from '../format/time.js';
import { locale, t } from '../i18n/t.js';
import { BurnBar } from '../parts/BurnBar.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import { useView } from '../url/useView.js';

/** What a budget has spent of its amount, against the time that has passed, and where that ends. */
export function BudgetBurn({ budget }: { budget: string }) {
  const query = useApi<BudgetDetail>(`/api/budgets/${encodeURIComponent(budget)}`);
  return (
    <Panel title={t('panel.budgetBurn', { budget })} query={query} skeletonPx={90}>
      {(detail) => <Burn budget={detail} />}
    </Panel>
  );
}

function Burn({ budget }: { budget: BudgetDetail }) {
  const { tz } = useView();
  const { share, elapsed, forecast, emptyAt } = budget;
  const parts = [
    t(budget.atLeast ? 'budget.usedAtLeast' : 'budget.used', { percent: formatPercent(share) }),
    ...(elapsed === null ? [] : [t('budget.elapsed', { percent: formatPercent(elapsed) })]),
    emptyAt === null
      ? t(`budget.${budget.emptyState}`)
      : t('budget.emptyAt', { at: formatInstant(emptyAt, { locale: locale.value, tz }) }),
  ];
  return (
    <>
      <p class="panel-lead">
        <Money usd={budget.spentUsd} unpricedCalls={budget.unpricedCalls} />{' '}
        {t('budget.of', { usd: formatUsdShort(budget.amountUsd) })}
        {forecast !== null && ` · ${t('budget.forecast', { usd: formatUsdShort(forecast.usd) })}`}
      </p>
      <BurnBar
        used={share}
        elapsed={elapsed}
        projected={forecast?.share ?? null}
        label={t('panel.budgetBurn', { budget: budget.id })}
        text={parts.join(' · ')}
      />
    </>
  );
}
