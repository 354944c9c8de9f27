/** TelemetryMissing: what is due is not seen, so that nobody can say whether it is good. It takes over from what it hides. */
import { isUnknown } from '../slo/coverage.js';
import type { Severity } from '../slo/slo.js';
import { MINUTE_NS } from '../time.js';
import type { AlertCondition } from './alert.js';

/** How much is known of the runs of a pipeline that were open of late. */
export interface CoverageFacts {
  readonly pipeline: string;
  /** The severity of what it keeps from being judged. */
  readonly severity: Severity;
  readonly owner: string | null;
  /** Names of the SLOs that are not judged. */
  readonly slos: readonly string[];
  /** Minutes in which a run was open, and those of them that telemetry covers. */
  readonly due: number;
  readonly covered: number;
  /** Who is told, by the policies of these SLOs; left out: whoever takes the severity. */
  readonly destinations?: readonly string[];
}

/** Telemetry of runs that are well is sent that late, too. */
const MISSING_MINUTES_MIN = 5;

export const telemetryMissing = (facts: readonly CoverageFacts[], atNs: bigint): AlertCondition[] =>
  facts.flatMap((each): AlertCondition[] => {
    const { pipeline, severity, owner, slos, due, covered, destinations } = each;
    const missing = due - covered;
    if (!isUnknown(due === 0 ? null : covered / due) || missing < MISSING_MINUTES_MIN) return [];
    const share = `${((covered / due) * 100).toFixed(1)} %`;
    return [
      {
        name: 'TelemetryMissing',
        subject: { pipeline },
        severity,
        state: 'firing',
        summary: `telemetry covers ${share} of the last hour in which ${pipeline} ran: below 90 % nobody can say that it is well`,
        owner,
        runbook: 'TelemetryMissing',
        sinceNs: atNs - BigInt(Math.round(missing)) * MINUTE_NS,
        details: {
          figures: { coverage: share, slos: slos.join(', ') },
          ...(destinations === undefined ? {} : { destinations }),
        },
      },
    ];
  });
