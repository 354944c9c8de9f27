import type { Waterfall } from '../../server/contract.js';
import { isZone } from '../format/time.js';
import { formatRange, parseRange, type Range } from './range.js';

/** What every page's URL carries. Everything else that a view needs (sort, filter, open panel) is a parameter too. */
export interface ViewState {
  range: Range;
  tz: string;
  /** The earlier period that is shown beside this one: as long before, the same a week or a month before; null: none. */
  compare: CompareMode | null;
}

export type CompareMode = Waterfall['compare']['mode'];

export const COMPARE_MODES: readonly CompareMode[] = ['previous', 'week', 'month'];
export const RANGE_DEFAULT: Range = { kind: 'relative', amount: 7, unit: 'd' };

/** Reads a query string. What cannot be read falls back to the default, so that an old link still opens. */
export function parseViewState(search: string, zoneDefault: string): ViewState {
  const params = new URLSearchParams(search);
  const tz = params.get('tz') ?? zoneDefault;
  return {
    range: parseRange(params.get('range') ?? '') ?? RANGE_DEFAULT,
    tz: isZone(tz) ? tz : zoneDefault,
    compare: COMPARE_MODES.find((mode) => mode === params.get('compare')) ?? null,
  };
}

/**
 * The URL of a page with the same range, zone and comparison, so that a drill-down keeps them.
 * @param extra parameters of that page alone; null or '' leaves one out.
 */
export function pageHref(
  path: string,
  state: ViewState,
  extra: Record<string, string | null> = {},
): string {
  const params = new URLSearchParams();
  params.set('range', formatRange(state.range));
  params.set('tz', state.tz);
  if (state.compare !== null) params.set('compare', state.compare);
  for (const [name, value] of Object.entries(extra)) {
    if (value !== null && value !== '') params.set(name, value);
  }
  return `${path}?${readable(params)}`;
}

/** The same URL with some parameters changed; null removes one. */
export function patchUrl(url: string, patch: Record<string, string | null>): string {
  const { pathname, searchParams } = new URL(url, 'http://page');
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === '') searchParams.delete(name);
    else searchParams.set(name, value);
  }
  const query = readable(searchParams);
  return query ? `${pathname}?${query}` : pathname;
}

/** The path of a batch's page or API; ids hold slashes, quotes and Chinese. */
export function batchPath(pipeline: string, batchId: string): string {
  return `/batches/${encodeURIComponent(pipeline)}/${encodeURIComponent(batchId)}`;
}

// `:` and `/` are legal in a query: a zone or an instant stays readable in a shared link.
function readable(params: URLSearchParams): string {
  return params.toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
}
