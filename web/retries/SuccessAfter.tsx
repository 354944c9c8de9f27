import type { Waste } from '../../server/contract.js';
import { formatCount, formatPercent } from '../format/quantity.js';
import { locale, t } from '../i18n/t.js';
import { successAfter } from './heatmap.js';

/** How many operations had succeeded after one attempt, two, three …: what a further attempt still brings. */
export function SuccessAfter({ byAttempts }: { byAttempts: Waste['byAttempts'] }) {
  if (byAttempts === null) return <p class="none">{t('after.notTold')}</p>;
  const rows = successAfter(byAttempts);
  if (rows.length === 0) return <p class="none">{t('after.none')}</p>;
  const operations = rows.reduce((sum, row) => sum + row.succeeded + row.failed, 0);
  const attempts = rows.reduce((sum, row) => sum + row.attempts * (row.succeeded + row.failed), 0);
  const first = rows.find((row) => row.attempts === 1)?.share ?? 0;
  return (
    <>
      <p class="panel-lead">
        {t('after.lead', {
          first: formatPercent(first),
          attempts: formatCount(attempts, { locale: locale.value }),
          operations: formatCount(operations, { locale: locale.value }),
          ratio: (attempts / operations).toFixed(2),
        })}
      </p>
      <Rows rows={rows} />
    </>
  );
}

function Rows({ rows }: { rows: ReturnType<typeof successAfter> }) {
  return (
    <table class="after" aria-label={t('after.title')}>
      <thead>
        <tr>
          <th scope="col">{t('after.attempts')}</th>
          <th scope="col" class="after-bar">
            {t('after.share')}
          </th>
          <th scope="col" class="numeric">
            {t('outcome.succeeded')}
          </th>
          <th scope="col" class="numeric">
            {t('outcome.failed')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.attempts}>
            <th scope="row">{row.attempts}</th>
            <td class="after-bar">
              <svg
                viewBox="0 0 100 10"
                preserveAspectRatio="none"
                width="100%"
                height="10"
                aria-hidden="true"
              >
                <rect class="bars-track" width="100" height="10" />
                <rect class="bars-fill" width={row.share * 100} height="10" />
              </svg>
              {formatPercent(row.share)}
            </td>
            <td class="numeric">{row.succeeded}</td>
            <td class="numeric">{row.failed}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
