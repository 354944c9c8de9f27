import type { ComponentChildren } from 'preact';
import type { Costs } from '../../server/contract.js';
import { formatCount, formatPercent } from '../format/quantity.js';
import { formatUsdShort, isZeroUsd, usdRatio } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { Money } from '../parts/Money.js';
import type { View } from '../url/useView.js';
import { Delta } from './Delta.js';
import { costView } from './useCosts.js';

/** Spend, what a row and a token cost, and what was lost: of the range and filter, against the period of comparison. */
export function CostTiles({ costs, view }: { costs: Costs; view: View }) {
  const { totals } = costs;
  const { cost, units } = totals;
  const { filter, compare } = costView(view);
  const lost = usdRatio(cost.retryWasteUsd, cost.totalUsd);
  return (
    <div class="tiles cost-tiles">
      <Tile label={t('cost.spend')}>
        <p class="metric">
          <a class="drill" href={view.href('/batches', { filter })}>
            <Money usd={cost.totalUsd} unpricedCalls={cost.unpricedCalls} compact />
          </a>
        </p>
        <p class="tile-line">
          <Delta group={totals} /> <small>{t(`against.${compare}`)}</small>
        </p>
        <p class="tile-note">
          {t('cost.split', {
            models: formatUsdShort(cost.modelUsd),
            compute: formatUsdShort(cost.computeUsd),
          })}
        </p>
      </Tile>
      <Tile label={t('cost.per1k')}>
        <p class="metric">
          <UnitCost usd={units.usdPer1kRows} atLeast={units.atLeast} />
        </p>
        <p class="tile-note">
          {units.rows === null
            ? t('cost.noRows')
            : t('cost.rows', {
                n: formatCount(units.rows, { locale: locale.value, compact: true }),
              })}
        </p>
      </Tile>
      <Tile label={t('cost.perMillion')}>
        <p class="metric">
          <UnitCost usd={units.usdPerMillionTokens} atLeast={units.atLeast} />
        </p>
        <p class="tile-note">
          {t('cost.tokens', {
            n: formatCount(totals.tokens, { locale: locale.value, compact: true }),
            calls: formatCount(totals.modelCalls, { locale: locale.value }),
          })}
        </p>
      </Tile>
      <Tile label={t('cost.lost')}>
        <p class="metric">
          <a class="drill" href={view.href('/retries', { filter })}>
            {/* What has no price may have been wasted too. */}
            <Money usd={cost.retryWasteUsd} unpricedCalls={cost.unpricedCalls} compact />
          </a>
        </p>
        <p class="tile-line">
          <small>{t('cost.lostShare', { percent: formatPercent(lost ?? 0) })}</small>
        </p>
        <p class="tile-note">
          {isZeroUsd(cost.failureCostUsd)
            ? ''
            : t('cost.failure', { usd: formatUsdShort(cost.failureCostUsd) })}
        </p>
      </Tile>
    </div>
  );
}

function Tile({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <section class="tile" aria-label={label}>
      <h2>{label}</h2>
      {children}
    </section>
  );
}

/** Money per unit; unknown is a dash, a lower bound says so. */
export function UnitCost({ usd, atLeast }: { usd: string | null; atLeast: boolean }) {
  if (usd === null) return <span class="money unknown">–</span>;
  return <Money usd={usd} unpricedCalls={atLeast ? 1 : 0} compact />;
}
