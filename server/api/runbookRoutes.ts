/** Runbooks: the list, and each rendered with what the request says of the place. */
import { z } from 'zod';
import { listOf, runbookHeadSchema, runbookSchema } from '../contract.js';
import type { Runbook } from '../contract.js';
import { renderRunbook, runbookHead } from '../runbook/renderRunbook.js';
import type { ApiContext } from './apiContext.js';
import { ApiError } from './problem.js';
import { parseQuery } from './query.js';
import { route } from './route.js';

const runbookQuery = {
  pipeline: z.string().max(1_000).optional(),
  batch: z.string().max(1_000).optional(),
  budget: z.string().max(1_000).optional(),
  step: z.string().max(100).optional(),
};

export const runbookRoutes = [
  route({
    path: '/api/runbooks',
    summary: 'All runbooks',
    query: {},
    answer: listOf(runbookHeadSchema),
    handle: ({ api }) =>
      Promise.resolve({ items: [...api.runbooks().values()].map(runbookHead), nextCursor: null }),
  }),
  route({
    path: '/api/runbooks/:name',
    summary: 'One runbook, its placeholders filled',
    query: runbookQuery,
    answer: runbookSchema,
    handle: ({ api, part, query, context }) => {
      const { pipeline, batch, budget } = parseQuery(runbookQuery, query);
      return Promise.resolve(
        runbookFor(api, part('name'), {
          pipeline,
          batch,
          budget,
          server: new URL(context.req.url).origin,
        }),
      );
    },
  }),
];

/** @throws ApiError 404 */
export function runbookFor(
  api: ApiContext,
  name: string,
  place: {
    readonly pipeline?: string | undefined;
    readonly batch?: string | undefined;
    readonly budget?: string | undefined;
    readonly server: string;
  },
): Runbook {
  const document = api.runbooks().get(name);
  if (!document) throw new ApiError(404, `there is no runbook ${JSON.stringify(name)}`);
  const { pipeline, batch, budget, server } = place;
  return renderRunbook(document, {
    server,
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(batch === undefined ? {} : { batch }),
    ...(budget === undefined ? {} : { budget }),
  });
}
