/** Pipelines of which SLOs count events and whose runs went silent: what TelemetryMissing tells of. */
import { telemetryMissing, type CoverageFacts } from '@burnbook/domain/alert/telemetryMissing';
import type { AlertCondition } from '@burnbook/domain/alert/alert';
import { isUnknown } from '@burnbook/domain/slo/coverage';
import { policyDestinations } from '@burnbook/domain/slo/policyDestinations';
import { HEADLINE_NS } from '@burnbook/domain/slo/pairStatus';
import { minuteEnd } from '@burnbook/domain/slo/minutes';
import type { CoverageBook } from './coverageBook.js';
import { isOfServer } from './rangedCount.js';
import type { SloReport } from './sloReport.js';

/**
 * One condition a pipeline, however many SLOs it hides, as severe as the worst of them. Of an expected run that was not seen its
 * deadline tells; of this server somebody else (the outgoing heartbeat).
 */
export function telemetryGaps(
  reports: readonly SloReport[],
  coverage: Pick<CoverageBook, 'openTime' | 'pipelines'>,
  nowNs: bigint,
): AlertCondition[] {
  const toNs = minuteEnd(nowNs);
  const span = { fromNs: toNs - HEADLINE_NS, toNs, nowNs };
  const hidden = new Map<string, SloReport['slo'][]>();
  for (const { slo, status } of reports) {
    const { indicator, pipelines } = slo;
    if (indicator.kind === 'deadline' || isOfServer(indicator)) continue;
    if (!isUnknown(status.headline.coverage)) continue;
    for (const pipeline of pipelines.length > 0 ? pipelines : coverage.pipelines) {
      hidden.set(pipeline, [...(hidden.get(pipeline) ?? []), slo]);
    }
  }
  const facts = [...hidden].map(([pipeline, slos]): CoverageFacts => {
    const pages = slos.some(({ policies }) =>
      policies.some(({ pairs }) => pairs.some(({ severity }) => severity === 'page')),
    );
    return {
      pipeline,
      severity: pages ? 'page' : 'ticket',
      owner: slos[0]?.owner ?? null,
      slos: slos.map(({ name }) => name),
      ...coverage.openTime(pipeline, span),
      ...policyDestinations(slos, null),
    };
  });
  return telemetryMissing(facts, nowNs);
}
