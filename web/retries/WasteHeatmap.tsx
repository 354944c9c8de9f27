import type { Waste } from '../../server/contract.js';
import { narrowed } from '../cost/filterTerms.js';
import { dimensionText, dimensionWord, keyText } from '../cost/keyText.js';
import { formatUsdExact, formatUsdShort, isZeroUsd } from '../format/usd.js';
import { t } from '../i18n/t.js';
import type { View } from '../url/useView.js';
import { heatmap, isUnknown, type HeatCell } from './heatmap.js';

interface WasteHeatmapProps {
  waste: Waste;
  dimension: string;
  filter: string;
  view: View;
}

/** Dollars lost and attempts, cause by cause; darker is dearer, and every cell says its figures. */
export function WasteHeatmap({ waste, dimension, filter, view }: WasteHeatmapProps) {
  const { causes, rows } = heatmap(waste.items);
  if (rows.length === 0) return <p class="none">{t('waste.none')}</p>;
  const label = t('waste.title', { dimension: dimensionWord(dimension) });
  return (
    <div class="scroll-x" tabIndex={0} role="group" aria-label={label}>
      <table class="heatmap" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{dimensionText(dimension)}</th>
            {causes.map((cause) => (
              <th scope="col" class="numeric" key={cause}>
                {t(`cause.${cause}`)}
              </th>
            ))}
            <th scope="col" class="numeric">
              {t('waste.all')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const href = view.href('/batches', {
              filter: narrowed(filter, [[dimension, row.key]]),
              sort: '-waste',
            });
            return (
              <tr key={JSON.stringify(row.key)}>
                <th scope="row">
                  <a class="row-link" href={href}>
                    {keyText(dimension, row.key)}
                  </a>
                </th>
                {causes.map((cause) => {
                  const cell = row.cells.get(cause);
                  return cell ? (
                    <Cell key={cause} cell={cell} href={href} />
                  ) : (
                    <td key={cause} class="numeric cold">
                      <span aria-label={t('waste.nothing')}>·</span>
                    </td>
                  );
                })}
                <td class="numeric">
                  {row.unknownBilling > 0 && isZeroUsd(row.usd) ? (
                    <span class="unknown">{t('money.unknown')}</span>
                  ) : (
                    <strong>
                      {row.unknownBilling > 0 ? '≥ ' : ''}
                      {formatUsdShort(row.usd)}
                    </strong>
                  )}
                  <small>{t('waste.attempts', { n: row.attempts })}</small>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** From here on a tint would cost the figures their contrast. */
const TINT_PERCENT_MAX = 36;

function Cell({ cell, href }: { cell: HeatCell; href: string }) {
  const { item, usd, heat } = cell;
  const percent = Math.round(heat * TINT_PERCENT_MAX);
  const parts = [
    formatUsdExact(usd),
    ...(isZeroUsd(item.failureCostUsd)
      ? []
      : [t('waste.ofFailure', { usd: formatUsdShort(item.failureCostUsd) })]),
    t('waste.operations', { n: item.operations }),
    ...(item.unknownBilling > 0 ? [t('waste.unknownBilling', { n: item.unknownBilling })] : []),
  ];
  return (
    <td
      class="numeric"
      style={
        percent > 0
          ? { background: `color-mix(in srgb, var(--warn-fill) ${percent}%, var(--surface))` }
          : {}
      }
      title={parts.join(' · ')}
    >
      <a class="drill" href={href}>
        {isUnknown(cell) ? (
          <span class="unknown">{t('money.unknown')}</span>
        ) : (
          `${item.unknownBilling > 0 ? '≥ ' : ''}${formatUsdShort(usd)}`
        )}
      </a>
      <small>
        {t('waste.attempts', { n: item.attempts })}
        {item.unknownBilling > 0 && !isUnknown(cell) && ` · ${item.unknownBilling} ?`}
      </small>
    </td>
  );
}
