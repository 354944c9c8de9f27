import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProcessMeter, type Meter, type MeterReading } from '../../collectors/meter.js';
import { Profiler, type Profile, type ProfileScope } from '../../collectors/profiler.js';

const COUNTERS = [
  'cpuUserUs',
  'cpuSystemUs',
  'gcUs',
  'loopActiveUs',
  'loopIdleUs',
  'diskReadBytes',
  'diskWriteBytes',
] as const;

interface Use {
  ms: number;
  counters: number[];
  rssBytes: number;
}

/** A meter that shows what it is told: the process's use, step by step. */
class ScriptedMeter implements Meter {
  reading: MeterReading = {
    nowMs: 0,
    cpuUserUs: 0,
    cpuSystemUs: 0,
    gcUs: 0,
    loopActiveUs: 0,
    loopIdleUs: 0,
    diskReadBytes: 0,
    diskWriteBytes: 0,
    rssBytes: 50 * 2 ** 20,
    rssMaxBytes: 50 * 2 ** 20,
  };
  starts = 0;

  start(): void {
    this.starts++;
  }

  stop(): void {
    this.starts--;
  }

  read(): MeterReading {
    return { ...this.reading };
  }

  use({ ms, counters, rssBytes }: Use): void {
    const next = { ...this.reading, nowMs: this.reading.nowMs + ms, rssBytes };
    COUNTERS.forEach((counter, i) => {
      next[counter] += counters[i] ?? 0;
    });
    next.rssMaxBytes = Math.max(next.rssMaxBytes, rssBytes);
    this.reading = next;
  }
}

const use = fc.record({
  ms: fc.nat(2_000),
  counters: fc.array(fc.nat(1_000_000), { minLength: COUNTERS.length, maxLength: COUNTERS.length }),
  rssBytes: fc.integer({ min: 2 ** 20, max: 2 ** 32 }),
});
/** Open below the n-th open scope (or at the root), close the n-th, or look at the n-th's total. */
const action = fc.record({
  use,
  kind: fc.constantFrom('open', 'open', 'close', 'read' as const),
  which: fc.nat(1_000),
});

describe('the profiler', () => {
  test('shares what the process uses so that the scopes add up to it exactly, whatever opens and closes', () => {
    fc.assert(
      fc.property(fc.array(action, { minLength: 1, maxLength: 60 }), use, (actions, lastUse) => {
        const meter = new ScriptedMeter();
        const profiler = new Profiler(meter);
        const open: ProfileScope[] = [];
        const closed: Profile[] = [];
        const spent = COUNTERS.map(() => 0);
        let rssHalfKibMs = 0;
        const spend = (next: Use): void => {
          const before = meter.reading;
          meter.use(next);
          if (open.length === 0) return;
          next.counters.forEach((value, i) => (spent[i] = spent[i]! + value));
          rssHalfKibMs +=
            next.ms * (Math.round(before.rssBytes / 1024) + Math.round(next.rssBytes / 1024));
        };
        for (const { use, kind, which } of actions) {
          spend(use);
          const at = open.length === 0 ? 0 : which % open.length;
          const target = open[at];
          if (kind === 'open') open.push(profiler.open(which % 7 === 0 ? undefined : target));
          else if (kind === 'read' && target !== undefined) profiler.readTotal(target);
          else if (kind === 'close' && target !== undefined) {
            open.splice(at, 1);
            closed.push(profiler.close(target));
          }
        }
        spend(lastUse);
        for (const scope of open.splice(0)) closed.push(profiler.close(scope));
        const sum = (pick: (profile: Profile) => number): number =>
          closed.reduce((total, profile) => total + pick(profile), 0);
        expect(COUNTERS.map((counter) => sum((profile) => profile[counter]))).toEqual(spent);
        expect(sum((profile) => profile.rssHalfKibMs)).toBe(rssHalfKibMs);
        expect(meter.starts).toBe(0);
      }),
    );
  });

  test('gives time outside of steps to the run, and inside to the innermost steps alone', () => {
    const { meter, profiler, burn } = scripted();
    const run = profiler.open(undefined);
    burn(10);
    const outer = profiler.open(run);
    burn(20);
    const left = profiler.open(outer);
    const right = profiler.open(outer);
    burn(60);
    expect(profiler.close(left).cpuUserUs).toBe(30);
    burn(7);
    expect(profiler.close(right).cpuUserUs).toBe(37);
    burn(5);
    expect(profiler.close(outer).cpuUserUs).toBe(25);
    burn(3);
    expect(profiler.readTotal(run).cpuUserUs).toBe(105);
    expect(profiler.close(run).cpuUserUs).toBe(13);
    expect(meter.starts).toBe(0);
  });

  test('shows the highest memory of the time in which a scope was open', () => {
    const { profiler, rss } = scripted();
    const before = profiler.open(undefined);
    rss(200);
    const late = profiler.open(before);
    rss(100);
    expect(profiler.close(late).rssPeakBytes).toBe(200 * 2 ** 20);
    rss(300);
    rss(100);
    expect(profiler.close(before).rssPeakBytes).toBe(300 * 2 ** 20);
  });

  test('counts a collection in the step that caused it, although the step never yields', () => {
    const profiler = new Profiler(new ProcessMeter());
    const run = profiler.open(undefined);
    const busy = profiler.open(run);
    const kept = Array.from({ length: 40 }, () =>
      Array.from({ length: 50_000 }, (_, i) => ({ i })),
    );
    const profile = profiler.close(busy);
    expect(kept).toHaveLength(40);
    expect(profile.gcUs).toBeGreaterThan(0);
    expect(profile.gcUs).toBeLessThanOrEqual(profile.cpuUserUs + profile.cpuSystemUs + 1e6);
    profiler.close(run);
  });
});

function scripted(): {
  meter: ScriptedMeter;
  profiler: Profiler;
  burn: (cpuUserUs: number) => void;
  rss: (mib: number) => void;
} {
  const meter = new ScriptedMeter();
  const profiler = new Profiler(meter);
  const { rssBytes } = meter.reading;
  return {
    meter,
    profiler,
    burn: (cpuUserUs) => meter.use({ ms: 1, counters: [cpuUserUs], rssBytes }),
    rss: (mib) => {
      meter.use({ ms: 1, counters: [], rssBytes: mib * 2 ** 20 });
      // Any boundary takes a sample.
      profiler.close(profiler.open(undefined));
    },
  };
}
