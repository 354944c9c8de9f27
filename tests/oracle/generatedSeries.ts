/** Minutes of a service with faults in them, the same for the same seed. */
import type { MinuteEvents } from '../domain/slo/support/minuteSeries.js';

export interface Fault {
  readonly fromMinute: number;
  readonly toMinute: number;
  /** Share of events that are bad while it lasts. */
  readonly share: number;
}

export function generatedSeries({
  seed,
  minutes,
  perMinute,
  share,
  faults,
}: {
  readonly seed: number;
  readonly minutes: number;
  /** Mean of a day; it swings by the hour, and below one event a minute most have none. */
  readonly perMinute: number;
  readonly share: number;
  readonly faults: readonly Fault[];
}): MinuteEvents[] {
  const random = randomOf(seed);
  return Array.from({ length: minutes }, (_, minute) => {
    const mean = perMinute * (1 + 0.8 * Math.sin((minute / 1_440) * 2 * Math.PI));
    const total = Math.floor(mean + random());
    const fault = faults.find((each) => minute >= each.fromMinute && minute < each.toMinute);
    let bad = 0;
    for (let event = 0; event < total; event++) if (random() < (fault?.share ?? share)) bad++;
    return { total, bad };
  });
}

/** Uniform in [0, 1): a linear congruential generator (Numerical Recipes, 3rd edition, section 7.1). */
function randomOf(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = (state * 3_935_559_000_370_003_845n + 2_691_343_689_449_507_681n) % 2n ** 64n;
    return Number(state >> 11n) / 2 ** 53;
  };
}
