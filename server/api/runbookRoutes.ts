/** Runbooks: the list, and each rendered with what the request says of the place. */
import { z } from 'zod';
import { runbookListSchema, runbookSchema } from '../contract.js';
import type { LintFinding, Runbook, RunbookList } from '../contract.js';
import { RunbookUses } from '../execution/runbookUses.js';
import { highlightFor } from '../runbook/highlight.js';
import { placeholderNames, type PlaceholderValues } from '../runbook/placeholders.js';
import { renderRunbook, runbookHead } from '../runbook/renderRunbook.js';
import type { RunbookDocument } from '../runbook/runbookDocument.js';
import { stampFindings } from '../runbook/stamps.js';
import { stepCount } from '../runbook/stepCount.js';
import { StoreError } from '../store/protocol.js';
import type { ApiContext } from './apiContext.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { parseQuery } from './query.js';
import { route, type RouteRequest } from './route.js';
import { timeOrNull } from './views.js';

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
    handle: list,
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

/** As last read: people want the list most while the database is away. */
const lastUses = new WeakMap<ApiContext, RunbookUses>();

/** @throws StoreError while the store is away and was never asked. */
async function usesOf(api: ApiContext): Promise<RunbookUses> {
  try {
    const read = await RunbookUses.read(api.store, api.nowNs());
    lastUses.set(api, read);
    return read;
  } catch (error) {
    const last = lastUses.get(api);
    if (last && error instanceof StoreError) return last;
    throw error;
  }
}

async function list({ api }: RouteRequest): Promise<RunbookList> {
  const used = await usesOf(api);
  return {
    items: [...api.runbooks().values()].map((document) => {
      const findings = findingsOf(api, document);
      const head = runbookHead(document, findings);
      const { uses, lastNs } = used.useOf(head.name);
      const { score, reasons } = used.decayOf({
        ...head,
        steps: Array.from({ length: stepCount(document.body) }, (_, index) => index + 1),
        findings,
      });
      return {
        ...head,
        decay: { score, reasons: [...reasons] },
        uses,
        lastUsedAt: timeOrNull(lastNs),
      };
    }),
    nextCursor: null,
    ...(await freshness(api)),
  };
}

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
