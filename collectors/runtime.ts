import { performance } from 'node:perf_hooks';

/** Time and chance, as the collectors see them. Tests give their own. */
export interface Runtime {
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Unix epoch milliseconds, for a Retry-After that is a date. */
  epochMs(): number;
  /** Resolves after `ms`, or as soon as the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
}

/** Longest delay that `setTimeout` takes before it overflows to 1 ms. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export const systemRuntime: Runtime = {
  nowMs: () => performance.now(),
  epochMs: () => Date.now(),
  sleep,
  random: () => Math.random(),
};

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, Math.min(ms, TIMER_MS_MAX));
    signal?.addEventListener('abort', finish, { once: true });
  });
}
