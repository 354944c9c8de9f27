import { useMemo } from 'preact/hooks';
import type { SloBurn } from '../../server/contract.js';
import { useApi, type ApiResult } from '../api/useApi.js';
import { Chart } from '../chart/Chart.js';
import { formatPercent } from '../format/quantity.js';
import { locale, t } from '../i18n/t.js';
import { Panel } from '../parts/Panel.js';
import { formatRange } from '../url/range.js';
import type { View } from '../url/useView.js';
import { burndownChart, burnRateChart, type SloChartOptions } from './sloCharts.js';
import { sloPath } from './sloText.js';

const CHART_PX = 220;
const EVERY_MS = 60_000;

interface BurnPanelsProps {
  name: string;
  view: View;
  /** One of the two alone, for a page that is about something else. */
  only?: 'rate' | 'left';
}

/** How the error budget burned over the range: what is left, and how fast it goes. One answer feeds both. */
export function BurnPanels({ name, view, only }: BurnPanelsProps) {
  const query = useBurn(name, view);
  const options = useMemo(
    () => ({ range: view.interval(), tz: view.tz, locale: locale.value }),
    [query.data, formatRange(view.range), view.tz, locale.value],
  );
  const brush = (from: Date, to: Date) =>
    view.set({ range: formatRange({ kind: 'absolute', from, to }) });
  const shared = { query, name, options, onBrush: brush };
  return (
    <div class={only === undefined ? 'columns even' : undefined}>
      {only !== 'rate' && <Burndown {...shared} />}
      {only !== 'left' && <BurnRate {...shared} />}
    </div>
  );
}

function useBurn(name: string, view: View): ApiResult<SloBurn> {
  return useApi<SloBurn>(`/api${sloPath(name)}/burn?${formatRange(view.range)}&${view.tz}`, {
    everyMs: EVERY_MS,
    path: () => {
      const { from, to } = view.interval();
      const range = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() });
      return `/api${sloPath(name)}/burn?${range}`;
    },
  });
}

interface BurnChartProps {
  query: ApiResult<SloBurn>;
  name: string;
  options: SloChartOptions;
  onBrush: (from: Date, to: Date) => void;
}

function Burndown({ query, name, options, onBrush }: BurnChartProps) {
  const data = useMemo(() => query.data && burndownChart(query.data, options), [options]);
  const last = query.data?.points.findLast(({ budgetLeft }) => budgetLeft !== null);
  return (
    <Panel title={t('slo.burndown')} query={query} skeletonPx={CHART_PX}>
      {() =>
        data === undefined || last === undefined ? (
          <p class="none tall">{t('slo.noPoints')}</p>
        ) : (
          <>
            <Chart
              id="burndown"
              label={t('slo.burndownLabel', { name, percent: formatPercent(last.budgetLeft) })}
              data={data}
              heightPx={CHART_PX}
              onBrush={onBrush}
            />
            {data.ghost && <p class="ghost-key">{t('slo.pace')}</p>}
          </>
        )
      }
    </Panel>
  );
}

function BurnRate({ query, name, options, onBrush }: BurnChartProps) {
  const data = useMemo(() => query.data && burnRateChart(query.data, options), [options]);
  const some = data?.buckets.some(({ values }) => values.size > 0);
  return (
    <Panel title={t('slo.rate')} query={query} skeletonPx={CHART_PX}>
      {() =>
        data === undefined || !some ? (
          <p class="none tall">{t('slo.noPoints')}</p>
        ) : (
          <>
            <Chart
              id="burn-rate"
              label={t('slo.rateLabel', { name })}
              data={data}
              heightPx={CHART_PX}
              onBrush={onBrush}
            />
            <ul class="series-key" aria-label={t('slo.rate')}>
              {data.series.map((series) => (
                <li key={series.key}>
                  <i class="swatch" style={{ background: series.color }} /> {series.label}
                </li>
              ))}
            </ul>
          </>
        )
      }
    </Panel>
  );
}
