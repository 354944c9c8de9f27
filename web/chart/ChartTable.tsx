import { t } from '../i18n/t.js';
import type { ChartData } from './chartData.js';

/** The same figures as rows, newest first, scrolling inside the chart's own height. */
export function ChartTable({
  label,
  data,
  heightPx,
}: {
  label: string;
  data: ChartData;
  heightPx: number;
}) {
  return (
    <div
      class="chart-table"
      style={{ height: `${heightPx}px` }}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">{t('chart.time')}</th>
            {data.series.map((series) => (
              <th scope="col" class="numeric" key={series.key}>
                {series.label}
              </th>
            ))}
            {data.series.length > 1 && (
              <th scope="col" class="numeric">
                {t('spend.total')}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {[...data.buckets].reverse().map((bucket) => (
            <tr key={bucket.label}>
              <th scope="row">{bucket.label}</th>
              {data.series.map((series) => (
                <td class="numeric" key={series.key}>
                  {bucket.values.get(series.key)?.text ?? '–'}
                </td>
              ))}
              {data.series.length > 1 && <td class="numeric">{bucket.totalText}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
