import { useEffect } from 'preact/hooks';
import type { Overview } from '../../server/contract.js';
import { useApi, type ApiResult } from '../api/useApi.js';
import { loadWords, t } from '../i18n/t.js';
import { NeedsYou } from '../overview/NeedsYou.js';
import { PipelineTable } from '../overview/PipelineTable.js';
import { SpendPanel } from '../overview/SpendPanel.js';
import { Tiles } from '../overview/Tiles.js';
import { DataAge } from '../parts/DataAge.js';
import { Late } from '../parts/Late.js';
import { Panel, PanelError, type PanelQuery } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import { useTitle } from '../parts/useTitle.js';
import { formatRange, type Interval } from '../url/range.js';
import { useView, type View } from '../url/useView.js';

/** While nothing has ever arrived the page also asks by itself, should the event stream be cut off by a proxy. */
const EMPTY_POLL_MS = 5_000;
const EMPTY_PX = 640;

/** What needs someone, what is spent, on what, by whom: one answer feeds every number and the chart. */
export function OverviewPage() {
  useTitle(t('nav.overview'));
  const view = useView();
  const query = useOverview(view);
  const previous = usePrevious(view);
  const empty = query.data?.empty === true;

  useEffect(() => {
    if (!empty) return undefined;
    const timer = setInterval(() => void query.refetch(), EMPTY_POLL_MS);
    return () => clearInterval(timer);
  }, [empty]);

  if (query.data?.empty) {
    return (
      <>
        {/* A configuration that is wrong fires before the first span: it must not hide behind the welcome. */}
        {query.data.needsYou.length > 0 && <Needs overview={query.data} view={view} />}
        <Late
          load={async () =>
            (await Promise.all([import('../overview/EmptyState.js'), loadWords('start')]))[0]
              .EmptyState
          }
          props={{}}
          waiting={<Skeleton heightPx={EMPTY_PX} />}
        />
      </>
    );
  }
  if (query.data === undefined) return <Waiting key="waiting" query={query} />;
  const overview = query.data;
  const stale = query.isPlaceholderData ? 'stale' : undefined;
  return (
    <div class="page overview" key="here">
      <h1 class="visually-hidden">{t('nav.overview')}</h1>
      {query.isError && <PanelError query={query} />}
      <Needs overview={overview} view={view} className={stale} />
      <div class={stale}>
        <Tiles overview={overview} />
      </div>
      <SpendPanel query={quiet(query)} previous={view.compare ? (previous.data ?? null) : null} />
      <Panel title={t('pipelines.title')} id="pipelines" query={quiet(query)} skeletonPx={220}>
        {({ pipelines }) => <PipelineTable pipelines={pipelines} />}
      </Panel>
    </div>
  );
}

function Needs({
  overview,
  view,
  className,
}: {
  overview: Overview;
  view: View;
  className?: string | undefined;
}) {
  return (
    <section class="needs-section" aria-label={t('needs.title')}>
      <header class="panel-head">
        <h2>{t('needs.title')}</h2>
        <div class="panel-actions">
          <a class="quiet-link" href={view.href('/incidents')}>
            {t('nav.incidents')}
          </a>
          <DataAge dataUntil={overview.freshness.dataUntil} />
        </div>
      </header>
      <div class={className}>
        <NeedsYou needs={overview.needsYou} />
      </div>
    </section>
  );
}

/**
 * The page's shape before its first figures. It is replaced as a whole: parts that stayed would be pushed about by those
 * whose height depends on the figures.
 */
function Waiting({ query }: { query: ApiResult<Overview> }) {
  if (query.isError) return <PanelError query={query} />;
  return (
    <div class="page overview">
      <h1 class="visually-hidden">{t('nav.overview')}</h1>
      <div class="needs-section">
        <Skeleton heightPx={104} />
      </div>
      <div class="tiles">
        {['spend', 'per1k', 'waste', 'batches'].map((name) => (
          <div class="tile" key={name}>
            <Skeleton heightPx={112} />
          </div>
        ))}
      </div>
      <div class="panel">
        <Skeleton heightPx={280} />
      </div>
      <div class="panel">
        <Skeleton heightPx={240} />
      </div>
    </div>
  );
}

function useOverview(view: View): ApiResult<Overview> {
  return useApi<Overview>(`/api/overview?${formatRange(view.range)}&${view.tz}`, {
    path: () => overviewPath(view.interval(), view.tz),
  });
}

/** The interval of the same length just before; asked for only while it is shown. */
function usePrevious(view: View): ApiResult<Overview> {
  return useApi<Overview>(
    view.compare ? `/api/overview?${formatRange(view.range)}&${view.tz}&previous` : null,
    {
      path: () => {
        const { from, to } = view.interval();
        return overviewPath(
          { from: new Date(2 * from.getTime() - to.getTime()), to: from },
          view.tz,
        );
      },
    },
  );
}

function overviewPath({ from, to }: Interval, tz: string): string {
  return `/api/overview?${new URLSearchParams({ from: from.toISOString(), to: to.toISOString(), tz })}`;
}

// One query feeds the page, so its error is said once, at the top.
function quiet(query: PanelQuery<Overview>): PanelQuery<Overview> {
  const { data, error, isError, isFetching, refetch } = query;
  return {
    data,
    error,
    isError: false,
    isPlaceholderData: query.isPlaceholderData || isError,
    isFetching,
    refetch,
  };
}
