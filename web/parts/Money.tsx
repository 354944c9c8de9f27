import { formatUsdExact, formatUsdShort } from '../format/usd.js';
import { t } from '../i18n/t.js';

interface MoneyProps {
  /** Exact decimal of US dollars; null: nothing is known, which is never shown as zero. */
  usd: string | null;
  /** Calls in this sum without a known price: the sum is then a lower bound and says so. */
  unpricedCalls?: number;
  /** What null means here. */
  unknown?: 'unpriced' | 'unknown';
  /** `≥ $3` instead of `at least $3`, for columns. */
  compact?: boolean;
}

/** An amount: short, with the exact value on hover. */
export function Money({
  usd,
  unpricedCalls = 0,
  unknown = 'unknown',
  compact = false,
}: MoneyProps) {
  if (usd === null) return <span class="money unknown">{t(`money.${unknown}`)}</span>;
  const exact = t('money.exact', { usd: formatUsdExact(usd) });
  const short = formatUsdShort(usd);
  if (unpricedCalls === 0) {
    return (
      <data class="money" value={usd} title={exact}>
        {short}
      </data>
    );
  }
  return (
    <data
      class="money atleast"
      value={usd}
      title={`${exact}. ${t('money.unpricedCalls', { n: unpricedCalls })}`}
    >
      {compact ? `≥ ${short}` : t('money.atLeast', { usd: short })}
    </data>
  );
}
