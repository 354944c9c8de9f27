import type { FaultMaker } from './fault.js';

const file = 'slos/game-day-broken.yaml';

/** ConfigRejected: a file that is no SLO lies among the SLOs. */
export const configRejected: FaultMaker = ({ config }) => ({
  inject: async () => {
    await config().write(file, 'kind: SLO\nmetadata: { name: game day }\n');
    return `${config().pathOf(file)} says something that is no SLO`;
  },
  revert: async () => {
    await config().remove(file);
    return `${config().pathOf(file)} is gone`;
  },
  end: () => config().remove(file),
});
