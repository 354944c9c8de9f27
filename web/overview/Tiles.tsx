import type { ComponentChildren } from 'preact';
import type { Overview } from '../../server/contract.js';
import { formatChange, formatCount, formatPercent } from '../format/quantity.js';
import { formatUsdShort, isZeroUsd, usdRatio } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { BurnBar } from '../parts/BurnBar.js';
import { Money } from '../parts/Money.js';

/** From this share of the spend on, retry waste is an alert of its own. */
const WASTE_ALERT_SHARE = 0.1;

/** Spend, unit cost, retry waste and batches, each against the period before. */
export function Tiles({ overview }: { overview: Overview }) {
  const { total, previous } = overview;
  const spendRatio = usdRatio(total.totalUsd, previous.totalUsd);
  const unitRatio =
    overview.usdPer1kRows !== null && overview.previousUsdPer1kRows !== null
      ? usdRatio(overview.usdPer1kRows, overview.previousUsdPer1kRows)
      : null;
  const wasteShare = usdRatio(total.retryWasteUsd, total.totalUsd);
  const wasteText = t('tile.wasteShare', { percent: formatPercent(wasteShare ?? 0) });
  return (
    <div class="tiles">
      <Tile
        label={t('tile.spend')}
        value={<Money usd={total.totalUsd} unpricedCalls={total.unpricedCalls} compact />}
        change={formatChange(spendRatio)}
        note={t('tile.compute', {
          compute: formatUsdShort(total.computeUsd),
          models: formatUsdShort(total.modelUsd),
        })}
      >
        <Against ratio={spendRatio} label={t('tile.spend')} before={previous.totalUsd} />
      </Tile>
      <Tile
        label={t('tile.per1k')}
        value={
          overview.usdPer1kRows === null ? (
            <span class="money unknown">–</span>
          ) : (
            <Money usd={overview.usdPer1kRows} unpricedCalls={total.unpricedCalls} compact />
          )
        }
        change={formatChange(unitRatio)}
        note={overview.usdPer1kRows === null ? t('tile.noRows') : null}
      >
        <Against ratio={unitRatio} label={t('tile.per1k')} before={overview.previousUsdPer1kRows} />
      </Tile>
      <Tile
        label={t('tile.waste')}
        value={<Money usd={total.retryWasteUsd} />}
        change={null}
        note={
          isZeroUsd(total.failureCostUsd)
            ? null
            : t('tile.failure', { usd: formatUsdShort(total.failureCostUsd) })
        }
      >
        <BurnBar
          used={(wasteShare ?? 0) / WASTE_ALERT_SHARE}
          critAt={3}
          label={t('tile.waste')}
          text={wasteText}
        />
      </Tile>
      <Tile
        label={t('tile.batches')}
        value={
          <span>{formatCount(overview.batches, { locale: locale.value, compact: true })}</span>
        }
        change={formatChange(
          overview.previousBatches > 0 ? overview.batches / overview.previousBatches : null,
        )}
        note={t('tile.pipelines', { n: overview.pipelines.length })}
      >
        <p class="burn-text">
          {overview.previousBatches > 0
            ? t('tile.previousCount', {
                n: formatCount(overview.previousBatches, { locale: locale.value }),
              })
            : t('tile.noPrevious')}
        </p>
      </Tile>
    </div>
  );
}

interface TileProps {
  label: string;
  value: ComponentChildren;
  change: string | null;
  note: string | null;
  children: ComponentChildren;
}

function Tile({ label, value, change, note, children }: TileProps) {
  return (
    <section class="tile" aria-label={label}>
      <h2>
        {label}
        {change !== null && <span class="change">{change}</span>}
      </h2>
      <p class="metric">{value}</p>
      {children}
      {note !== null && <p class="tile-note">{note}</p>}
    </section>
  );
}

/** This period against the one before as a burn bar: the track is what the period before took. */
function Against({
  ratio,
  label,
  before,
}: {
  ratio: number | null;
  label: string;
  before: string | null;
}) {
  if (ratio === null || before === null) return <p class="burn-text">{t('tile.noPrevious')}</p>;
  return (
    // A period that costs more than the last is a fact, not yet an alarm: the tone stays calm until it doubles.
    <BurnBar
      used={ratio}
      warnAt={2}
      critAt={Infinity}
      label={label}
      text={t('tile.previous', { usd: formatUsdShort(before) })}
    />
  );
}
