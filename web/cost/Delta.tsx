import type { CostGroup } from '../../server/contract.js';
import { formatUsdExact, formatUsdShort, isZeroUsd } from '../format/usd.js';
import { t } from '../i18n/t.js';

type Compared = Pick<CostGroup, 'deltaUsd' | 'deltaPercent' | 'previous'>;

/** `+$2.10 · +14 %`. Unpriced lines on either side make the change unsure, and it says so. */
export function Delta({ group }: { group: Compared & { cost: CostGroup['cost'] } }) {
  return (
    <span class="delta">
      <DeltaUsd group={group} /> <DeltaPercent group={group} />
    </span>
  );
}

export function DeltaUsd({ group }: { group: Compared & { cost: CostGroup['cost'] } }) {
  if (group.deltaUsd === null) return <span class="unknown">–</span>;
  const unsure = group.cost.unpricedCalls + (group.previous?.cost.unpricedCalls ?? 0) > 0;
  const exact = formatUsdExact(group.deltaUsd);
  return (
    <data
      class="money"
      value={group.deltaUsd}
      title={unsure ? `${exact}. ${t('delta.unsure')}` : exact}
    >
      {unsure ? '≈ ' : ''}
      {signedUsd(group.deltaUsd)}
    </data>
  );
}

export function DeltaPercent({ group }: { group: Compared }) {
  const { deltaPercent, previous, deltaUsd } = group;
  if (deltaPercent === null) {
    const isNew = previous !== null && deltaUsd !== null && !isZeroUsd(deltaUsd);
    return isNew ? <span class="tag">{t('delta.new')}</span> : <span class="unknown">–</span>;
  }
  return <span>{percentText(deltaPercent)}</span>;
}

/** `+$2.10`, `−$0.30`, `$0`. */
export function signedUsd(usd: string): string {
  return isZeroUsd(usd) || usd.startsWith('-') ? formatUsdShort(usd) : `+${formatUsdShort(usd)}`;
}

/** `+14 %`, `−2 %`, `±0 %`, `×31`. */
export function percentText(percent: number): string {
  if (Math.abs(percent) < 0.5) return '±0 %';
  if (percent >= 1_000) return `×${Math.round(percent / 100 + 1)}`;
  return `${percent > 0 ? '+' : '−'}${Math.round(Math.abs(percent))} %`;
}
