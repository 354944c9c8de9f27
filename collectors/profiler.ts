import { guard } from './guard.js';
import { ProcessMeter, type Meter, type MeterReading } from './meter.js';

/**
 * What one scope (a run or a step) used *itself*: while it had no open scope below it. The scopes' profiles add up to
 * the process's use while any scope was open.
 */
export interface Profile {
  cpuUserUs: number;
  cpuSystemUs: number;
  gcUs: number;
  loopActiveUs: number;
  loopIdleUs: number;
  diskReadBytes: number;
  diskWriteBytes: number;
  /** Resident memory over time, in half KiB · ms: an integer, so that nothing is lost in the sharing. */
  rssHalfKibMs: number;
  /** Highest resident memory seen while the scope was open, its children included. */
  rssPeakBytes: number;
}

/** One open scope. Its fields belong to the profiler. */
export interface ProfileScope {
  readonly parent: ProfileScope | undefined;
  open: boolean;
  openChildren: number;
  /** The shares at the moment when this scope last became innermost; undefined while it is not. */
  since: Shares | undefined;
  readonly used: Shares;
  /** What closed scopes below this one used. */
  readonly below: Shares;
  rssPeakBytes: number;
}

/** The shared counters, in the order of `SHARED`. */
type Shares = number[];

const SHARED = [
  'cpuUserUs',
  'cpuSystemUs',
  'gcUs',
  'loopActiveUs',
  'loopIdleUs',
  'diskReadBytes',
  'diskWriteBytes',
] as const satisfies readonly (keyof Profile & keyof MeterReading)[];
const RSS = SHARED.length;

/** Between boundaries, memory is sampled this often. */
const SAMPLE_EVERY_MS = 250;

/**
 * Shares the process's use equally among the innermost open scopes at every boundary. Instead of walking all of them it
 * keeps, per counter, what *one* innermost scope would have got so far; a scope's own use is the difference between two
 * readings of that. What does not divide is carried to the next boundary; the last scope to close takes it, so that the
 * sum is exact to the unit.
 */
export class Profiler {
  readonly #meter: Meter;
  readonly #open = new Set<ProfileScope>();
  readonly #shares: Shares = zeros();
  readonly #carry: Shares = zeros();
  #innermost = 0;
  #last: MeterReading | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** Opens a scope below `parent`; a parent that has closed already counts as none. */
  open(parent: ProfileScope | undefined): ProfileScope {
    if (this.#open.size === 0) this.#start();
    else this.#account();
    const scope: ProfileScope = {
      parent,
      open: true,
      openChildren: 0,
      since: undefined,
      used: zeros(),
      below: zeros(),
      rssPeakBytes: this.#last?.rssBytes ?? 0,
    };
    if (parent?.open === true) {
      if (parent.openChildren === 0) this.#leave(parent);
      parent.openChildren++;
    }
    this.#open.add(scope);
    this.#enter(scope);
    return scope;
  }

  /** Closes a scope and returns its profile. A scope is closed once. */
  close(scope: ProfileScope): Profile {
    this.#account(this.#open.size === 1);
    this.#leave(scope);
    scope.open = false;
    this.#open.delete(scope);
    const { parent } = scope;
    if (parent?.open === true) {
      parent.openChildren--;
      if (parent.openChildren === 0) this.#enter(parent);
    }
    const heir = openAncestor(scope);
    if (heir !== undefined) {
      add(heir.below, scope.used);
      add(heir.below, scope.below);
    }
    if (this.#open.size === 0) this.#stop();
    return profileOf(scope.used, scope.rssPeakBytes);
  }

  /** What a scope and all below it used so far, closed or still open. */
  readTotal(scope: ProfileScope): Profile {
    this.#account();
    const total = [...scope.below];
    for (const other of this.#open) {
      if (!isWithin(other, scope)) continue;
      if (other.since !== undefined) {
        this.#leave(other);
        this.#enter(other);
      }
      add(total, other.used);
      if (other !== scope) add(total, other.below);
    }
    return profileOf(total, scope.rssPeakBytes);
  }

  #enter(scope: ProfileScope): void {
    scope.since = [...this.#shares];
    this.#innermost++;
  }

  #leave(scope: ProfileScope): void {
    const { since } = scope;
    if (since === undefined) return;
    scope.used.forEach((used, i) => {
      scope.used[i] = used + at(this.#shares, i) - at(since, i);
    });
    scope.since = undefined;
    this.#innermost--;
  }

  /** Divides what was used since the last boundary. */
  #account(exact = false): void {
    const last = this.#last;
    const reading = this.#meter.read(exact);
    this.#last = reading;
    if (last === undefined) return;
    SHARED.forEach((counter, i) => {
      this.#share(i, Math.max(0, reading[counter] - last[counter]));
    });
    const kib = Math.round(last.rssBytes / 1024) + Math.round(reading.rssBytes / 1024);
    this.#share(RSS, kib * Math.max(0, reading.nowMs - last.nowMs));
    this.#seePeak(last, reading);
  }

  #share(counter: number, used: number): void {
    // Never divides by 0: of the open scopes at least one has no open scope below it.
    const total = used + at(this.#carry, counter);
    const each = Math.floor(total / this.#innermost);
    this.#shares[counter] = at(this.#shares, counter) + each;
    this.#carry[counter] = total - each * this.#innermost;
  }

  #seePeak(last: MeterReading, reading: MeterReading): void {
    // An all-time high that is new since the last sample was reached in between.
    const high = reading.rssMaxBytes > last.rssMaxBytes ? reading.rssMaxBytes : 0;
    const peakBytes = Math.max(high, reading.rssBytes);
    if (peakBytes <= last.rssBytes) return;
    for (const scope of this.#open) {
      if (peakBytes > scope.rssPeakBytes) scope.rssPeakBytes = peakBytes;
    }
  }

  #start(): void {
    this.#meter.start();
    this.#carry.fill(0);
    this.#last = this.#meter.read();
    this.#timer = setInterval(() => guard(() => this.#account()), SAMPLE_EVERY_MS);
    this.#timer.unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#meter.stop();
    this.#last = undefined;
  }
}

/** The process has one meter, whatever the number of collectors: two would count everything twice. */
export const processProfiler = new Profiler(new ProcessMeter());

function profileOf(used: Shares, rssPeakBytes: number): Profile {
  const profile: Profile = {
    cpuUserUs: 0,
    cpuSystemUs: 0,
    gcUs: 0,
    loopActiveUs: 0,
    loopIdleUs: 0,
    diskReadBytes: 0,
    diskWriteBytes: 0,
    rssHalfKibMs: at(used, RSS),
    rssPeakBytes,
  };
  SHARED.forEach((counter, i) => {
    profile[counter] = at(used, i);
  });
  return profile;
}

function openAncestor(scope: ProfileScope): ProfileScope | undefined {
  let ancestor = scope.parent;
  while (ancestor !== undefined && !ancestor.open) ancestor = ancestor.parent;
  return ancestor;
}

function isWithin(scope: ProfileScope, ancestor: ProfileScope): boolean {
  let current: ProfileScope | undefined = scope;
  while (current !== undefined && current !== ancestor) current = current.parent;
  return current === ancestor;
}

function add(to: Shares, from: Shares): void {
  from.forEach((value, i) => {
    to[i] = at(to, i) + value;
  });
}

function zeros(): Shares {
  return Array.from({ length: RSS + 1 }, () => 0);
}

function at(values: Shares, index: number): number {
  return values[index] ?? 0;
}
