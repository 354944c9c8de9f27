import type { SloDetail } from '../../server/contract.js';
import { t } from '../i18n/t.js';
import { Status } from '../parts/Status.js';
import { rateText } from './sloText.js';

/** Each pair of windows in one of four words. */
export function PairsPanel({ pairs }: { pairs: SloDetail['pairs'] }) {
  return (
    <section class="panel" aria-label={t('slo.pairs')}>
      <header class="panel-head">
        <h2>{t('slo.pairs')}</h2>
      </header>
      {pairs.length === 0 && <p class="none">{t('slo.pairsNone')}</p>}
      <ul class="window-pairs">
        {pairs.map((pair) => (
          <li key={`${pair.severity} ${pair.long} ${pair.short}`}>
            <p class="pair-head">
              <strong>{t('slo.pair', { long: pair.long, short: pair.short })}</strong>{' '}
              <span class="tag">{t(`severity.${pair.severity}`)}</span>
            </p>
            <Status kind={pair.word} strong />
            <small>
              {t(pair.op === 'gte' ? 'slo.pairTextAt' : 'slo.pairText', {
                factor: rateText(pair.factor),
                long: pair.long,
                short: pair.short,
                longRate: rateText(pair.longWindow.burnRate),
                shortRate: rateText(pair.shortWindow.burnRate),
              })}{' '}
              {pair.significant === false && t('slo.notSignificant')}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
