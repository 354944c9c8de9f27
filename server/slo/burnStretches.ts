/** How fast error budgets burned in short stretches of the past, by the minutes that were counted. */
import { burnRate } from '@burnbook/domain/slo/burnRate';
import type { StoreClient } from '../store/storeClient.js';
import { nsOfMinute } from './eventGroup.js';
import type { MinuteRange } from './rangedCount.js';
import type { SloEngine } from './sloEngine.js';

/** Below it a stretch says nothing: what is missing may be what was bad. */
const COVERAGE_MIN = 0.9;

/**
 * Burn rate of each stretch by the SLO as it is now. null: not known, since nothing happened in it, too little of it is
 * covered, or the SLO (deadlines, slices of time, one whose past is still being counted) has no burn by the minute.
 * @throws StoreError
 */
export async function burnInStretches(
  { store, slos, nowNs }: { store: StoreClient; slos: SloEngine; nowNs: bigint },
  name: string,
  stretches: readonly MinuteRange[],
): Promise<(number | null)[]> {
  // What was committed a moment ago is counted first.
  await slos.evaluate();
  const slo = slos.find(name);
  const isCounted = slo?.method === 'Occurrences' && slos.isCounted(slo.indicatorId);
  if (!slo || !isCounted || stretches.length === 0) return stretches.map(() => null);
  const minutes = [...new Set(stretches.flatMap(minutesOf))].toSorted((a, b) => a - b);
  const rows = await store.query('sli_minute_sums', {
    indicators: [slo.indicatorId],
    minutes: minutes.map(nsOfMinute),
    first: nsOfMinute(minutes[0] ?? 0),
    last: nsOfMinute(minutes.at(-1) ?? 0),
  });
  const stored = new Map(
    rows.map((row) => [
      row['minute_ns'] as bigint,
      { good: Number(row['good']), total: Number(row['total']) },
    ]),
  );
  const open = slos.unstored(slo.indicatorId);
  const { coverage } = slos.inputOf(slo, nowNs);
  return stretches.map((stretch) => {
    let bad = 0;
    let total = 0;
    for (const minute of minutesOf(stretch)) {
      for (const counts of [stored.get(nsOfMinute(minute)), open.get(minute)]) {
        bad += (counts?.total ?? 0) - (counts?.good ?? 0);
        total += counts?.total ?? 0;
      }
    }
    const covered = coverage.coverage(nsOfMinute(stretch.from), nsOfMinute(stretch.end));
    return covered !== null && covered < COVERAGE_MIN ? null : burnRate({ bad, total }, slo);
  });
}

const minutesOf = ({ from, end }: MinuteRange): number[] =>
  Array.from({ length: end - from }, (_, index) => from + index);
