import type { FaultMaker } from './fault.js';

const file = 'notify.yaml';
/** Three times as long as `goOn` rests. */
const everySeconds = 20;

/** HeartbeatMissed: a sign of life is expected every few seconds, and nobody gives it; then somebody does. */
export const heartbeatMissed: FaultMaker = ({ config, server, stamp }) => {
  const name = `game-day-${stamp}`;
  const beat = async (): Promise<void> => {
    const { status } = await server.post(`/api/heartbeats/${name}`);
    if (status >= 300) throw new Error(`the server does not expect the heartbeat ${name}`);
  };
  return {
    inject: async () => {
      await config().addEntry(
        file,
        'heartbeats',
        `- name: ${name}\n  everySeconds: ${everySeconds}\n  graceSeconds: 0\n  owner: data-platform`,
      );
      return `the heartbeat ${name} is expected every ${everySeconds} s and does not come`;
    },
    revert: async () => {
      await beat();
      return `the heartbeat ${name} comes`;
    },
    goOn: beat,
    end: () => config().restore(file),
  };
};
