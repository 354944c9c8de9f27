import type { Waste } from '../../server/contract.js';
import { CsvLink } from '../cost/CsvLink.js';
import { DimensionSelect } from '../cost/DimensionSelect.js';
import { FilterBar } from '../cost/FilterBar.js';
import { formatDimension } from '../cost/filterTerms.js';
import { dimensionWord } from '../cost/keyText.js';
import { useRanged } from '../cost/useCosts.js';
import { formatCount } from '../format/quantity.js';
import { formatUsdShort, isZeroUsd, sumUsd } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { DataAge } from '../parts/DataAge.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import { useTitle } from '../parts/useTitle.js';
import { heatmap } from '../retries/heatmap.js';
import { SuccessAfter } from '../retries/SuccessAfter.js';
import { WasteHeatmap } from '../retries/WasteHeatmap.js';
import { WhatIfPanel } from '../retries/WhatIfPanel.js';
import { useView } from '../url/useView.js';

const ROWS = 200;

/** What attempts that lost have cost, why, and whether another policy would have been better. */
export function RetriesPage() {
  useTitle(t('nav.retries'));
  const view = useView();
  const filter = view.param('filter') ?? '';
  const dimension = view.param('groupBy') ?? 'model';
  const groupBy = `cause,${formatDimension(dimension)}`;
  const asked = { groupBy, filter, limit: ROWS };
  const query = useRanged<Waste>('/api/retries/waste', view, asked, false);
  return (
    <div class="page retries">
      <header class="page-head">
        <h1>{t('nav.retries')}</h1>
        <FilterBar view={view} filter={filter} />
      </header>
      <Panel title="" query={query} skeletonPx={132} bare>
        {(waste) => <WasteTiles waste={waste} />}
      </Panel>
      <Panel
        title={t('waste.title', { dimension: dimensionWord(dimension) })}
        id="waste"
        query={query}
        skeletonPx={260}
        actions={
          <>
            <DimensionSelect
              label={t('board.dimension')}
              value={dimension}
              onChange={(next) => view.set({ groupBy: next })}
            />
            <CsvLink path="/api/retries/waste" view={view} asked={asked} />
            {query.data && <DataAge dataUntil={query.data.freshness.dataUntil} />}
          </>
        }
      >
        {(waste) => (
          <>
            <p class="panel-lead">{sentence(waste)}</p>
            <WasteHeatmap waste={waste} dimension={dimension} filter={filter} view={view} />
            {waste.itemsTotal > waste.items.length && (
              <p class="panel-note">
                {t('waste.shown', { n: waste.items.length, total: waste.itemsTotal })}
              </p>
            )}
          </>
        )}
      </Panel>
      <div class="columns even">
        <WhatIfPanel view={view} filter={filter} />
        <Panel title={t('after.title')} query={query} skeletonPx={200}>
          {(waste) => <SuccessAfter byAttempts={waste.byAttempts} />}
        </Panel>
      </div>
    </div>
  );
}

function WasteTiles({ waste }: { waste: Waste }) {
  const { total } = waste;
  const n = (value: number) => formatCount(value, { locale: locale.value });
  return (
    <div class="tiles cost-tiles">
      <section class="tile" aria-label={t('cost.lost')}>
        <h2>{t('cost.lost')}</h2>
        <p class="metric">
          <Money usd={total.retryWasteUsd} unpricedCalls={total.unknownBilling} compact />
        </p>
        <p class="tile-note">{t('waste.hint')}</p>
      </section>
      <section class="tile" aria-label={t('waste.failure')}>
        <h2>{t('waste.failure')}</h2>
        <p class="metric">
          <Money usd={total.failureCostUsd} />
        </p>
        <p class="tile-note">{t('waste.failureHint')}</p>
      </section>
      <section class="tile" aria-label={t('waste.lostAttempts')}>
        <h2>{t('waste.lostAttempts')}</h2>
        <p class="metric">{n(total.attempts)}</p>
        <p class="tile-note">{t('waste.inOperations', { n: n(total.operations) })}</p>
      </section>
      <section class="tile" aria-label={t('waste.unknownTitle')}>
        <h2>{t('waste.unknownTitle')}</h2>
        <p class="metric">{n(total.unknownBilling)}</p>
        <p class="tile-note">{t('waste.unknownHint')}</p>
      </section>
    </div>
  );
}

/** The dearest cause in words, and what to look at. */
function sentence(waste: Waste): string {
  const { causes } = heatmap(waste.items);
  const [first] = causes;
  if (first === undefined) return t('waste.calm');
  const own = waste.items.filter(({ cause }) => cause === first);
  const usd = sumUsd(own.flatMap((each) => [each.retryWasteUsd, each.failureCostUsd]));
  const attempts = own.reduce((sum, each) => sum + each.attempts, 0);
  if (isZeroUsd(usd)) return t('waste.free', { cause: t(`cause.${first}`), n: attempts });
  return t('waste.dearest', {
    cause: t(`cause.${first}`),
    usd: formatUsdShort(usd),
    n: attempts,
    hint: t(`causeHint.${first}`),
  });
}
