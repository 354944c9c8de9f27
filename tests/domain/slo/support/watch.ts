import type { ExpectedEvents } from '@burnbook/domain/slo/expectedEvents';
import { pairStatus, type StandingPair } from '@burnbook/domain/slo/pairStatus';
import type { Severity, Slo } from '@burnbook/domain/slo/slo';
import type { MinuteSeries } from './minuteSeries.js';

/** An alert of one severity, from the first pair that held to the end of the last. */
export interface SeenAlert {
  readonly severity: Severity;
  readonly fromMinute: number;
  /** null: it stands at the end. */
  readonly toMinute: number | null;
  /** Minutes for which nothing showed whether it was over. */
  readonly frozenMinutes: number;
  readonly askedOwner: boolean;
}

/**
 * Judges an SLO's pairs again and again, as the server would, each time with what was known by then.
 * @param knownAt the series as far as it had arrived at a minute.
 */
export function watch(
  slo: Slo,
  knownAt: (minute: number) => MinuteSeries,
  { minutes, expected }: { minutes: readonly number[]; expected: ExpectedEvents },
): SeenAlert[] {
  const pairs = slo.policies.flatMap((policy) => policy.pairs);
  const standing = new Map<string, StandingPair>();
  const open = new Map<
    Severity,
    { fromMinute: number; frozenMinutes: number; askedOwner: boolean }
  >();
  const seen: SeenAlert[] = [];
  let before = 0;
  for (const minute of minutes) {
    const step = minute - before;
    before = minute;
    const series = knownAt(minute);
    const nowNs = series.atMinute(minute);
    const input = { nowNs, sums: series, coverage: series, expected };
    const statuses = pairs.map((pair) => {
      const name = `${pair.severity} ${pair.longNs}`;
      const status = pairStatus(slo, pair, { ...input, standing: standing.get(name) });
      if (status.holds && status.sinceNs !== null) {
        const { sinceNs, frozenSinceNs } = status;
        standing.set(name, { name, sinceNs, frozenSinceNs });
      } else standing.delete(name);
      return status;
    });
    for (const severity of ['page', 'ticket'] as const) {
      const held = statuses.filter(({ pair, holds }) => pair.severity === severity && holds);
      const alert = open.get(severity);
      if (held.length > 0) {
        const frozen = held.every(({ frozenSinceNs }) => frozenSinceNs !== null);
        open.set(severity, {
          fromMinute: alert?.fromMinute ?? minute,
          frozenMinutes: (alert?.frozenMinutes ?? 0) + (frozen ? step : 0),
          askedOwner: (alert?.askedOwner ?? false) || held.some(({ askOwner }) => askOwner),
        });
      } else if (alert) {
        seen.push({ severity, toMinute: minute, ...alert });
        open.delete(severity);
      }
    }
  }
  for (const [severity, alert] of open) seen.push({ severity, toMinute: null, ...alert });
  return seen.toSorted((a, b) => a.fromMinute - b.fromMinute);
}
