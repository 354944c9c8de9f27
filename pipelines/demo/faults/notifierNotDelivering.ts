import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reloadMs } from './demoServer.js';
import { putUp, source, takeDown } from './gameDaySlo.js';
import type { FaultMaker } from './fault.js';

const file = 'notify.yaml';
const messages = 12;

/** NotifierNotDelivering: a destination answers 500 to test messages; then it takes them. */
export const notifierNotDelivering: FaultMaker = (place) => {
  const { config, server, sleep, stamp } = place;
  const name = `game-day-${stamp}`;
  const slo = `game-day-delivery-${stamp}`;
  let status = 500;
  let receiver: Server | undefined;
  const send = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent++) {
      const answer = await server.post(`/api/destinations/${name}/test`);
      if (answer.status >= 300) throw new Error(`no test message: ${JSON.stringify(answer.body)}`);
    }
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
        `publicUrl: http://127.0.0.1\ndestinations:\n  - { name: ${name}, kind: alertmanager, url: 'http://127.0.0.1:${port}', allowPrivate: true, test: true, ratePerMinute: 6000, matchers: { name: nothing } }`,
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
      await sleep(reloadMs);
      await send(messages);
      return `the destination ${name} answers 500 to ${messages} test messages`;
    },
    revert: async () => {
      status = 200;
      await send(messages);
      return `the destination ${name} takes messages`;
    },
    end: async () => {
      receiver?.closeAllConnections();
      receiver?.close();
      await config().restore(file);
      await takeDown(place, slo);
    },
  };
};
