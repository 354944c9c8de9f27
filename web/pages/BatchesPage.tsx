import type { Batch, Pipeline } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { usePages } from '../api/usePages.js';
import { pathOf } from '../cost/useCosts.js';
import { formatCount, formatDurationMs, formatTimes } from '../format/quantity.js';
import { loadWords, locale, t } from '../i18n/t.js';
import { alertSummary } from '../incident/alertSummary.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Icon } from '../parts/Icon.js';
import { Instant } from '../parts/Instant.js';
import { Money } from '../parts/Money.js';
import { Late } from '../parts/Late.js';
import { PanelError } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import { Status } from '../parts/Status.js';
import { useTitle } from '../parts/useTitle.js';
import { formatRange } from '../url/range.js';
import { useView, type View } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';

const SORT_DEFAULT = '-startedAt';
const PAGE_ROWS = 50;

/** The batches of the range, of all pipelines or one, sorted and paged by the server; or those behind a filtered cost. */
export function BatchesPage() {
  const view = useView();
  const filter = view.param('filter') ?? '';
  if (filter === '') return <AllBatches view={view} />;
  return (
    <Late
      load={() =>
        Promise.all([import('../cost/BatchesBehind.js'), loadWords('cost')]).then(
          ([module]) => module.BatchesBehind,
        )
      }
      props={{ view, filter }}
      waiting={<Skeleton heightPx={640} />}
    />
  );
}

function AllBatches({ view }: { view: View }) {
  const pipeline = view.param('pipeline');
  const sort = view.param('sort') ?? SORT_DEFAULT;
  const title = pipeline === null ? t('batches.title') : t('batches.of', { pipeline });
  useTitle(title);
  const query = useBatches({ view, pipeline, sort });
  const rows = query.data?.pages.flatMap((page) => page.items);
  return (
    <div class="page">
      <Breadcrumb crumbs={[{ label: t('nav.overview'), href: view.href('/') }]} />
      <header class="page-head">
        <h1>{title}</h1>
        <PipelineFilter view={view} pipeline={pipeline} />
      </header>
      {pipeline !== null && (
        <Late
          key={pipeline}
          load={async () =>
            (await Promise.all([import('../slo/OccurrencesPanel.js'), loadWords('slos')]))[0]
              .OccurrencesPanel
          }
          props={{ pipeline, view, quiet: true }}
          waiting={null}
        />
      )}
      <section class="panel" aria-label={title}>
        {query.isError && <PanelError query={query} />}
        {rows ? (
          <div class={query.isPlaceholderData ? 'stale' : undefined}>
            <DataTable
              label={title}
              columns={columnsFor(view, pipeline === null)}
              rows={rows}
              rowKey={(row) => `${row.pipeline} ${row.batchId}`}
              sort={sort}
              onSort={(next) => view.set({ sort: next === SORT_DEFAULT ? null : next })}
              empty={t('batches.none')}
            />
          </div>
        ) : (
          !query.isError && <Skeleton heightPx={480} />
        )}
        {query.hasNextPage && (
          <button
            type="button"
            class="button more"
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t('batches.more')}
          </button>
        )}
      </section>
    </div>
  );
}

function useBatches({
  view,
  pipeline,
  sort,
}: {
  view: View;
  pipeline: string | null;
  sort: string;
}) {
  const key = ['/api/batches', formatRange(view.range), view.tz, pipeline, sort];
  return usePages<Batch>(key, {
    path: (cursor) =>
      pathOf('/api/batches', view.interval(), { sort, limit: PAGE_ROWS, pipeline, cursor }),
  });
}

function PipelineFilter({ view, pipeline }: { view: View; pipeline: string | null }) {
  const pipelines =
    useApi<{ items: Pipeline[] }>('/api/pipelines').data?.items.map((each) => each.pipeline) ?? [];
  const names = [...new Set([...(pipeline === null ? [] : [pipeline]), ...pipelines])].sort();
  return (
    <label class="field inline">
      <span>{t('batches.filter')}</span>
      <select
        value={pipeline ?? ''}
        onChange={(event) => view.set({ pipeline: event.currentTarget.value })}
      >
        <option value="">{t('batches.all')}</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function columnsFor(view: View, withPipeline: boolean): Column<Batch>[] {
  return [
    {
      key: 'batch',
      label: t('batches.batch'),
      phone: 'title',
      cell: (row) => (
        <>
          <a class="row-link" href={view.href(batchPath(row.pipeline, row.batchId))}>
            {row.batchId}
          </a>
          {withPipeline && <small class="under">{row.pipeline}</small>}
        </>
      ),
    },
    {
      key: 'state',
      label: t('batches.state'),
      phone: 'meta',
      cell: (row) => <BatchState view={view} batch={row} />,
    },
    {
      key: 'started',
      label: t('batches.started'),
      sort: '-startedAt',
      phone: 'side',
      cell: (row) => <Instant at={row.startedAt} />,
    },
    {
      key: 'duration',
      label: t('batches.duration'),
      numeric: true,
      cell: (row) => formatDurationMs(row.durationMs),
    },
    {
      key: 'rows',
      label: t('batches.rows'),
      numeric: true,
      cell: (row) => formatCount(row.rowsOut, { locale: locale.value }),
    },
    {
      key: 'waste',
      label: t('batches.waste'),
      numeric: true,
      cell: (row) => (
        <Money usd={row.cost.retryWasteUsd} unpricedCalls={row.cost.unpricedCalls} compact />
      ),
    },
    {
      key: 'ratio',
      label: t('batches.ratio'),
      numeric: true,
      cell: (row) => formatTimes(row.costRatio),
    },
    {
      key: 'per1k',
      label: t('batches.per1k'),
      numeric: true,
      sort: '-usdPer1kRows',
      cell: (row) =>
        row.usdPer1kRows === null ? (
          '–'
        ) : (
          <Money usd={row.usdPer1kRows} unpricedCalls={row.cost.unpricedCalls} compact />
        ),
    },
    {
      key: 'cost',
      label: t('batches.cost'),
      numeric: true,
      sort: '-cost',
      phone: 'main',
      cell: (row) => (
        <Money usd={row.cost.totalUsd} unpricedCalls={row.cost.unpricedCalls} compact />
      ),
    },
  ];
}

function BatchState({ view, batch }: { view: View; batch: Batch }) {
  const [alert] = batch.alerts;
  return (
    <span class="state-cell">
      <Status kind={batch.state} />
      {alert && (
        <a
          class="alert-link"
          title={alertSummary(alert, view.tz)}
          href={view.href(`/runbooks/${encodeURIComponent(alert.runbook)}`, {
            pipeline: batch.pipeline,
            batch: batch.batchId,
            step: '1',
          })}
        >
          <Status kind="ticket" />
          <Icon name="arrow" size={12} />
        </a>
      )}
    </span>
  );
}
