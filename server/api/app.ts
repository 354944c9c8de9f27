/** The one Hono app: receiver, API, page. */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { healthSchema } from '../contract.js';
import { alertRoutes } from './alertRoutes.js';
import type { ApiContext } from './apiContext.js';
import { backupRoutes } from './backupRoutes.js';
import { batchRoutes } from './batchRoutes.js';
import { batchSizeRoutes } from './batchSizeRoutes.js';
import { budgetRoutes } from './budgetRoutes.js';
import { checkRoutes } from './checkRoutes.js';
import { costRoutes } from './costRoutes.js';
import { costsRoutes } from './costsRoutes.js';
import { csvShape, sendCsv, wantsCsv } from './csv.js';
import { demoRoutes } from './demoRoutes.js';
import { deliveryRoutes } from './deliveryRoutes.js';
import { events } from './events.js';
import { executionRoutes } from './executionRoutes.js';
import { exclusionRoutes } from './exclusionRoutes.js';
import { exclusionWindowRoutes } from './exclusionWindowRoutes.js';
import { hostGuard, securityHeaders, signIn, tokenGuard, type GuardOptions } from './guard.js';
import { incidentRoutes } from './incidentRoutes.js';
import { learningRoutes } from './learningRoutes.js';
import { openApi } from './openApi.js';
import { isOtlp, otlpRoutes, sendRefusal, type OtlpRouteOptions } from './otlp.js';
import { OtlpRefusal } from './otlpRefusal.js';
import type { SpanSink } from './otlpSink.js';
import { ApiError, problemOf, sendProblem } from './problem.js';
import { refuseRepeated, refuseUnknown } from './query.js';
import { priceRoutes } from './priceRoutes.js';
import { repriceRoutes } from './repriceRoutes.js';
import { methodOf, type Route, type RouteMethod } from './route.js';
import { actorOf, limitBody, readBody } from './routeRequest.js';
import { resilienceRoutes } from './resilienceRoutes.js';
import { reservationRoutes } from './reservationRoutes.js';
import { renderRunbookPage } from './runbookPage.js';
import { retryRoutes } from './retryRoutes.js';
import { occurrenceRoutes } from './occurrenceRoutes.js';
import { placeOf, runbookFor, runbookRoutes } from './runbookRoutes.js';
import { sloHistoryRoutes } from './sloHistoryRoutes.js';
import { sloPastRoutes } from './sloPastRoutes.js';
import { sloReplayRoutes } from './sloReplayRoutes.js';
import { sloRoutes } from './sloRoutes.js';
import { silenceRoutes } from './silenceRoutes.js';
import { traceRoutes } from './traceRoutes.js';
import { WebFiles } from './webFiles.js';

export interface AppOptions {
  readonly api: ApiContext;
  readonly ingest: SpanSink;
  readonly guard: GuardOptions;
  /** Folder of the built page. */
  readonly webFolder: string;
  /** Told of each export request that was answered. */
  readonly onIngest: OtlpRouteOptions['onAnswer'];
}

const ROUTES: readonly Route[] = [
  ...costsRoutes,
  ...costRoutes,
  ...batchSizeRoutes,
  ...exclusionRoutes,
  ...exclusionWindowRoutes,
  ...retryRoutes,
  ...sloRoutes,
  ...sloHistoryRoutes,
  ...sloPastRoutes,
  ...sloReplayRoutes,
  ...occurrenceRoutes,
  ...budgetRoutes,
  ...priceRoutes,
  ...repriceRoutes,
  ...reservationRoutes,
  ...deliveryRoutes,
  ...batchRoutes,
  ...traceRoutes,
  ...runbookRoutes,
  ...learningRoutes,
  ...resilienceRoutes,
  ...checkRoutes,
  ...executionRoutes,
  ...alertRoutes,
  ...incidentRoutes,
  ...silenceRoutes,
  ...backupRoutes,
  ...demoRoutes,
];
/** What there is below /api, and how it may be asked. */
const PATHS: readonly (readonly [path: string, method: RouteMethod])[] = [
  ...ROUTES.map((entry) => [entry.path, methodOf(entry)] as const),
  ['/api/events', 'get'],
  ['/api/openapi.json', 'get'],
  ['/api/session', 'post'],
];
/** Pages of the single-page app; anything else that is no file is a 404. */
const PAGES =
  /^\/(?:$|batches(?:\/[^/]+\/[^/]+)?$|cost(?:\/(?:prices|reservations|budgets\/[^/]+))?$|slos(?:\/[^/]+)?$|incidents(?:\/[^/]+)?$|delivery$|resilience$|retries$|traces\/[^/]+$|runbooks(?:\/[^/]+)?$)/;

