/** Faults of the server itself, for game days: where the data is no demo data, these doors are not there. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { storeFaultAnswerSchema, storeFaultSchema, type StoreFaultAnswer } from '../contract.js';
import { ApiError } from './problem.js';
import { route, type RouteRequest } from './route.js';

export const demoRoutes = [
  route({
    method: 'post',
    path: '/api/demo/store',
    summary: 'In a demo alone: end or pause the process that owns the database, as a fault would',
    query: {},
    body: storeFaultSchema,
    answer: storeFaultAnswerSchema,
    handle: breakStore,
  }),
];

/** @throws ApiError 404 where the data is no demo data, 409 while there is no process. */
async function breakStore({ api, body }: RouteRequest): Promise<StoreFaultAnswer> {
  if (!api.demoData) throw new ApiError(404, 'faults are made in demos alone (serve --demo)');
  const { act, seconds } = body as z.infer<typeof storeFaultSchema>;
  const { pid } = api.store;
  if (pid === undefined) throw new ApiError(409, 'the store is away already');
  if (act === 'end') process.kill(pid, 'SIGKILL');
  else {
    process.kill(pid, 'SIGSTOP');
    await sleep(seconds * 1_000);
    // Unless it has died meanwhile: then the process of that number is none of ours.
    if (api.store.pid === pid) process.kill(pid, 'SIGCONT');
  }
  return { pid };
}
