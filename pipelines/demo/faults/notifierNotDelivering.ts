import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { putUp, source, takeDown } from './gameDaySlo.js';
import type { FaultMaker } from './fault.js';

const file = 'notify.yaml';
/** Three times as long as `goOn` rests. */
const everySeconds = 20;
/** The alert of each is a message. */
const heartbeats = 6;
/** Afterwards a heartbeat comes for so long, then not for as long: each time two messages go out and arrive. */
const turnMs = 60_000;

/** NotifierNotDelivering: a destination answers 500 to messages about heartbeats that do not come; then it takes them. */
export const notifierNotDelivering: FaultMaker = (place) => {
  const { config, server, stamp } = place;
  const name = `game-day-${stamp}`;
  const slo = `game-day-delivery-${stamp}`;
  const names = Array.from({ length: heartbeats }, (_, index) => `${name}-${index + 1}`);
  let status = 500;
  let receiver: Server | undefined;
  const beat = async (heartbeat: string): Promise<void> => {
    const answer = await server.post(`/api/heartbeats/${heartbeat}`);
    if (answer.status >= 300) throw new Error(`the server does not expect ${heartbeat}`);
  };
  return {
    inject: async () => {
      config();
      receiver = createServer((request, response) => {
        request.resume();
        response.writeHead(status).end();
      });
      await new Promise<void>((listening) => receiver?.listen(0, '127.0.0.1', listening));
      const { port } = receiver.address() as AddressInfo;
      await config().addKeys(
        file,
        `publicUrl: http://127.0.0.1
destinations:
  - { name: ${name}, kind: alertmanager, url: 'http://127.0.0.1:${port}', allowPrivate: true, test: true, ratePerMinute: 6000, matchers: { heartbeat: '${name}-*' } }
heartbeats:
${names.map((each) => `  - { name: ${each}, everySeconds: ${everySeconds}, graceSeconds: 0, owner: data-platform }`).join('\n')}`,
      );
      await putUp(place, {
        name: slo,
        displayName: 'Game day messages delivered',
        runbook: 'NotifierNotDelivering',
        indicator: {
          ratioMetric: {
            counter: true,
            good: source({ events: 'server', where: { name: 'delivery', outcome: 'delivered' } }),
            total: source({ events: 'server', where: { name: 'delivery' } }),
          },
        },
        objective: { target: 0.99 },
      });
      return `the destination ${name} answers 500 to messages about ${heartbeats} heartbeats that do not come`;
    },
    revert: async () => {
      status = 200;
      for (const each of names) await beat(each);
      return `the destination ${name} takes messages, and the heartbeats come`;
    },
    goOn: async () => {
      const [first = '', ...others] = names;
      for (const each of others) await beat(each);
      if (Date.now() % (2 * turnMs) < turnMs) await beat(first);
    },
    end: async () => {
      receiver?.closeAllConnections();
      receiver?.close();
      await config().restore(file);
      await takeDown(place, slo);
    },
  };
};
