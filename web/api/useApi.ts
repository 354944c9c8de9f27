import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/preact-query';
import { getJson, type ApiError } from './getJson.js';

export type ApiResult<T> = UseQueryResult<T, ApiError>;

/**
 * How a query relates to the live stream: `live` ones refetch when a commit arrives, `check` ones too, but less often,
 * `execution` ones when somebody has done something in an execution, `fixed` ones never.
 */
export type Liveness = 'live' | 'check' | 'execution' | 'fixed';

interface ApiOptions {
  liveness?: Liveness;
  /** Built at each fetch: a range such as `-7d` means another instant every time. Default: the key itself. */
  path?: () => string;
  /** Asks again so often while the page is visible, for what changes without telemetry. Default: never. */
  everyMs?: number;
}

/**
 * Reads one API resource and keeps it fresh.
 * @param key the resource's identity, usually its path; null asks for nothing yet.
 * @returns the query; while the key changes the previous data stays, flagged `isPlaceholderData`.
 */
export function useApi<T>(key: string | null, options: ApiOptions = {}): ApiResult<T> {
  return useQuery<T, ApiError>({
    queryKey: [options.liveness ?? 'live', key],
    queryFn: ({ signal }) => getJson<T>(options.path ? options.path() : (key ?? ''), signal),
    enabled: key !== null,
    refetchInterval: options.everyMs ?? false,
    placeholderData: keepPreviousData,
  });
}
