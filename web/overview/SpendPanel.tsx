import { useMemo } from 'preact/hooks';
import type { Overview } from '../../server/contract.js';
import { Chart } from '../chart/Chart.js';
import { formatDurationMs, formatPercent } from '../format/quantity.js';
import { formatOffset } from '../format/time.js';
import { formatUsdShort, isZeroUsd, usdRatio } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { DataAge } from '../parts/DataAge.js';
import { Money } from '../parts/Money.js';
import { Panel, type PanelQuery } from '../parts/Panel.js';
import { formatRange } from '../url/range.js';
import { useView, type View } from '../url/useView.js';
import { spendModel, type SeriesTotal, type SpendModel } from './spendChart.js';

const CHART_PX = 240;

/** Spend over time by model; the list beside it is the legend and the leaderboard. */
export function SpendPanel({
  query,
  previous,
}: {
  query: PanelQuery<Overview>;
  previous: Overview | null;
}) {
  return (
    <Panel
      title={t('spend.title')}
      id="spend"
      query={query}
      skeletonPx={CHART_PX}
      actions={query.data && <DataAge dataUntil={query.data.freshness.dataUntil} />}
    >
      {(overview) => <Spend overview={overview} previous={previous} />}
    </Panel>
  );
}

function Spend({ overview, previous }: { overview: Overview; previous: Overview | null }) {
  const view = useView();
  const only = view.param('only');
  const without = view.param('without') ?? '';
  const language = locale.value;
  const model = useMemo(
    () =>
      spendModel(overview, {
        locale: language,
        only,
        without: without.split('|').filter(Boolean),
        previous,
      }),
    [overview, previous, only, without, language],
  );
  if (model.totals.length === 0) return <p class="none tall">{t('spend.empty')}</p>;
  return (
    <div class="spend">
      <Chart
        id="spend"
        label={labelOf(overview, model)}
        data={model.data}
        heightPx={CHART_PX}
        onBrush={(from, to) => view.set({ range: formatRange({ kind: 'absolute', from, to }) })}
      />
      <SeriesList model={model} view={view} overview={overview} />
    </div>
  );
}

function SeriesList({
  model,
  view,
  overview,
}: {
  model: SpendModel;
  view: View;
  overview: Overview;
}) {
  const only = view.param('only');
  const without = (view.param('without') ?? '').split('|').filter(Boolean);
  const filtered = only !== null || without.length > 0;
  const choose = (key: string, exclude: boolean) => {
    if (exclude) {
      const next = without.includes(key)
        ? without.filter((each) => each !== key)
        : [...without, key];
      view.set({ only: null, without: next.join('|') });
    } else {
      view.set({ only: only === key ? null : key, without: null });
    }
  };
  return (
    <div class="series-list">
      <ul title={t('spend.isolate')}>
        {model.totals.map((series) => (
          <li key={series.key}>
            <button
              type="button"
              class={series.hidden ? 'off' : undefined}
              aria-pressed={!series.hidden}
              onClick={(event) => choose(series.key, event.altKey)}
            >
              <i class="swatch" style={{ background: series.color }} />
              <span class="series-name">{series.label}</span>
              <span class="series-share">
                {formatPercent(usdRatio(series.totalUsd, overview.total.totalUsd))}
              </span>
              <Money
                usd={isUnpriced(series) ? null : series.totalUsd}
                unpricedCalls={series.unpricedLines}
                compact
                unknown="unpriced"
              />
            </button>
          </li>
        ))}
      </ul>
      <p class="series-total">
        <span>{t('spend.total')}</span>
        <Money usd={model.shownUsd} unpricedCalls={filtered ? 0 : overview.total.unpricedCalls} />
      </p>
      {view.compare && <p class="ghost-key">{t('spend.previous')}</p>}
      {filtered && (
        <button
          type="button"
          class="link-button"
          onClick={() => view.set({ only: null, without: null })}
        >
          {t('spend.reset')}
        </button>
      )}
    </div>
  );
}

// Nothing of it has a price: the sum of no known amounts is unknown, not zero.
function isUnpriced(series: SeriesTotal): boolean {
  return series.unpricedLines > 0 && isZeroUsd(series.totalUsd);
}

function labelOf(overview: Overview, model: SpendModel): string {
  return t('spend.label', {
    bucket: formatDurationMs(overview.bucketMs),
    zone: `${overview.tz}, ${formatOffset(overview.to, overview.tz)}`,
    usd: formatUsdShort(model.shownUsd),
    high: model.highest?.totalText ?? '$0',
    at: model.highest?.label ?? '–',
  });
}
