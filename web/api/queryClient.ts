import { QueryClient } from '@tanstack/preact-query';
import { ApiError } from './getJson.js';

/** One cache for the page. An error shows at once and says so; only a lost server is asked a second time. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      gcTime: 300_000,
      retry: (failures, error) =>
        failures < 1 && error instanceof ApiError && error.problem === null,
      retryDelay: 500,
      networkMode: 'always',
    },
  },
});
