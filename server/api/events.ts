/** Server-sent events: what was committed, at most once a second, restatements under way, SLOs, alerts and executions of runbooks that changed, and a sign of life every 15 s. */
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { formatTime } from '@burnbook/domain/time';
import type { AlertEvent, ExecutionNotice, RestatementEvent, SloEvent } from '../contract.js';
import type { ApiContext } from './apiContext.js';
import { ApiError } from './problem.js';

const LISTENERS_MAX = 500;
const LIFE_MS = 15_000;
const IDS_MAX = 100;

export function events(api: ApiContext, context: Context): Response {
  if (api.feed.listeners >= LISTENERS_MAX) {
    throw new ApiError(400, `there are ${LISTENERS_MAX} listeners already`);
  }
  return streamSSE(context, async (stream) => {
    await stream.write(': connected\n\n');
    await new Promise<void>((resolve) => {
      const stop = api.feed.listen((event) => {
        void stream.writeSSE({ event: 'commit', data: JSON.stringify(event) });
      });
      const stopRepricing = api.repricing.listen(({ restatement, ...progress }) => {
        const event: RestatementEvent = { id: String(restatement), ...progress };
        void stream.writeSSE({ event: 'restatement', data: JSON.stringify(event) });
      });
      const stopAlerts = api.desk.listen(({ alerts, incidents }) => {
        const event: AlertEvent = {
          at: formatTime(api.nowNs()),
          alerts: alerts.slice(0, IDS_MAX).map(({ alertId }) => alertId),
          incidents: incidents.slice(0, IDS_MAX).map(({ incidentId }) => incidentId),
        };
        void stream.writeSSE({ event: 'alert', data: JSON.stringify(event) });
      });
      const stopSlos = api.slos.listen((names) => {
        const event: SloEvent = { at: formatTime(api.nowNs()), slos: names.slice(0, IDS_MAX) };
        void stream.writeSSE({ event: 'slo', data: JSON.stringify(event) });
      });
      const stopExecutions = api.executions.listen((ids) => {
        const event: ExecutionNotice = { at: formatTime(api.nowNs()), executions: [...ids] };
        void stream.writeSSE({ event: 'execution', data: JSON.stringify(event) });
      });
      const life = setInterval(() => void stream.write(': alive\n\n'), LIFE_MS).unref();
      stream.onAbort(() => {
        stop();
        stopRepricing();
        stopAlerts();
        stopSlos();
        stopExecutions();
        clearInterval(life);
        resolve();
      });
    });
  });
}
