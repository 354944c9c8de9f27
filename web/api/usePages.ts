import { useInfiniteQuery, type UseInfiniteQueryResult } from '@tanstack/preact-query';
import { getJson, type ApiError } from './getJson.js';

interface ListPage<Row> {
  items: Row[];
  nextCursor: string | null;
}

interface PagesOptions<Row> {
  /** Builds the path of the page after a cursor; null: of the first. */
  path: (cursor: string | null) => string;
  /** Asks again for what has changed without telemetry; false: never. */
  everyMs?: number | ((rows: readonly Row[]) => number | false);
}

export type Pages<Row, Page extends ListPage<Row> = ListPage<Row>> = UseInfiniteQueryResult<
  { pages: Page[] },
  ApiError
>;

/**
 * Reads a list page by page and keeps it fresh.
 * @param key the list's identity: what is asked of it.
 */
export function usePages<Row, Page extends ListPage<Row> = ListPage<Row>>(
  key: readonly unknown[],
  { path, everyMs }: PagesOptions<Row>,
): Pages<Row, Page> {
  return useInfiniteQuery<Page, ApiError, { pages: Page[] }>({
    queryKey: ['live', ...key],
    initialPageParam: null,
    placeholderData: (previous) => previous,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: ({ state }) =>
      typeof everyMs === 'function'
        ? everyMs(state.data?.pages.flatMap((page) => page.items) ?? [])
        : (everyMs ?? false),
    queryFn: ({ pageParam, signal }) =>
      getJson<Page>(path(typeof pageParam === 'string' ? pageParam : null), signal),
  });
}
