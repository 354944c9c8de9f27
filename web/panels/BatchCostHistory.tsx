import { useMemo } from 'preact/hooks';
import type { Batch } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { Chart } from '../chart/Chart.js';
import type { ChartData } from '../chart/chartData.js';
import { formatUsdShort, usdToPixels } from '../format/usd.js';
import { t } from '../i18n/t.js';
import { Panel } from '../parts/Panel.js';
import { BatchOf, type PanelSubject } from './BatchOf.js';
import type { PanelParams } from './panelParams.js';

const BATCHES = 20;
const CHART_PX = 96;

/** The last batches of the pipeline, total and per 1,000 rows; the batch in question stands out. */
export function BatchCostHistory({ params }: { params: PanelParams }) {
  return <BatchOf params={params}>{(subject) => <Costs {...subject} />}</BatchOf>;
}

function Costs({ pipeline, batchId }: PanelSubject) {
  const query = useApi<{ items: Batch[] }>(
    `/api/batches?${new URLSearchParams({ pipeline, sort: '-startedAt', limit: String(BATCHES) })}`,
  );
  return (
    <Panel title={t('panel.history')} query={query} skeletonPx={2 * CHART_PX + 60}>
      {({ items }) => <History pipeline={pipeline} batchId={batchId} items={items} />}
    </Panel>
  );
}

function History({ pipeline, batchId, items }: PanelSubject & { items: readonly Batch[] }) {
  const batches = useMemo(() => [...items].reverse(), [items]);
  const perRows = useMemo(
    () => historyData(batches, { batchId, of: (batch) => batch.usdPer1kRows }),
    [batches, batchId],
  );
  const totals = useMemo(
    () => historyData(batches, { batchId, of: (batch) => batch.cost.totalUsd }),
    [batches, batchId],
  );
  const last = batches[batches.length - 1];
  if (!last) return <p class="none">{t('batches.none')}</p>;
  const label = t('panel.historyLabel', {
    n: batches.length,
    pipeline,
    usd: formatUsdShort(last.cost.totalUsd),
  });
  return (
    <>
      <h3 class="chart-title">{t('panel.historyPer1k')}</h3>
      <Chart
        id="history-per1k"
        label={`${t('panel.historyPer1k')}. ${label}`}
        data={perRows}
        heightPx={CHART_PX}
      />
      <h3 class="chart-title">{t('panel.historyTotal')}</h3>
      <Chart
        id="history-total"
        label={`${t('panel.historyTotal')}. ${label}`}
        data={totals}
        heightPx={CHART_PX}
      />
    </>
  );
}

function historyData(
  batches: readonly Batch[],
  { batchId, of }: { batchId: string; of: (batch: Batch) => string | null },
): ChartData {
  const key = 'usd';
  return {
    axis: { kind: 'slots' },
    series: [{ key, label: 'USD', color: 'var(--ink)' }],
    buckets: batches.map((batch) => {
      const usd = of(batch);
      return {
        label: batch.batchId,
        from: null,
        to: null,
        marked: batch.batchId === batchId,
        values: new Map(
          usd === null
            ? []
            : [[key, { value: usdToPixels(usd), text: formatUsdShort(usd), exact: usd }]],
        ),
        totalText: usd === null ? t('unknown') : formatUsdShort(usd),
      };
    }),
  };
}
