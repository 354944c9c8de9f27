import type { FaultMaker } from './fault.js';

const file = 'notify.yaml';
const everySeconds = 10;

/** HeartbeatMissed: a sign of life is expected every ten seconds, and nobody gives it; then somebody does. */
export const heartbeatMissed: FaultMaker = ({ config, server, stamp }) => {
  const name = `game-day-${stamp}`;
  let timer: NodeJS.Timeout | undefined;
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
      timer = setInterval(() => void beat().catch(() => undefined), (everySeconds * 1_000) / 3);
      return `the heartbeat ${name} comes`;
    },
    end: async () => {
      clearInterval(timer);
      await config().restore(file);
    },
  };
};
