import type { Runtime } from '../../collectors/runtime.js';

/** Time that passes only while everybody sleeps: the earliest sleeper wakes, and it is that late. */
export interface VirtualRuntime extends Runtime {
  /** Every sleep that was asked for, in milliseconds. */
  readonly sleeps: number[];
}

export function virtualRuntime({
  random = () => 0.5,
  onSleep = () => {},
  lateMs = 0,
}: { random?: () => number; onSleep?: () => void; lateMs?: number } = {}): VirtualRuntime {
  let nowMs = 1_000;
  const sleeps: number[] = [];
  const sleepers = new Set<{ atMs: number; wake: () => void }>();
  const wakeEarliest = (): void => {
    const [first] = [...sleepers].sort((a, b) => a.atMs - b.atMs);
    if (first === undefined) return;
    nowMs = Math.max(nowMs, first.atMs + lateMs);
    first.wake();
  };
  return {
    sleeps,
    nowMs: () => nowMs,
    epochMs: () => Date.UTC(2026, 0, 1) + nowMs,
    random,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        sleeps.push(ms);
        const sleeper = {
          atMs: nowMs + ms,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        if (signal?.aborted === true) return resolve();
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
        // A macrotask: what can go on without time passing goes on first.
        setTimeout(wakeEarliest, 1);
        onSleep();
      }),
  };
}
