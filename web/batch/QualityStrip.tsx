import type { BatchDetail } from '../../server/contract.js';
import { formatCount, formatPercent } from '../format/quantity.js';
import { locale, t } from '../i18n/t.js';

/** Rows in, out and failed as one strip: what came in is its length. */
export function QualityStrip({ batch }: { batch: BatchDetail }) {
  const { rowsIn, rowsOut, rowsFailed } = batch;
  const count = (value: number) => formatCount(value, { locale: locale.value });
  if (rowsIn === null && rowsOut === null) {
    return (
      <section class="panel quality" aria-label={t('quality.title')}>
        <h2>{t('quality.title')}</h2>
        <p class="none">{t('quality.none')}</p>
      </section>
    );
  }
  const out = rowsOut ?? 0;
  const failed = rowsFailed ?? 0;
  const whole = Math.max(rowsIn ?? 0, out + failed, 1);
  const rest = rowsIn === null || rowsOut === null ? 0 : Math.max(0, rowsIn - out - failed);
  return (
    <section class="panel quality" aria-label={t('quality.title')}>
      <h2>{t('quality.title')}</h2>
      <svg
        class="quality-strip"
        viewBox="0 0 100 10"
        preserveAspectRatio="none"
        width="100%"
        height="12"
        aria-hidden="true"
      >
        <rect class="track" x="0" y="0" width="100" height="10" />
        <rect class="out" x="0" y="0" width={(out / whole) * 100} height="10" />
        <rect class="rest" x={(out / whole) * 100} y="0" width={(rest / whole) * 100} height="10" />
        <rect
          class="failed"
          x={100 - (failed / whole) * 100}
          y="0"
          width={(failed / whole) * 100}
          height="10"
        />
      </svg>
      <ul class="quality-figures">
        <li>
          <b>{rowsIn === null ? t('unknown') : count(rowsIn)}</b> {t('quality.in')}
        </li>
        <li>
          <b>{rowsOut === null ? t('unknown') : count(rowsOut)}</b> {t('quality.out')}
        </li>
        <li class={failed > 0 ? 'some' : undefined}>
          <b>{rowsFailed === null ? t('unknown') : count(failed)}</b> {t('quality.failed')}
          {failed > 0 && rowsIn ? ` (${formatPercent(failed / rowsIn)})` : ''}
        </li>
        {rest > 0 && (
          <li>
            <b>{count(rest)}</b> {t('quality.filtered')}
          </li>
        )}
      </ul>
    </section>
  );
}
