import { useLocation } from 'preact-iso';
import type { BudgetDetail, BudgetHistory } from '../../server/contract.js';
import { useApi, type ApiResult } from '../api/useApi.js';
import { BudgetBar } from '../budget/BudgetBar.js';
import { addsUp, budgetChart } from '../budget/budgetChart.js';
import { LateBudgetForm } from '../budget/LateBudgetForm.js';
import { budgetPath, periodText, scopeFilter, scopeText } from '../budget/budgetText.js';
import { Chart } from '../chart/Chart.js';
import { formatPercent, formatTimes } from '../format/quantity.js';
import { formatUsdShort, isZeroUsd } from '../format/usd.js';
import { loadWords, locale, t } from '../i18n/t.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { DataAge } from '../parts/DataAge.js';
import { Icon } from '../parts/Icon.js';
import { Instant } from '../parts/Instant.js';
import { Late } from '../parts/Late.js';
import { Money } from '../parts/Money.js';
import { Panel, PanelError } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import { Status } from '../parts/Status.js';
import { useTitle } from '../parts/useTitle.js';
import { formatRange } from '../url/range.js';
import { useView, type View } from '../url/useView.js';

const CHART_PX = 220;
const PAST_PX = 300;
const QUARTER_MS = 900_000;
const HOLDS_PX = 300;

/** One budget: how it stands and will stand, what it was spent on, its past, and the form that changes it. */
export function BudgetPage({ params }: { params: { id: string } }) {
  const { id } = params;
  useTitle(`${id} · ${t('nav.cost')}`);
  const view = useView();
  const { route } = useLocation();
  const query = useApi<BudgetDetail>(`/api/budgets/${encodeURIComponent(id)}`);
  const history = useApi<BudgetHistory>(`/api/budgets/${encodeURIComponent(id)}/history`);
  const budget = query.data;
  const editing = view.param('open') === 'edit';
  return (
    <div class="page budget">
      <Breadcrumb
        crumbs={[
          { label: t('nav.overview'), href: view.href('/') },
          { label: t('nav.cost'), href: view.href('/cost') },
        ]}
      />
      {query.isError && <PanelError query={query} />}
      {budget === undefined ? (
        !query.isError && <Skeleton heightPx={640} />
      ) : (
        <>
          <div class={query.isPlaceholderData || query.isError ? 'stale' : undefined}>
            <Head budget={budget} view={view} editing={editing} />
          </div>
          {editing && (
            <section class="panel" aria-label={t('form.edit')}>
              <header class="panel-head">
                <h2>{t('form.edit')}</h2>
              </header>
              <LateBudgetForm
                key={budget.version}
                budget={budget}
                writable={budget.writable}
                onDone={(saved) =>
                  saved === '' ? route(view.href('/cost')) : view.set({ open: null })
                }
              />
            </section>
          )}
          {budget.holds !== null && (
            <Late
              load={async () =>
                (
                  await Promise.all([
                    import('../reservations/ReservationsPanel.js'),
                    loadWords('reservations'),
                  ])
                )[0].ReservationsPanel
              }
              props={{ budget, view }}
              waiting={<Waiting heightPx={HOLDS_PX} />}
            />
          )}
          <PacePanel budget={budget} history={history} />
          <Late
            load={() => import('../budget/BudgetPast.js').then((module) => module.BudgetPast)}
            props={{ budget, history, view }}
            waiting={<Waiting heightPx={PAST_PX} />}
            whenNear
          />
        </>
      )}
    </div>
  );
}

