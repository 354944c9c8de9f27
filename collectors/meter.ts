import { performance } from 'node:perf_hooks';
import { GCProfiler } from 'node:v8';
import { guard } from './guard.js';

/** What the process has used since some fixed moment. Every counter is an integer that never falls. */
export interface MeterReading {
  /** Monotonic milliseconds, whole. */
  nowMs: number;
  cpuUserUs: number;
  cpuSystemUs: number;
  gcUs: number;
  /** Event loop: busy and idle time. */
  loopActiveUs: number;
  loopIdleUs: number;
  diskReadBytes: number;
  diskWriteBytes: number;
  /** Resident memory now; this one falls as well as rises. */
  rssBytes: number;
  /** Highest resident memory of the process's life, or 0 where unknown. */
  rssMaxBytes: number;
}

export interface Meter {
  /** Called when the first scope opens and after the last one closed: the costly sources run only in between. */
  start(): void;
  stop(): void;
  /** @param exact reads every source now, however costly: the last reading before `stop`. */
  read(exact?: boolean): MeterReading;
}

/** Reading RSS opens /proc (7.6 µs measured, against 1.2 for all else), so boundaries closer than this share one. */
const RSS_EVERY_MS = 10;
/**
 * The GC profiler is the only source that is exact at once (a PerformanceObserver hears of a collection one turn of the
 * loop later, when the step that caused it has ended). Reading restarts it: 27 µs measured, so at most every 5 ms.
 */
const GC_EVERY_MS = 5;
/** `ru_inblock` and `ru_oublock` count units of 512 bytes on Linux, and operations elsewhere. */
const DISK_BLOCK_BYTES = process.platform === 'linux' ? 512 : 0;

/** Reads this process. One instance a process: see `processProfiler`. */
export class ProcessMeter implements Meter {
  #gc: GCProfiler | undefined;
  #gcUs = 0;
  #gcReadMs = Number.NEGATIVE_INFINITY;
  #rssBytes = 0;
  #rssReadMs = Number.NEGATIVE_INFINITY;

  start(): void {
    this.#gc = new GCProfiler();
    this.#gc.start();
    this.#gcReadMs = performance.now();
  }

  stop(): void {
    this.#gc?.stop();
    this.#gc = undefined;
  }

  read(exact = false): MeterReading {
    const nowMs = performance.now();
    if (nowMs - this.#rssReadMs >= RSS_EVERY_MS) {
      this.#rssBytes = rssBytes() ?? this.#rssBytes;
      this.#rssReadMs = nowMs;
    }
    if (this.#gc !== undefined && (exact || nowMs - this.#gcReadMs >= GC_EVERY_MS)) {
      for (const { cost } of this.#gc.stop().statistics) this.#gcUs += cost;
      this.start();
    }
    const usage = process.resourceUsage();
    const loop = performance.eventLoopUtilization();
    return {
      nowMs: Math.floor(nowMs),
      cpuUserUs: usage.userCPUTime,
      cpuSystemUs: usage.systemCPUTime,
      gcUs: Math.floor(this.#gcUs),
      loopActiveUs: Math.floor(loop.active * 1000),
      loopIdleUs: Math.floor(loop.idle * 1000),
      diskReadBytes: usage.fsRead * DISK_BLOCK_BYTES,
      diskWriteBytes: usage.fsWrite * DISK_BLOCK_BYTES,
      rssBytes: this.#rssBytes,
      rssMaxBytes: usage.maxRSS * 1024,
    };
  }
}

/** Fails when the process has run out of file descriptors. */
function rssBytes(): number | undefined {
  return guard(() => process.memoryUsage.rss());
}
