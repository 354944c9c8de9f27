import type { Budget, Budgets } from '../../server/contract.js';
import type { ApiResult } from '../api/useApi.js';
import { formatUsdShort } from '../format/usd.js';
import { t } from '../i18n/t.js';
import { Icon } from '../parts/Icon.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import { Status } from '../parts/Status.js';
import type { View } from '../url/useView.js';
import { BudgetBar } from './BudgetBar.js';
import { LateBudgetForm } from './LateBudgetForm.js';
import { budgetPath, periodText, scopeText } from './budgetText.js';

/** What needs someone first. */
const URGENCY: Record<Budget['state'], number> = {
  critical: 0,
  increasing: 1,
  unknown: 2,
  ok: 3,
  noData: 4,
  inactive: 5,
};
const SHOWN_FIRST = 4;

/** Every budget as a burn bar, the most pressing first. */
export function BudgetsPanel({ query, view }: { query: ApiResult<Budgets>; view: View }) {
  const open = view.param('open');
  const all = open === 'budgets';
  return (
    <Panel
      title={t('budgets.title')}
      id="budgets"
      query={query}
      skeletonPx={300}
      actions={
        <button
          type="button"
          class="link-button"
          aria-expanded={open === 'new-budget'}
          onClick={() => view.set({ open: open === 'new-budget' ? null : 'new-budget' })}
        >
          {t('budgets.new')}
        </button>
      }
    >
      {({ items, writable }) => {
        const sorted = [...items].sort(
          (a, b) => URGENCY[a.state] - URGENCY[b.state] || b.share - a.share,
        );
        return (
          <>
            {open === 'new-budget' && (
              <LateBudgetForm
                key="new"
                budget={null}
                writable={writable}
                onDone={() => view.set({ open: null })}
              />
            )}
            {items.length === 0 && <p class="none">{t('budgets.none')}</p>}
            <ul class="budget-list">
              {sorted.slice(0, all ? sorted.length : SHOWN_FIRST).map((budget) => (
                <BudgetRow key={budget.id} budget={budget} view={view} />
              ))}
            </ul>
            {sorted.length > SHOWN_FIRST && (
              <button
                type="button"
                class="link-button"
                onClick={() => view.set({ open: all ? null : 'budgets' })}
              >
                {all ? t('board.fewer') : t('needs.more', { n: sorted.length - SHOWN_FIRST })}
              </button>
            )}
          </>
        );
      }}
    </Panel>
  );
}

function BudgetRow({ budget, view }: { budget: Budget; view: View }) {
  const [alert] = budget.alerts;
  return (
    <li class="budget-row">
      <div class="budget-head">
        <a class="row-link" href={view.href(budgetPath(budget.id))}>
          {budget.id}
        </a>
        <Status kind={budget.state} />
        <span class="budget-sum">
          <Money usd={budget.spentUsd} unpricedCalls={budget.unpricedCalls} compact />{' '}
          <small>{t('budgets.of', { usd: formatUsdShort(budget.amountUsd) })}</small>
        </span>
      </div>
      <BudgetBar budget={budget} />
      <p class="budget-meta">
        {scopeText(budget.definition.scope)} · {periodText(budget.definition)} ·{' '}
        {budget.owner === null ? t('needs.noOwner') : t('needs.owner', { name: budget.owner })}
        {alert && (
          <>
            {' · '}
            <a
              href={view.href(`/runbooks/${encodeURIComponent(alert.runbook)}`, {
                budget: budget.id,
                step: '1',
              })}
            >
              {t('needs.openRunbook')} <Icon name="arrow" size={12} />
            </a>
          </>
        )}
      </p>
    </li>
  );
}
