import type { BudgetDetail, BudgetHistory } from '../../server/contract.js';
import type { ApiResult } from '../api/useApi.js';
import type { View } from '../url/useView.js';
import { AlertsPanel, PeriodsPanel, VersionsPanel } from './BudgetHistoryPanels.js';

interface BudgetPastProps {
  budget: BudgetDetail;
  history: ApiResult<BudgetHistory>;
  view: View;
}

/** What a budget has been: its periods, alerts and changes. */
export function BudgetPast({ budget, history, view }: BudgetPastProps) {
  return (
    <>
      <div class="columns even">
        <PeriodsPanel query={history} budget={budget} view={view} />
        <AlertsPanel alerts={budget.alertHistory} view={view} id={budget.id} />
      </div>
      <VersionsPanel versions={budget.versions} />
    </>
  );
}
