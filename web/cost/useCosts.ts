import type { CostSeries, Costs } from '../../server/contract.js';
import { useApi, type ApiResult } from '../api/useApi.js';
import { formatRange, type Interval } from '../url/range.js';
import type { View } from '../url/useView.js';

/** What is asked of costs besides range and zone; what is '' or null is left out. */
export type Asked = Record<string, string | number | null>;

/** Rows of a leaderboard that is folded, and of one that is not: more than that nobody reads. */
export const BOARD_ROWS = 10;
export const BOARD_ROWS_ALL = 200;

/** The URL state of the page of costs. */
export function costView(view: View) {
  return {
    groupBy: view.param('groupBy') ?? 'model',
    /** Dimension of the second leaderboard. */
    besides: view.param('besides') ?? 'pipeline',
    filter: view.param('filter') ?? '',
    sort: view.param('sort') ?? 'total',
    open: view.param('open'),
    /** Changes show on this page at all times, so it compares with the period before by itself. */
    compare: view.compare ?? ('previous' as const),
  };
}

export function useCosts(view: View, asked: Asked): ApiResult<Costs> {
  return useRanged<Costs>('/api/costs', view, asked);
}

export function useCostSeries(view: View, asked: Asked): ApiResult<CostSeries> {
  return useRanged<CostSeries>('/api/costs/series', view, asked);
}

/** The series of another interval; null asks for nothing. */
export function useCostSeriesOf(
  interval: Interval | null,
  { tz, ...asked }: Asked & { tz: string },
): ApiResult<CostSeries> {
  return useApi<CostSeries>(interval && pathOf('/api/costs/series', interval, { tz, ...asked }));
}

/** A resource of the view's range. Its identity is the range as the URL says it: `-7d` is another instant each time. */
export function useRanged<T>(
  path: string,
  view: View,
  asked: Asked,
  withZone = true,
): ApiResult<T> {
  const rest = withZone ? { tz: view.tz, ...asked } : asked;
  return useApi<T>(`${path}?${formatRange(view.range)}&${query(rest)}`, {
    path: () => pathOf(path, view.interval(), rest),
  });
}

/** The path of a resource in an interval; null: it has none. */
export function pathOf(path: string, interval: Interval | null, asked: Asked): string {
  const range = interval && { from: interval.from.toISOString(), to: interval.to.toISOString() };
  return `${path}?${query({ ...range, ...asked })}`;
}

function query(asked: Asked): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) {
    if (value !== null && value !== '') params.set(name, String(value));
  }
  return params.toString();
}
