import { useLocation } from 'preact-iso';
import { useEffect, useMemo } from 'preact/hooks';
import { resolveRange, type Interval } from './range.js';
import { pageHref, parseViewState, patchUrl, type ViewState } from './viewState.js';

export interface View extends ViewState {
  /** A parameter of the URL; null when absent. */
  param: (name: string) => string | null;
  /** Changes parameters as a new entry of the history, so that Back undoes it. */
  set: (patch: Record<string, string | null>) => void;
  /** The URL of another page with the same range and zone. */
  href: (path: string, extra?: Record<string, string | null>) => string;
  /** The instants that the range means now. */
  interval: () => Interval;
}

/** The browser's own zone. */
export const zoneDefault = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** The view as the URL says it. Nothing about what is shown is kept anywhere else. */
export function useView(): View {
  const { url, route } = useLocation();
  return useMemo(() => {
    const { search, searchParams } = new URL(url, location.origin);
    const state = parseViewState(search, zoneDefault);
    return {
      ...state,
      param: (name) => searchParams.get(name),
      set: (patch) => {
        const next = patchUrl(url, patch);
        if (next !== url) route(next);
      },
      href: (path, extra) => pageHref(path, state, extra),
      interval: () => resolveRange(state.range, { now: new Date(), tz: state.tz }),
    };
  }, [url]);
}

/**
 * Writes the zone and range into a URL that lacks them, without a new entry of the history: a link copied from the
 * address bar then shows another reader the same days, wherever that reader lives.
 */
export function useCanonicalUrl(): void {
  const { url, route } = useLocation();
  useEffect(() => {
    const { pathname, searchParams } = new URL(url, location.origin);
    if (searchParams.has('tz') && searchParams.has('range')) return;
    const extra = Object.fromEntries(searchParams);
    delete extra['range'];
    delete extra['tz'];
    delete extra['compare'];
    const state = parseViewState(searchParams.toString(), zoneDefault);
    route(pageHref(pathname, state, extra), true);
  }, [url]);
}
