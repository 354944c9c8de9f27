/** The one Hono app: receiver, API, page. */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { healthSchema, type Problem } from '../contract.js';
import type { ApiContext } from './apiContext.js';
import { batchRoutes } from './batchRoutes.js';
import { costRoutes } from './costRoutes.js';
import { events } from './events.js';
import { hostGuard, SECURITY_HEADERS, signIn, tokenGuard, type GuardOptions } from './guard.js';
import { openApi } from './openApi.js';
import { otlpRoutes } from './otlp.js';
import type { SpanSink } from './otlpSink.js';
import { ApiError, problemOf, sendProblem } from './problem.js';
import { refuseUnknown } from './query.js';
import type { Route } from './route.js';
import { renderRunbookPage } from './runbookPage.js';
import { runbookFor, runbookRoutes } from './runbookRoutes.js';
import { traceRoutes } from './traceRoutes.js';
import { WebFiles } from './webFiles.js';

export interface AppOptions {
  readonly api: ApiContext;
  readonly ingest: SpanSink;
  readonly guard: GuardOptions;
  /** Folder of the built page. */
  readonly webFolder: string;
}

const ROUTES: readonly Route[] = [...costRoutes, ...batchRoutes, ...traceRoutes, ...runbookRoutes];
/** What a GET answers below /api. */
const PATHS = [...ROUTES.map(({ path }) => path), '/api/events', '/api/openapi.json'];
/** Pages of the single-page app; anything else that is no file is a 404. */
const PAGES = /^\/(?:$|batches(?:\/[^/]+\/[^/]+)?$|traces\/[^/]+$|runbooks(?:\/[^/]+)?$)/;

export function buildApp({ api, ingest, guard, webFolder }: AppOptions): Hono {
  const app = new Hono();
  const web = new WebFiles(webFolder);

  app.onError((error, context) => sendProblem(context, problemOf(error, api.report)));
  app.notFound((context) =>
    sendProblem(
      context,
      problemOf(new ApiError(404, `there is no ${context.req.path}`), api.report),
    ),
  );
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
  });
  app.use(hostGuard(guard));

  app.get('/healthz', (context) => context.json(health(api, 'ok')));
  app.get('/readyz', (context) =>
    api.store.ready
      ? context.json(health(api, 'ok'))
      : context.json(health(api, 'unavailable', 'the database is restarting'), 503),
  );

  app.post('/api/session', bodyLimit({ maxSize: 4_096 }), (context) => signIn(guard, context));
  app.use('/v1/*', tokenGuard(guard));
  app.use('/api/*', tokenGuard(guard));
  app.route('/', otlpRoutes({ ingest, nowNs: api.nowNs, reportError: api.report }));

  app.get('/api/events', (context) => events(api, context));
  app.get('/api/openapi.json', compress(), (context) => context.json(openApi(ROUTES, api.version)));
  for (const entry of ROUTES) {
    app.get(entry.path, compress(), async (context) => {
      const query = context.req.query();
      refuseUnknown(entry.query, query);
      const body = await entry.handle({
        api,
        context,
        query,
        part: (name) => context.req.param(name) ?? '',
        signal: context.req.raw.signal,
      });
      return context.json(body as Record<string, unknown>, 200, { 'cache-control': 'no-store' });
    });
  }
  app.all('/api/*', (context) => {
    const known = PATHS.some((path) => matches(path, context.req.path));
    const refusal: Problem = problemOf(
      known
        ? new ApiError(405, `${context.req.method} is not possible here; GET is`)
        : new ApiError(404, `there is no ${context.req.path}`),
      api.report,
    );
    if (known) context.header('allow', 'GET, HEAD');
    return sendProblem(context, refusal);
  });

  app.get('/runbooks/:name', async (context) => {
    const index = await web.index();
    const runbook = runbookFor(api, context.req.param('name'), {
      pipeline: context.req.query('pipeline'),
      batch: context.req.query('batch'),
      server: new URL(context.req.url).origin,
    });
    const locale = /^zh\b/i.test(context.req.header('accept-language') ?? '') ? 'zh-CN' : 'en';
    if (index === null) return context.html(runbook.html);
    return context.html(renderRunbookPage({ indexHtml: index, runbook, locale }));
  });
  app.get('*', compress(), async (context) => {
    const file = await web.answer(context);
    if (file) return file;
    if (!PAGES.test(context.req.path)) return context.notFound();
    const index = await web.index();
    if (index === null) throw new ApiError(404, 'the page was not built: run npm run build');
    return context.html(index, 200, { 'cache-control': 'no-cache' });
  });
  return app;
}

function health(api: ApiContext, status: 'ok' | 'unavailable', detail?: string) {
  return healthSchema.parse({ status, version: api.version, ...(detail ? { detail } : {}) });
}

function matches(route: string, path: string): boolean {
  return new RegExp(`^${route.replaceAll(/:\w+/g, '[^/]+')}$`).test(path);
}