export function buildApp({ api, ingest, guard, webFolder, onIngest }: AppOptions): Hono {
  const app = new Hono();
  const web = new WebFiles(webFolder);

  app.onError((error, context) =>
    isOtlp(context) && error instanceof ApiError && (error.status === 401 || error.status === 403)
      ? sendRefusal(context, new OtlpRefusal(error.status, error.message))
      : sendProblem(context, problemOf(error, api.report)),
  );
  app.notFound((context) =>
    sendProblem(
      context,
      problemOf(new ApiError(404, `there is no ${context.req.path}`), api.report),
    ),
  );
  app.use(securityHeaders);
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
  app.route(
    '/',
    otlpRoutes({ ingest, nowNs: api.nowNs, reportError: api.report, onAnswer: onIngest }),
  );

  app.get('/api/events', (context) => events(api, context));
  app.get('/api/openapi.json', compress(), (context) => context.json(openApi(ROUTES, api.version)));
  for (const entry of ROUTES) {
    // What only reads an answer, or needs none of it, makes neither a stream nor a copy: at hundreds of reservations a second
    // these were half of their time.
    const shape = methodOf(entry) === 'get' ? compress() : limitBody;
    app.on(methodOf(entry).toUpperCase(), entry.path, shape, async (context) => {
      const query = context.req.query();
      refuseUnknown(entry.query, query);
      refuseRepeated(context.req.queries());
      const asksCsv = methodOf(entry) === 'get' && wantsCsv(context.req.header('accept'));
      // About 1 ms, for who asks; done for all routes, it was a tenth of the start.
      const csv = asksCsv ? csvShape(entry.answer) : null;
      if (asksCsv && csv === null)
        throw new ApiError(406, 'this answer is no list: there is no CSV of it');
      const answer = await entry.handle({
        api,
        context,
        query,
        part: (name) => context.req.param(name) ?? '',
        body: await readBody(entry, context),
        actor: actorOf(context),
        get signal() {
          return context.req.raw.signal;
        },
      });
      context.header('vary', 'Accept', { append: true });
      if (csv) return sendCsv(context, answer as Record<string, unknown>, csv);
      return context.json(answer as Record<string, unknown>, entry.status ?? 200, {
        'cache-control': 'no-store',
      });
    });
  }
  app.all('/api/*', (context) => {
    const allowed = PATHS.flatMap(([path, method]) =>
      matches(path, context.req.path) ? [method.toUpperCase()] : [],
    );
    if (allowed.length === 0) {
      throw new ApiError(404, `there is no ${context.req.path}`);
    }
    const allow = [...allowed, ...(allowed.includes('GET') ? ['HEAD'] : [])].join(', ');
    context.header('allow', allow);
    const verb = allowed.length === 1 ? 'is' : 'are';
    return sendProblem(
      context,
      problemOf(
        new ApiError(
          405,
          `${context.req.method} is not possible here; ${allowed.join(', ')} ${verb}`,
        ),
        api.report,
      ),
    );
  });

  app.get('/runbooks/:name', async (context) => {
    const index = await web.index();
    const name = context.req.param('name');
    // The page itself says that there is none, with the way to those that there are.
    if (index !== null && !api.runbooks().has(name)) {
      return context.html(index, 404, { 'cache-control': 'no-cache' });
    }
    const place = placeOf(context.req.query(), context.req.url);
    const runbook = await runbookFor(api, name, place);
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
  const { version, demoData } = api;
  return healthSchema.parse({ status, version, demoData, ...(detail ? { detail } : {}) });
}

function matches(route: string, path: string): boolean {
  return new RegExp(`^${route.replaceAll(/:\w+/g, '[^/]+')}$`).test(path);
}
