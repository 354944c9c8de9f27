import type { BillLine } from '../../server/contract.js';
import { formatUsdDifference, formatUsdShort, isZeroUsd } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { Icon } from '../parts/Icon.js';
import { Money } from '../parts/Money.js';
import { useView } from '../url/useView.js';
import { usageText } from './usageText.js';

/** One line: what was used, at which price, what it costs, and the span that proves it. */
export function BillLineRow({ line }: { line: BillLine }) {
  const view = useView();
  const name = line.kind === 'compute' ? t('bill.compute') : (line.model ?? line.name);
  const proof = view.href(`/traces/${encodeURIComponent(line.evidence.traceId)}`, {
    span: line.evidence.spanId,
  });
  return (
    <tr role="row" class={`bill-line${line.excluded !== null || line.shared ? ' excluded' : ''}`}>
      <th role="rowheader" scope="row" class="on-phone-title">
        <span class="line-name" title={line.name}>
          {name}
        </span>
        <Tags line={line} />
      </th>
      <td role="cell" class="on-phone-meta">
        {usageText(line.usage, locale.value)}
      </td>
      <td role="cell" class="price on-phone-hidden">
        {line.price && (
          <span class="price-text" title={`${line.price.text} (${line.price.source})`}>
            {line.price.text}
          </span>
        )}
        {line.unpricedReason !== null && (
          <span class="unknown">{t('bill.unpriced', { reason: line.unpricedReason })}</span>
        )}
        <Reported line={line} />
      </td>
      <td role="cell" class="numeric on-phone-main">
        <Money usd={line.listCostUsd} unknown="unpriced" />
      </td>
      <td role="cell" class="on-phone-side">
        <a
          class="proof"
          href={proof}
          aria-label={t('bill.spanOf', { name: `${name} ${line.evidence.spanId}` })}
        >
          {t('bill.span')} <Icon name="arrow" size={12} />
        </a>
      </td>
    </tr>
  );
}

/** What the emitter says, and by how much that differs from ours. */
function Reported({ line }: { line: BillLine }) {
  if (line.reportedCostNote !== null) return <small class="under">{line.reportedCostNote}</small>;
  if (line.reportedCostUsd === null) return null;
  const usd = formatUsdShort(line.reportedCostUsd);
  const difference = line.reportedDifferenceUsd;
  return (
    <small class="under">
      {difference === null || isZeroUsd(difference)
        ? t('bill.reported', { usd })
        : t('bill.reportedDiffers', { usd, difference: formatUsdDifference(difference) })}
    </small>
  );
}

function Tags({ line }: { line: BillLine }) {
  return (
    <>
      {line.attempt !== null && (line.attempt > 1 || line.outcome !== 'succeeded') && (
        <span class="tag">{t('bill.attempt', { n: line.attempt })}</span>
      )}
      {line.outcome !== null && line.outcome !== 'succeeded' && (
        <span class="tag">{t(`outcome.${line.outcome}`)}</span>
      )}
      {line.retryWaste && <span class="tag warn">{t('bill.waste')}</span>}
      {line.failureCost && <span class="tag crit">{t('bill.failure')}</span>}
      {line.excluded !== null && <NotCounted line={line} />}
      {line.shared && <span class="tag">{t('bill.sharedLine')}</span>}
    </>
  );
}

/** Why the line is not part of the total, and the spans that count in its place. */
function NotCounted({ line }: { line: BillLine }) {
  const view = useView();
  const counted = line.exclusion?.countedInstead ?? null;
  return (
    <details class="why">
      <summary class="tag">{t('bill.excluded')}</summary>
      <small>
        {line.exclusion ? t(`bill.why.${line.exclusion.reason}`) : line.excluded}{' '}
        {counted &&
          t('bill.countedInstead', {
            n: counted.linesTotal,
            tokens: counted.tokens.toLocaleString(locale.value),
          })}{' '}
        {counted?.lines.map(({ evidence }) => (
          <a
            key={evidence.spanId}
            href={view.href(`/traces/${encodeURIComponent(evidence.traceId)}`, {
              span: evidence.spanId,
            })}
          >
            {evidence.spanId}{' '}
          </a>
        ))}
      </small>
    </details>
  );
}
