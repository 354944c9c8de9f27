import type { Resilience } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { t } from '../i18n/t.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { DataAge } from '../parts/DataAge.js';
import { Panel } from '../parts/Panel.js';
import { useTitle } from '../parts/useTitle.js';
import { PipelineChecklist } from '../resilience/PipelineChecklist.js';
import { useView } from '../url/useView.js';

const EVERY_MS = 60_000;

/** The checklist of resilience for each pipeline: what telemetry shows, what it denies, and what a person has to look at. */
export function ResiliencePage() {
  useTitle(t('resilience.title'));
  const view = useView();
  const query = useApi<Resilience>('/api/resilience', { liveness: 'fixed', everyMs: EVERY_MS });
  return (
    <div class="page resilience">
      <Breadcrumb
        crumbs={[
          { label: t('nav.overview'), href: view.href('/') },
          { label: t('nav.runbooks'), href: view.href('/runbooks') },
        ]}
      />
      <header class="page-head">
        <h1>{t('resilience.title')}</h1>
        {query.data && <DataAge dataUntil={query.data.dataUntil} />}
      </header>
      <p class="panel-lead">
        {t('resilience.lead')}{' '}
        <a href={view.href('/runbooks/resilience-checklist')}>{t('resilience.checklist')}</a>
      </p>
      <Panel title={t('resilience.title')} query={query} skeletonPx={320} bare>
        {({ items }) =>
          items.length === 0 ? (
            <p class="none tall">{t('resilience.none')}</p>
          ) : (
            items.map((each) => (
              <PipelineChecklist key={each.pipeline} checklist={each} view={view} />
            ))
          )
        }
      </Panel>
    </div>
  );
}