function Head({ budget, view, editing }: { budget: BudgetDetail; view: View; editing: boolean }) {
  const { definition, period, burn, forecast } = budget;
  const [alert] = budget.alerts;
  const spendHref = view.href('/cost', {
    filter: scopeFilter(definition.scope),
    range: formatRange({
      kind: 'absolute',
      from: new Date(period.start),
      to: new Date(Math.min(Date.parse(period.end), Date.parse(budget.asOf))),
    }),
    tz: definition.timeZone,
  });
  return (
    <section class="panel budget-top" aria-label={budget.id}>
      <header class="page-head">
        <div>
          <h1>{budget.id}</h1>
          <p class="budget-meta">
            {scopeText(definition.scope)} · {periodText(definition)} ·{' '}
            {budget.owner === null ? t('needs.noOwner') : t('needs.owner', { name: budget.owner })}
            {definition.hardLimit && (
              <>
                {' · '}
                <span class="tag">{t('budget.hard')}</span>
              </>
            )}
          </p>
        </div>
        <div class="panel-actions">
          <Status kind={budget.state} strong />
          <DataAge dataUntil={budget.freshness.dataUntil} />
        </div>
      </header>
      <p class="metric">
        <a class="drill" href={spendHref}>
          <Money usd={budget.spentUsd} unpricedCalls={budget.unpricedCalls} compact />
        </a>{' '}
        <small>{t('budgets.of', { usd: formatUsdShort(budget.amountUsd) })}</small>
      </p>
      <BudgetBar budget={budget} />
      <dl class="facts">
        <div>
          <dt>{t(isZeroUsd(budget.overrunUsd) ? 'budget.left' : 'budget.over')}</dt>
          <dd>
            {/* What has no price was spent too: less is left than this, or more is over. */}
            {budget.atLeast && (isZeroUsd(budget.overrunUsd) ? '≤ ' : '≥ ')}
            <Money usd={isZeroUsd(budget.overrunUsd) ? budget.leftUsd : budget.overrunUsd} />
          </dd>
        </div>
        {period.kind === 'calendar' && (
          <div>
            <dt>{t('budget.atEnd')}</dt>
            <dd>
              {forecast === null ? (
                <span class="unknown">{t('budget.tooEarly')}</span>
              ) : (
                <>
                  <Money usd={forecast.usd} unpricedCalls={budget.unpricedCalls} compact />{' '}
                  <small>
                    {forecast.lowUsd !== null && forecast.highUsd !== null
                      ? t('budget.interval', {
                          low: formatUsdShort(forecast.lowUsd),
                          high: formatUsdShort(forecast.highUsd),
                        })
                      : t(`forecast.${forecast.method}`)}
                  </small>
                </>
              )}
            </dd>
          </div>
        )}
        <div>
          <dt>
            {t('budget.window', { hours: Math.round(burn.windowHours) })}{' '}
            <Instant at={quarterBefore(budget.asOf)} />
          </dt>
          <dd>
            <Money usd={burn.windowUsd} />{' '}
            <small>
              {t('budget.burn', { times: formatTimes(burn.window) })}
              {burn.usualUsd === null
                ? ''
                : ` · ${t('budget.usual', { usd: formatUsdShort(burn.usualUsd) })}`}
            </small>
          </dd>
        </div>
        {budget.unpricedCalls > 0 && (
          <div>
            <dt>{t('unpriced.title')}</dt>
            <dd>
              <a href={spendHref}>{t('budget.unpriced', { n: budget.unpricedCalls })}</a>
            </dd>
          </div>
        )}
        {budget.priceChanges.map((change) => (
          <div key={`${change.provider} ${change.model} ${change.at}`}>
            <dt>{t('budget.priceChange', { model: change.model })}</dt>
            <dd>
              {t('budget.priceRatio', {
                times: formatTimes(change.ratio),
                share: formatPercent(change.share),
              })}
            </dd>
          </div>
        ))}
      </dl>
      <p class="form-actions">
        {alert && (
          <a
            class="button primary"
            href={view.href(`/runbooks/${encodeURIComponent(alert.runbook)}`, {
              budget: budget.id,
              step: '1',
            })}
          >
            {t('needs.openRunbook')} <Icon name="arrow" />
          </a>
        )}
        <a class="button" href={spendHref}>
          {t('budget.whatOn')}
        </a>
        <a
          class="button"
          aria-current={editing ? 'true' : undefined}
          href={view.href(budgetPath(budget.id), { open: editing ? null : 'edit' })}
        >
          {t('form.edit')}
        </a>
      </p>
    </section>
  );
}

/** The window ends with the last full quarter of an hour. */
const quarterBefore = (at: string): string =>
  new Date(Math.floor(Date.parse(at) / QUARTER_MS) * QUARTER_MS).toISOString();

function PacePanel({
  budget,
  history,
}: {
  budget: BudgetDetail;
  history: ApiResult<BudgetHistory>;
}) {
  const isCalendar = addsUp(budget);
  return (
    <Panel
      title={t(isCalendar ? 'budget.pace' : 'budget.days')}
      query={history}
      skeletonPx={CHART_PX}
    >
      {(answer) => {
        if (answer.days.length === 0) return <p class="none tall">{t('series.empty')}</p>;
        const data = budgetChart(budget, { history: answer, locale: locale.value });
        return (
          <>
            <Chart
              id="pace"
              label={t(isCalendar ? 'budget.paceLabel' : 'budget.daysLabel', {
                id: budget.id,
                spent: formatUsdShort(budget.spentUsd),
                amount: formatUsdShort(budget.amountUsd),
              })}
              data={data}
              heightPx={CHART_PX}
            />
            <ul class="series-key" aria-label={t('series.key')}>
              {data.series.map((series) => (
                <li key={series.key}>
                  <i class="swatch" style={{ background: series.color }} /> {series.label}
                </li>
              ))}
              <li class="ghost-key">{t(isCalendar ? 'budget.paceLine' : 'budget.dayLine')}</li>
            </ul>
          </>
        );
      }}
    </Panel>
  );
}

function Waiting({ heightPx }: { heightPx: number }) {
  return (
    <div class="panel">
      <Skeleton heightPx={heightPx} />
    </div>
  );
}
