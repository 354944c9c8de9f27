import type {
  BudgetAlertView,
  BudgetDetail,
  BudgetHistory,
  BudgetVersion,
} from '../../server/contract.js';
import type { ApiResult } from '../api/useApi.js';
import { formatPercent } from '../format/quantity.js';
import { formatDay } from '../format/time.js';
import { formatUsdShort, isZeroUsd } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { alertSummary, causeText } from '../incident/alertSummary.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import { Status } from '../parts/Status.js';
import { signedUsd } from '../cost/Delta.js';
import { formatRange } from '../url/range.js';
import type { View } from '../url/useView.js';
import { changedFields } from './budgetDraft.js';
import { scopeFilter } from './budgetText.js';

type Period = BudgetHistory['periods'][number];

/** The budget's periods, with what changed after they were closed. */
export function PeriodsPanel({
  query,
  budget,
  view,
}: {
  query: ApiResult<BudgetHistory>;
  budget: BudgetDetail;
  view: View;
}) {
  return (
    <Panel title={t('budget.periods')} query={query} skeletonPx={240}>
      {(history) => (
        <DataTable
          label={t('budget.periods')}
          columns={periodColumns(view, {
            budget,
            tz: history.timeZone,
            now: history.freshness.asOf,
          })}
          rows={toldPeriods(history)}
          rowKey={(row) => row.start}
          empty={t('budget.noPeriods')}
        />
      )}
    </Panel>
  );
}

/** Without the oldest ones in which nothing was spent: they were before there was anything to tell. */
function toldPeriods({ periods }: BudgetHistory): Period[] {
  const last = periods.findLastIndex(
    (period) => period.closed !== null || period.unpricedCalls > 0 || !isZeroUsd(period.spentUsd),
  );
  return periods.slice(0, Math.max(1, last + 1));
}

function periodColumns(
  view: View,
  { budget, tz, now }: { budget: BudgetDetail; tz: string; now: string },
): Column<Period>[] {
  const zoned = { locale: locale.value, tz };
  return [
    {
      key: 'period',
      label: t('budget.period'),
      phone: 'title',
      cell: (row) => (
        <a
          class="row-link"
          href={view.href('/cost', {
            filter: scopeFilter(budget.definition.scope),
            range: formatRange({
              kind: 'absolute',
              from: new Date(row.start),
              to: new Date(row.end),
            }),
            tz,
          })}
        >
          {formatDay(row.start, zoned)} – {formatDay(new Date(Date.parse(row.end) - 1), zoned)}
        </a>
      ),
    },
    {
      key: 'spent',
      label: t('budget.spent'),
      numeric: true,
      phone: 'main',
      cell: (row) => <Money usd={row.spentUsd} unpricedCalls={row.unpricedCalls} compact />,
    },
    {
      key: 'amount',
      label: t('form.amountUsd'),
      numeric: true,
      cell: (row) => formatUsdShort(row.amountUsd),
    },
    {
      key: 'share',
      label: t('budget.share'),
      numeric: true,
      phone: 'side',
      cell: (row) => formatPercent(row.share),
    },
    {
      key: 'closed',
      label: t('budget.closed'),
      phone: 'meta',
      cell: (row) =>
        row.closed === null ? (
          <span class="unknown">{row.end >= now ? t('budget.open') : '–'}</span>
        ) : (
          <>
            <Money usd={row.closed.spentUsd} unpricedCalls={row.closed.unpricedCalls} compact />{' '}
            {row.adjustmentUsd !== null && !isZeroUsd(row.adjustmentUsd) && (
              <small>{t('budget.adjusted', { usd: signedUsd(row.adjustmentUsd) })}</small>
            )}
          </>
        ),
    },
  ];
}

/** Alerts of the budget, firing and past. */
export function AlertsPanel({
  alerts,
  view,
  id,
}: {
  alerts: readonly BudgetAlertView[];
  view: View;
  id: string;
}) {
  return (
    <section class="panel" aria-label={t('budget.alerts')}>
      <header class="panel-head">
        <h2>{t('budget.alerts')}</h2>
      </header>
      {alerts.length === 0 && <p class="none">{t('budget.noAlerts')}</p>}
      <ul class="rows">
        {alerts.map((alert) => (
          <li key={alert.id} class="alert-row">
            <Status
              kind={alert.state === 'resolved' ? 'inactive' : alert.severity}
              word={t(`alertState.${alert.state}`)}
            />
            <span>
              {alertSummary(alert, view.tz)}
              <small class="under">
                <Instant at={alert.raisedAt} />
                {alert.resolvedAt !== null && (
                  <>
                    {' – '}
                    <Instant at={alert.resolvedAt} />{' '}
                    {alert.reason !== null && causeText(alert.reason)}
                  </>
                )}
              </small>
            </span>
            <a
              href={view.href(`/runbooks/${encodeURIComponent(alert.runbook)}`, {
                budget: id,
                step: '1',
              })}
            >
              {t('needs.openRunbook')}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who changed the budget, when, why, and what. */
export function VersionsPanel({ versions }: { versions: readonly BudgetVersion[] }) {
  return (
    <section class="panel" aria-label={t('budget.versions')}>
      <header class="panel-head">
        <h2>{t('budget.versions')}</h2>
      </header>
      <ol class="rows">
        {versions.map((version, index) => (
          <li key={version.version}>
            <strong>{t('budget.version', { n: version.version })}</strong>{' '}
            {versionText(version, versions[index + 1])}
            <small class="under">
              <Instant at={version.from} /> · {version.actor}
              {version.reason === null ? '' : ` · ${version.reason}`}
            </small>
          </li>
        ))}
      </ol>
    </section>
  );
}

function versionText(version: BudgetVersion, before: BudgetVersion | undefined): string {
  const { definition } = version;
  if (definition === null) return t('budget.removed');
  if (!before?.definition) {
    return t('budget.created', { usd: formatUsdShort(definition.amountUsd) });
  }
  const earlier = before.definition;
  return changedFields(earlier, definition)
    .map((field) => `${field}: ${shown(earlier[field])} → ${shown(definition[field])}`)
    .join(' · ');
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
