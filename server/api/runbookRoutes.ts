/** Runbooks: the list, and each rendered with what the request says of the place. */
import { z } from 'zod';
import { runbookListSchema, runbookSchema } from '../contract.js';
import type { LintFinding, Runbook } from '../contract.js';
import { highlightFor } from '../runbook/highlight.js';
import { placeholderNames, type PlaceholderValues } from '../runbook/placeholders.js';
import { renderRunbook, runbookHead } from '../runbook/renderRunbook.js';
import type { RunbookDocument } from '../runbook/runbookDocument.js';
import { stampFindings } from '../runbook/stamps.js';
import type { ApiContext } from './apiContext.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { parseQuery } from './query.js';
import { route } from './route.js';

/** Everything that a request may fill in; the server's own address is not for it to say. */
export const placeNames = placeholderNames.filter((name) => name !== 'server');
const runbookQuery = Object.fromEntries(
  // `step` is for the page: where it starts to read.
  [...placeNames, 'step'].map((name) => [name, z.string().max(1_000).optional()]),
);

export const runbookRoutes = [
  route({
    path: '/api/runbooks',
    summary: 'All runbooks',
    query: {},
    answer: runbookListSchema,
    handle: async ({ api }) => ({
      items: [...api.runbooks().values()].map((document) => ({
        ...runbookHead(document, findingsOf(api, document)),
        decay: { score: 0, reasons: [] },
        uses: 0,
        lastUsedAt: null,
      })),
      nextCursor: null,
      ...(await freshness(api)),
    }),
  }),
  route({
    path: '/api/runbooks/:name',
    summary: 'One runbook, its placeholders filled',
    query: runbookQuery,
    answer: runbookSchema,
    handle: ({ api, part, query, context }) =>
      runbookFor(api, part('name'), placeOf(parseQuery(runbookQuery, query), context.req.url)),
  }),
];

/** @param url of the request: its origin is the server's. */
export function placeOf(
  query: Readonly<Record<string, string | undefined>>,
  url: string,
): PlaceholderValues {
  const said = placeNames.flatMap((name) => {
    const value = query[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(said), server: new URL(url).origin };
}

/** @throws ApiError 404 */
export async function runbookFor(
  api: ApiContext,
  name: string,
  place: PlaceholderValues,
): Promise<Runbook> {
  const document = api.runbooks().get(name);
  if (!document) throw new ApiError(404, `there is no runbook ${JSON.stringify(name)}`);
  return renderRunbook(document, place, {
    highlight: await highlightFor(document),
    findings: findingsOf(api, document),
  });
}

function findingsOf(api: ApiContext, document: RunbookDocument): LintFinding[] {
  return [...document.findings, ...stampFindings(document, Number(api.nowNs() / 1_000_000n))];
}
