import { createHash } from 'node:crypto';

/** Share of requests, 0 to 1, that meet each fault; together at most 1. */
export interface FaultRates {
  /** 429 with Retry-After. */
  rateLimited: number;
  /** 500. */
  serverError: number;
  /** Answered after `slowMs`. */
  slow: number;
  /** The connection breaks in the middle of the answer. */
  cut: number;
  /** A chat answer that is cut off and so not what was asked for; its tokens are paid. */
  invalid: number;
}

export interface FaultSettings extends FaultRates {
  slowMs: number;
  /** Whole seconds, as the header has it. */
  retryAfterS: number;
  /** Only for requests to this path; `null`: to every one. */
  path: string | null;
}

export type Fault = keyof FaultRates;

export interface FaultDial {
  settings: () => FaultSettings;
  /** Everything not named goes back to no fault. Throws a TypeError naming the field. */
  set: (settings: Partial<FaultSettings>) => void;
  /** The fault that this request meets. */
  next: (request: { path: string; key: string }) => Fault | null;
}

const none: FaultSettings = {
  rateLimited: 0,
  serverError: 0,
  slow: 0,
  cut: 0,
  invalid: 0,
  slowMs: 1500,
  retryAfterS: 1,
  path: null,
};
const faults: Fault[] = ['rateLimited', 'serverError', 'slow', 'cut', 'invalid'];
/** Requests remembered to number their repetitions; the oldest are forgotten. */
const keysMax = 10_000;

/**
 * Faults that look random and are not: which one a request meets follows from the seed, the
 * request's key and how often that key came, whatever the order of concurrent requests.
 */
export function createFaultDial(seed: number): FaultDial {
  let settings = none;
  const timesSeen = new Map<string, number>();
  return {
    settings: () => settings,
    set: (wanted) => {
      settings = checked({ ...none, ...wanted });
    },
    next: ({ path, key }) => {
      const times = (timesSeen.get(key) ?? 0) + 1;
      timesSeen.delete(key);
      timesSeen.set(key, times);
      if (timesSeen.size > keysMax) timesSeen.delete(timesSeen.keys().next().value ?? '');
      if (settings.path !== null && settings.path !== path) return null;
      let point = pointOf(`${seed} ${key} ${times}`);
      for (const fault of faults) {
        if (point < settings[fault]) return fault;
        point -= settings[fault];
      }
      return null;
    },
  };
}

/** A text's place in [0, 1), evenly spread. */
function pointOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}

function checked(settings: FaultSettings): FaultSettings {
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(none, name)) throw new TypeError(`${name} is no setting of the fault dial`);
    if (name === 'path') {
      if (value !== null && typeof value !== 'string') throw new TypeError('path must be text');
    } else if (typeof value !== 'number' || !(value >= 0 && value <= 60_000)) {
      throw new TypeError(`${name} must be a number from 0 to 60000, got ${String(value)}`);
    }
  }
  const sum = faults.reduce((total, fault) => total + settings[fault], 0);
  if (sum > 1) throw new TypeError(`the rates together must be at most 1, got ${sum}`);
  return settings;
}
