import type { ComponentChildren } from 'preact';
import type { Overview } from '../../server/contract.js';
import { nowMs } from '../api/live.js';
import { burnText } from '../budget/burnText.js';
import { formatChange, formatPercent } from '../format/quantity.js';
import { formatUsdShort, isZeroUsd, usdRatio } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { BurnBar } from '../parts/BurnBar.js';
import { Money } from '../parts/Money.js';
import { Status } from '../parts/Status.js';
import { useView } from '../url/useView.js';

/** From this share of the spend on, retry waste is an alert of its own. */
const WASTE_ALERT_SHARE = 0.1;

/** Spend and unit cost against the period before, retry waste, and what is left of the budget most at risk. */
export function Tiles({ overview }: { overview: Overview }) {
  const view = useView();
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
        value={
          <a class="drill" href={view.href('/retries')}>
            {/* What has no price may have been wasted too. */}
            <Money usd={total.retryWasteUsd} unpricedCalls={total.unpricedCalls} compact />
          </a>
        }
        change={null}
        note={
          isZeroUsd(total.failureCostUsd)
            ? null
            : t('tile.failure', {
                // What has no price may have failed too.
                usd: `${total.unpricedCalls > 0 ? '≥ ' : ''}${formatUsdShort(total.failureCostUsd)}`,
              })
        }
      >
        <BurnBar
          used={(wasteShare ?? 0) / WASTE_ALERT_SHARE}
          critAt={3}
          label={t('tile.waste')}
          text={wasteText}
        />
      </Tile>
      <BudgetTile overview={overview} />
    </div>
  );
}

/** What is left of the budget that is spent furthest, and when it will be empty. */
function BudgetTile({ overview }: { overview: Overview }) {
  const view = useView();
  const { budgetLeft } = overview;
  if (budgetLeft === null) {
    return (
      <Tile
        label={t('tile.budget')}
        value={<span class="money unknown">–</span>}
        change={null}
        note={t('tile.noBudget')}
      >
        <a class="tile-link" href={view.href('/cost', { open: 'new-budget' })}>
          {t('tile.setBudget')}
        </a>
      </Tile>
    );
  }
  const { worst, budgets } = budgetLeft;
  const isOver = !isZeroUsd(worst.overrunUsd);
  return (
    <Tile
      label={t('tile.budget')}
      value={
        <a class="drill" href={view.href(`/cost/budgets/${encodeURIComponent(worst.id)}`)}>
          {/* What has no price was spent too: less may be left. */}
          {worst.atLeast && '≤ '}
          <Money usd={isOver ? `-${worst.overrunUsd}` : worst.leftUsd} />
        </a>
      }
      change={<Status kind={worst.state} />}
      note={t(budgets > 1 ? 'tile.budgetMore' : 'tile.budgetWorst', {
        id: worst.id,
        usd: formatUsdShort(worst.amountUsd),
        n: budgets,
      })}
    >
      <BurnBar
        used={worst.share}
        elapsed={worst.elapsed}
        warnAt={worst.state === 'increasing' || worst.state === 'critical' ? 0 : Infinity}
        critAt={worst.state === 'critical' ? 0 : Infinity}
        label={t('tile.budget')}
        text={burnText(worst, { locale: locale.value, tz: view.tz, nowMs: nowMs.value })}
      />
    </Tile>
  );
}

interface TileProps {
  label: string;
  value: ComponentChildren;
  change: ComponentChildren;
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
