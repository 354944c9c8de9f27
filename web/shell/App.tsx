import { QueryClientProvider } from '@tanstack/preact-query';
import { ErrorBoundary, lazy, LocationProvider, Route, Router, useLocation } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';
import { loadCode } from '../api/loadCode.js';
import { queryClient } from '../api/queryClient.js';
import { loadWords, locale, t, type WordPart } from '../i18n/t.js';
import { NotFoundPage } from '../pages/NotFoundPage.js';
import { Late } from '../parts/Late.js';
import { useCanonicalUrl } from '../url/useView.js';
import { BottomBar } from './BottomBar.js';
import { Header } from './Header.js';
import { Palette } from './Palette.js';
import { useKeys } from './useKeys.js';

// Each page is a file of its own, so that opening a runbook at night does not wait for the overview's code.
const OverviewPage = lazy(() =>
  withWords(['overview'], () => import('../pages/OverviewPage.js')).then(
    (module) => module.OverviewPage,
  ),
);
const BatchesPage = lazy(() =>
  loadCode(() => import('../pages/BatchesPage.js')).then((module) => module.BatchesPage),
);
const BatchPage = lazy(() =>
  withWords(['batch'], () => import('../pages/BatchPage.js')).then((module) => module.BatchPage),
);
const CostPage = lazy(() =>
  withWords(['cost'], () => import('../pages/CostPage.js')).then((module) => module.CostPage),
);
const BudgetPage = lazy(() =>
  withWords(['cost', 'budget'], () => import('../pages/BudgetPage.js')).then(
    (module) => module.BudgetPage,
  ),
);
const ReservationsPage = lazy(() =>
  withWords(['cost', 'budget', 'reservations'], () => import('../pages/ReservationsPage.js')).then(
    (module) => module.ReservationsPage,
  ),
);
const PricesPage = lazy(() =>
  withWords(['cost', 'budget', 'prices'], () => import('../pages/PricesPage.js')).then(
    (module) => module.PricesPage,
  ),
);
const RetriesPage = lazy(() =>
  withWords(['cost', 'retries'], () => import('../pages/RetriesPage.js')).then(
    (module) => module.RetriesPage,
  ),
);
const SlosPage = lazy(() =>
  withWords(['slos'], () => import('../pages/SlosPage.js')).then((module) => module.SlosPage),
);
const SloPage = lazy(() =>
  withWords(['slos'], () => import('../pages/SloPage.js')).then((module) => module.SloPage),
);
const IncidentsPage = lazy(() =>
  withWords(['slos', 'incidents'], () => import('../pages/IncidentsPage.js')).then(
    (module) => module.IncidentsPage,
  ),
);
const IncidentPage = lazy(() =>
  withWords(['burn', 'incidents', 'runbooks'], () => import('../pages/IncidentPage.js')).then(
    (module) => module.IncidentPage,
  ),
);
const DeliveryPage = lazy(() =>
  withWords(['budget', 'incidents'], () => import('../pages/DeliveryPage.js')).then(
    (module) => module.DeliveryPage,
  ),
);
const TracePage = lazy(() =>
  withWords(['trace'], () => import('../pages/TracePage.js')).then((module) => module.TracePage),
);
const RunbooksPage = lazy(() =>
  withWords(['runbooks', 'runbookList'], () => import('../pages/RunbooksPage.js')).then(
    (module) => module.RunbooksPage,
  ),
);
const RunbookPage = lazy(() =>
  withWords(['runbooks'], () => import('../pages/RunbookPage.js')).then(
    (module) => module.RunbookPage,
  ),
);

const ResiliencePage = lazy(() =>
  withWords(['resilience'], () => import('../pages/ResiliencePage.js')).then(
    (module) => module.ResiliencePage,
  ),
);

/** A page's code together with its sentences. */
function withWords<T>(parts: readonly WordPart[], load: () => Promise<T>): Promise<T> {
  return loadCode(async () => (await Promise.all([load(), loadWords(...parts)]))[0]);
}

/** The whole page: header, the route's page, bottom bar on a phone, and the two dialogs. */
export function App() {
  return (
    <LocationProvider>
      <QueryClientProvider client={queryClient}>
        <Frame />
      </QueryClientProvider>
    </LocationProvider>
  );
}

function Frame() {
  useCanonicalUrl();
  const [dialog, setDialog] = useState<'palette' | 'help' | null>(null);
  const [crash, setCrash] = useState<string | null>(null);
  const { path } = useLocation();
  useKeys({ openPalette: () => setDialog('palette'), openHelp: () => setDialog('help') });
  useEffect(() => setCrash(null), [path]);
  const close = () => setDialog(null);
  return (
    <>
      <a class="skip" href="#main">
        {t('nav.skip')}
      </a>
      <Header onPalette={() => setDialog('palette')} onHelp={() => setDialog('help')} />
      <main id="main" tabIndex={-1} lang={locale.value}>
        {crash !== null ? (
          <div class="panel-error" role="alert">
            <p>
              <strong>{t('error.crash')}</strong>
              <br />
              {crash}
            </p>
            <button type="button" class="button" onClick={() => location.reload()}>
              {t('error.retry')}
            </button>
          </div>
        ) : (
          <ErrorBoundary onError={(error) => setCrash(error.message)}>
            <Router>
              <Route path="/" component={OverviewPage} />
              <Route path="/batches" component={BatchesPage} />
              <Route path="/batches/:pipeline/:batchId" component={BatchPage} />
              <Route path="/cost" component={CostPage} />
              <Route path="/cost/budgets/:id" component={BudgetPage} />
              <Route path="/cost/prices" component={PricesPage} />
              <Route path="/cost/reservations" component={ReservationsPage} />
              <Route path="/slos" component={SlosPage} />
              <Route path="/slos/:name" component={SloPage} />
              <Route path="/incidents" component={IncidentsPage} />
              <Route path="/incidents/:id" component={IncidentPage} />
              <Route path="/delivery" component={DeliveryPage} />
              <Route path="/retries" component={RetriesPage} />
              <Route path="/traces/:traceId" component={TracePage} />
              <Route path="/resilience" component={ResiliencePage} />
              <Route path="/runbooks" component={RunbooksPage} />
              <Route path="/runbooks/:name" component={RunbookPage} />
              <Route default component={NotFoundPage} />
            </Router>
          </ErrorBoundary>
        )}
      </main>
      <BottomBar />
      {dialog === 'palette' && <Palette onClose={close} onHelp={() => setDialog('help')} />}
      {dialog === 'help' && (
        <Late
          load={async () =>
            (await Promise.all([import('./HelpDialog.js'), loadWords('start')]))[0].HelpDialog
          }
          props={{ onClose: close }}
          waiting={null}
        />
      )}
    </>
  );
}
