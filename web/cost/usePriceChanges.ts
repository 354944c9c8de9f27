import { useQuery } from '@tanstack/preact-query';
import type { Prices } from '../../server/contract.js';
import { getJson, type ApiError } from '../api/getJson.js';
import type { Annotation } from '../chart/chartData.js';
import { t } from '../i18n/t.js';
import type { Interval } from '../url/range.js';

/** More would cover each other on the chart. */
const SHOWN_MAX = 4;

/** When the price of one of these models changed within the interval; none while it is not known. */
export function usePriceChanges(models: readonly string[], interval: Interval): Annotation[] {
  const { data } = useQuery<Annotation[], ApiError>({
    queryKey: ['fixed', '/api/prices', ...models],
    enabled: models.length > 0,
    queryFn: async ({ signal }) => {
      const answers = await Promise.all(
        models.map((model) =>
          getJson<Prices>(
            `/api/prices?${new URLSearchParams({ model, tier: 'standard' })}`,
            signal,
          ),
        ),
      );
      return answers.flatMap(({ items }, index) =>
        [...new Set(items.flatMap(({ validFrom }) => (validFrom === null ? [] : [validFrom])))].map(
          (at) => ({ at: new Date(at), label: t('series.price', { model: models[index] ?? '' }) }),
        ),
      );
    },
  });
  return (data ?? [])
    .filter(({ at }) => at >= interval.from && at < interval.to)
    .slice(0, SHOWN_MAX);
}
