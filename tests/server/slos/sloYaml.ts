/** OpenSLO texts for tests, and what reading them says. */
import type { Slo } from '@burnbook/domain/slo/slo';
import { readSlos, type SlosContext } from '../../../server/config/slosFile.js';
import { ConfigError } from '../../../server/config/yamlFile.js';

export const context: SlosContext = {
  pipelines: new Map([['mail-etl', { owner: 'data', scheduled: true }]]),
};

export const read = (text: string): readonly Slo[] =>
  readSlos([{ file: 'a.yaml', text }], context).slos;

export function faultsOf(text: string, ...more: string[]): string[] {
  const files = [text, ...more].map((said, index) => ({
    file: `${'abc'[index]}.yaml`,
    text: said,
  }));
  try {
    readSlos(files, context);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const SOURCE = 'type: burnbook, spec';
export const ratio = (outcome = 'succeeded'): string => `
      ratioMetric:
        counter: true
        good: { metricSource: { ${SOURCE}: { events: attempts, where: { outcome: ${outcome} } } } }
        total: { metricSource: { ${SOURCE}: { events: attempts, where: { pipeline: mail-etl } } } }`;

/** An SLO whose parts a case can replace. */
export function slo(parts: {
  name?: string;
  annotations?: string;
  method?: string;
  window?: string;
  indicator?: string;
  objectives?: string;
  rest?: string;
}): string {
  return `apiVersion: openslo/v1
kind: SLO
metadata:
  name: ${parts.name ?? 'mail'}
  annotations: ${parts.annotations ?? '{}'}
spec:
  service: mail-etl
  budgetingMethod: ${parts.method ?? 'Occurrences'}
  timeWindow: [${parts.window ?? '{ duration: 30d, isRolling: true }'}]
  indicator:
    metadata: { name: ok }
    spec:${parts.indicator ?? ratio()}
  objectives: ${parts.objectives ?? '[{ target: 0.999 }]'}
${parts.rest ?? ''}`;
}

export const threshold = (spec: string): string => `
      thresholdMetric: { metricSource: { ${SOURCE}: ${spec} } }`;

/** A policy with its condition and target, each an object of its own. */
export const POLICY = `---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: { name: fast }
spec:
  conditions: [{ conditionRef: burns }]
  notificationTargets: [{ targetRef: phone }]
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: { name: burns }
spec:
  severity: page
  condition: { kind: burnrate, op: gt, threshold: 10, lookbackWindow: 2h, alertAfter: 10m }
---
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: { name: phone }
spec: { target: on-call }
`;
