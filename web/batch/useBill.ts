import { useInfiniteQuery } from '@tanstack/preact-query';
import type { Bill, BillLine } from '../../server/contract.js';
import { getJson, type ApiError } from '../api/getJson.js';
import { batchPath } from '../url/viewState.js';

const PAGE_LINES = 200;

export type LoadedBill = ReturnType<typeof useBill>;

/** The bill's sums and its lines, page by page. */
export function useBill(pipeline: string, batchId: string) {
  const path = `/api${batchPath(pipeline, batchId)}/bill`;
  const query = useInfiniteQuery<Bill, ApiError>({
    queryKey: ['live', path],
    initialPageParam: null,
    getNextPageParam: (page) => page.nextCursor,
    queryFn: ({ pageParam, signal }) => {
      const params = new URLSearchParams({ limit: String(PAGE_LINES) });
      if (typeof pageParam === 'string') params.set('cursor', pageParam);
      return getJson<Bill>(`${path}?${params}`, signal);
    },
  });
  const pages = query.data?.pages ?? [];
  const lines: BillLine[] = pages.flatMap((page) => page.lines);
  return { query, bill: pages[0] ?? null, lines };
}
