import type { CostGroup, Costs } from '../../server/contract.js';
import { compareUsd, isZeroUsd } from '../format/usd.js';
import { formatCount } from '../format/quantity.js';
import { locale, t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import type { View } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';
import { CsvLink } from './CsvLink.js';
import { FilterBar } from './FilterBar.js';
import { BOARD_ROWS_ALL, useCosts } from './useCosts.js';

const SORT_DEFAULT = '-cost';

/** The batches that a filtered figure is made of, each with its part; their bills hold the spans. */
export function BatchesBehind({ view, filter }: { view: View; filter: string }) {
  const asked = { groupBy: 'pipeline,batch', filter, limit: BOARD_ROWS_ALL };
  const query = useCosts(view, asked);
  const sort = view.param('sort') ?? SORT_DEFAULT;
  return (
    <div class="page">
      <Breadcrumb
        crumbs={[
          { label: t('nav.overview'), href: view.href('/') },
          { label: t('nav.cost'), href: view.href('/cost', { filter }) },
        ]}
      />
      <header class="page-head">
        <h1>{t('batches.title')}</h1>
        <FilterBar view={view} filter={filter} />
      </header>
      <Panel
        title={t('behind.title')}
        query={query}
        skeletonPx={480}
        actions={<CsvLink path="/api/costs" view={view} asked={{ ...asked, tz: view.tz }} />}
      >
        {(costs) => (
          <>
            <p class="panel-lead">
              {t('behind.lead', { n: costs.itemsTotal })}{' '}
              <Money usd={costs.total.totalUsd} unpricedCalls={costs.total.unpricedCalls} />
            </p>
            <DataTable
              label={t('behind.title')}
              columns={columnsFor(view)}
              rows={sorted(costs, sort)}
              rowKey={(row) => JSON.stringify(row.keys)}
              sort={sort}
              onSort={(next) => view.set({ sort: next === SORT_DEFAULT ? null : next })}
              empty={t('batches.none')}
            />
            {costs.itemsTotal > costs.items.length && (
              <p class="panel-note">
                {t('waste.shown', { n: costs.items.length, total: costs.itemsTotal })}
              </p>
            )}
          </>
        )}
      </Panel>
    </div>
  );
}

function sorted({ items }: Costs, sort: string): CostGroup[] {
  const turn = sort.startsWith('-') ? -1 : 1;
  const valueOf = ({ cost }: CostGroup) =>
    sort.endsWith('waste') ? cost.retryWasteUsd : cost.totalUsd;
  return [...items].sort((a, b) => turn * compareUsd(valueOf(a), valueOf(b)));
}

function columnsFor(view: View): Column<CostGroup>[] {
  return [
    {
      key: 'batch',
      label: t('batches.batch'),
      phone: 'title',
      cell: ({ keys: [pipeline, batch] }) => (
        <>
          {pipeline != null && batch != null ? (
            <a class="row-link" href={view.href(batchPath(pipeline, batch))}>
              {batch}
            </a>
          ) : (
            <span class="unknown">{t('behind.shared')}</span>
          )}
          <small class="under">{pipeline}</small>
        </>
      ),
    },
    {
      key: 'calls',
      label: t('behind.calls'),
      numeric: true,
      phone: 'meta',
      cell: (row) => formatCount(row.modelCalls, { locale: locale.value }),
    },
    {
      key: 'tokens',
      label: t('profile.tokens'),
      numeric: true,
      cell: (row) => formatCount(row.tokens, { locale: locale.value, compact: true }),
    },
    {
      key: 'waste',
      label: t('batches.waste'),
      numeric: true,
      sort: '-waste',
      phone: 'side',
      cell: (row) => <Money usd={row.cost.retryWasteUsd} />,
    },
    {
      key: 'cost',
      label: t('batches.cost'),
      numeric: true,
      sort: '-cost',
      phone: 'main',
      cell: ({ cost }) => (
        <Money
          usd={cost.unpricedCalls > 0 && isZeroUsd(cost.totalUsd) ? null : cost.totalUsd}
          unpricedCalls={cost.unpricedCalls}
          unknown="unpriced"
          compact
        />
      ),
    },
  ];
}
