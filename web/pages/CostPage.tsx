import type { Budgets } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { BudgetsPanel } from '../budget/BudgetsPanel.js';
import { CostTiles } from '../cost/CostTiles.js';
import { FilterBar } from '../cost/FilterBar.js';
import { Leaderboard } from '../cost/Leaderboard.js';
import { SpendOverTime } from '../cost/SpendOverTime.js';
import {
  BOARD_ROWS_ALL,
  costView,
  useCosts,
  useCostSeries,
  useCostSeriesOf,
} from '../cost/useCosts.js';
import { formatDimension } from '../cost/filterTerms.js';
import { usePriceChanges } from '../cost/usePriceChanges.js';
import { pageColors, seriesColors } from '../chart/seriesColor.js';
import { t } from '../i18n/t.js';
import { Late } from '../parts/Late.js';
import { Panel } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import { useTitle } from '../parts/useTitle.js';
import { useView } from '../url/useView.js';

const TILES_PX = 144;
const CHANGED_PX = 400;
const SIZES_PX = 240;
const GAPS_PX = 320;

/** Where the money goes: by any dimension, over time, what changed, and how the budgets stand. */
export function CostPage() {
  useTitle(t('nav.cost'));
  const view = useView();
  const { groupBy, besides, filter, sort, compare } = costView(view);
  const asked = { filter, compare, sort, limit: BOARD_ROWS_ALL };
  const first = useCosts(view, { ...asked, groupBy: formatDimension(groupBy) });
  const second = useCosts(view, { ...asked, groupBy: formatDimension(besides) });
  const seriesAsked = { filter, groupBy: formatDimension(groupBy) };
  const series = useCostSeries(view, seriesAsked);
  const compared = first.data?.compare ?? null;
  const previous = useCostSeriesOf(
    view.compare !== null && compared
      ? { from: new Date(compared.from), to: new Date(compared.to) }
      : null,
    { tz: view.tz, bucket: series.data?.bucket ?? null, ...seriesAsked },
  );
  const budgets = useApi<Budgets>('/api/budgets');
  const named = (series.data?.series ?? []).filter(({ isOther }) => !isOther);
  const annotations = usePriceChanges(
    groupBy === 'model' ? named.flatMap(({ key }) => (key ? [key] : [])) : [],
    view.interval(),
  );
  const colors = seriesColors(
    named.map(({ name }) => name),
    pageColors,
  );
  return (
    <div class="page cost">
      <header class="page-head">
        <h1>{t('nav.cost')}</h1>
        <div class="filter-bar">
          <FilterBar view={view} filter={filter} />
          <a href={view.href('/cost/reservations')}>{t('nav.reservations')}</a>
          <a href={view.href('/cost/prices')}>{t('nav.prices')}</a>
        </div>
      </header>
      <Panel title="" query={first} skeletonPx={TILES_PX} bare>
        {(costs) => <CostTiles costs={costs} view={view} />}
      </Panel>
      <div class="cost-top">
        <SpendOverTime
          query={series}
          previous={view.compare === null ? null : (previous.data ?? null)}
          annotations={annotations}
          view={view}
        />
        <BudgetsPanel query={budgets} view={view} />
      </div>
      <div class="cost-boards">
        <Leaderboard
          query={first}
          view={view}
          param="groupBy"
          dimension={groupBy}
          colors={new Map(named.map(({ name, key }) => [key, colors.get(name) ?? 'var(--other)']))}
        />
        <Leaderboard query={second} view={view} param="besides" dimension={besides} />
      </div>
      <Late
        load={() => import('../cost/WaterfallPanel.js').then((module) => module.WaterfallPanel)}
        props={{ view }}
        waiting={<Waiting heightPx={CHANGED_PX} />}
        whenNear
      />
      <Late
        load={() => import('../cost/BatchSizePanel.js').then((module) => module.BatchSizePanel)}
        props={{ view }}
        waiting={<Waiting heightPx={SIZES_PX} />}
        whenNear
      />
      <Late
        load={() => import('../cost/CostGaps.js').then((module) => module.CostGaps)}
        props={{ view }}
        waiting={<Waiting heightPx={GAPS_PX} />}
        whenNear
      />
    </div>
  );
}

function Waiting({ heightPx }: { heightPx: number }) {
  return (
    <div class="panel">
      <Skeleton heightPx={heightPx} />
    </div>
  );
}
