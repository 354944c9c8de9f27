/** TelemetryMissing: what is due is not seen, so that nobody can say whether it is good. It takes over from what it hides. */
import type { Severity } from '../slo/slo.js';
import { formatTime } from '../time.js';
import type { AlertCondition } from './alert.js';

/** Below it nothing resolves. */
export const COVERAGE_MIN = 0.9;

/** What is known of the coverage of one SLO, or of a run that was due. */
export interface CoverageFacts {
  readonly slo: string | null;
  readonly pipeline: string | null;
  /** The severity of what it keeps from being judged. */
  readonly severity: Severity;
  readonly owner: string | null;
  /** Share of the due time that telemetry covers; null: nothing was due, which is no gap. */
  readonly coverage: number | null;
  /** Nominal time of a run that should have begun and was not seen; null: none. */
  readonly unseenNs: bigint | null;
  /** Since when it is so. */
  readonly sinceNs: bigint;
}

export const telemetryMissing = (facts: readonly CoverageFacts[]): AlertCondition[] =>
  facts.flatMap((each): AlertCondition[] => {
    const { slo, pipeline, severity, owner, coverage, unseenNs, sinceNs } = each;
    const isThin = coverage !== null && coverage < COVERAGE_MIN;
    if (!isThin && unseenNs === null) return [];
    const whose = pipeline ?? slo ?? 'this server';
    const covered = coverage === null ? null : `${(coverage * 100).toFixed(1)} %`;
    return [
      {
        name: 'TelemetryMissing',
        subject: {
          ...(slo === null ? {} : { slo }),
          ...(pipeline === null ? {} : { pipeline }),
          ...(unseenNs === null ? {} : { occurrence: formatTime(unseenNs) }),
        },
        severity,
        state: 'firing',
        summary:
          unseenNs === null
            ? `telemetry covers ${covered} of the time that ${whose} was due to run: below ${COVERAGE_MIN * 100} % nobody can say that it is well`
            : `the run of ${whose} that was due at ${formatTime(unseenNs)} was not seen`,
        owner,
        runbook: 'TelemetryMissing',
        sinceNs,
        details: { figures: covered === null ? {} : { coverage: covered } },
      },
    ];
  });
