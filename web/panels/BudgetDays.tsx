import type { BudgetHistory } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { formatDay } from '../format/time.js';
import { compareUsd, usdRatio } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import type { PanelParams } from './panelParams.js';

/** Two weeks: the panel stands beside a text. */
const DAYS_SHOWN = 14;

/** What a budget has spent on each of the last days of its period, newest first. */
export function BudgetDays({ params: { budget } }: { params: PanelParams }) {
  if (budget === undefined) return <p class="none">{t('panel.needsBudget')}</p>;
  return <DaysOf budget={budget} />;
}

function DaysOf({ budget }: { budget: string }) {
  const query = useApi<BudgetHistory>(`/api/budgets/${encodeURIComponent(budget)}/history`);
  return (
    <Panel title={t('panel.budgetDays', { budget })} query={query} skeletonPx={160}>
      {(history) => <Days history={history} />}
    </Panel>
  );
}

function Days({ history }: { history: BudgetHistory }) {
  const days = history.days.slice(-DAYS_SHOWN).reverse();
  const most = days.reduce(
    (usd, day) => (compareUsd(day.spentUsd, usd) > 0 ? day.spentUsd : usd),
    '0',
  );
  return (
    <ul class="bars">
      {days.map((day) => (
        <li key={day.start}>
          <span class="bars-name">
            {formatDay(day.start, { locale: locale.value, tz: history.timeZone })}
          </span>
          <Money usd={day.spentUsd} unpricedCalls={day.unpricedCalls} compact />
          <svg
            viewBox="0 0 100 6"
            preserveAspectRatio="none"
            width="100%"
            height="6"
            aria-hidden="true"
          >
            <rect class="bars-track" width="100" height="6" />
            <rect class="bars-fill" width={(usdRatio(day.spentUsd, most) ?? 0) * 100} height="6" />
          </svg>
        </li>
      ))}
    </ul>
  );
}
