import type { FaultPlace } from './fault.js';

export interface GameDaySlo {
  /** Letters, digits, `-`. Of its file and of the SLO. */
  name: string;
  displayName: string;
  runbook: string;
  /** OpenSLO's `metricSource` parts of an indicator, and the objective, as JSON. */
  indicator: object;
  objective: object;
  budgetingMethod?: 'Occurrences' | 'Timeslices';
  /** Its period, rolling. */
  window?: string;
}

/** An SLO that is there for the time of a game day: without one, a demo would show an SLO that nothing ever tells of. */
export async function putUp({ config, server, sleep }: FaultPlace, slo: GameDaySlo): Promise<void> {
  const { name, displayName, runbook, budgetingMethod = 'Occurrences', window = '28d' } = slo;
  const document = {
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: {
      name,
      displayName,
      annotations: { 'burnbook/runbook': runbook, 'burnbook/owner': 'data-platform' },
    },
    spec: {
      description: 'Put up by a game day, and taken away at its end.',
      service: 'game-day',
      budgetingMethod,
      timeWindow: [{ duration: window, isRolling: true }],
      indicator: { metadata: { name }, spec: slo.indicator },
      objectives: [slo.objective],
    },
  };
  // JSON is YAML.
  await config().write(fileOf(name), `${JSON.stringify(document, null, 2)}\n`);
  for (let waitedMs = 0; waitedMs < waitMsMax; waitedMs += pollMs) {
    await sleep(pollMs);
    if ((await server.get(`/api/slos/${name}`)).status === 200) return;
  }
  throw new Error(`the server does not take over ${config().pathOf(fileOf(name))}`);
}

const waitMsMax = 15_000;
const pollMs = 250;

export const takeDown = ({ config }: FaultPlace, name: string): Promise<void> =>
  config().remove(fileOf(name));

/** What burnbook's own metric source counts. */
export const source = (spec: object): object => ({ metricSource: { type: 'burnbook', spec } });

const fileOf = (name: string): string => `slos/${name}.yaml`;
