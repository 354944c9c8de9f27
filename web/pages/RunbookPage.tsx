import { useState } from 'preact/hooks';
import type { Runbook } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { t } from '../i18n/t.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { Icon } from '../parts/Icon.js';
import { PanelError } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import { useTitle } from '../parts/useTitle.js';
import { FindingsPart } from '../runbook/FindingsPart.js';
import { LearningPart } from '../runbook/LearningPart.js';
import { RunbookView } from '../runbook/RunbookView.js';
import { takeServerHtml } from '../runbook/serverHtml.js';
import { useView } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';

/** What the text of a runbook may be filled in with. */
const PLACES = [
  ...['pipeline', 'batch', 'budget', 'slo', 'alert', 'incident'],
  ...['model', 'provider', 'destination', 'heartbeat'],
];

/** A runbook: its steps to follow, alone or together, its checks and panels live beside them. */
export function RunbookPage({ params }: { params: { name: string } }) {
  const view = useView();
  const place = Object.fromEntries(
    PLACES.flatMap((name) => {
      const value = view.param(name);
      return value === null || value === '' ? [] : [[name, value]];
    }),
  );
  const about = new URLSearchParams(place).toString();
  const path = `/api/runbooks/${encodeURIComponent(params.name)}`;
  const query = useApi<Runbook>(about ? `${path}?${about}` : path, { liveness: 'fixed' });
  const [serverHtml] = useState(takeServerHtml);
  useTitle(query.data?.title ?? params.name);
  const { pipeline, batch, incident } = place;
  return (
    <div class="page runbook">
      <Breadcrumb
        crumbs={[
          { label: t('nav.overview'), href: view.href('/') },
          ...(incident !== undefined
            ? [
                {
                  label: t('runbook.incident'),
                  href: view.href(`/incidents/${encodeURIComponent(incident)}`),
                },
              ]
            : pipeline !== undefined && batch !== undefined
              ? [
                  { label: pipeline, href: view.href('/batches', { pipeline }) },
                  { label: batch, href: view.href(batchPath(pipeline, batch)) },
                ]
              : [{ label: t('nav.runbooks'), href: view.href('/runbooks') }]),
        ]}
      />
      {query.isError && <PanelError query={query} />}
      {query.data ? (
        <>
          <Head runbook={query.data} />
          <RunbookView key={`${query.data.name} ${about}`} runbook={query.data} place={place} />
          <FindingsPart findings={query.data.findingsList} />
          <LearningPart name={query.data.name} />
        </>
      ) : (
        !query.isError && <Waiting html={serverHtml} />
      )}
    </div>
  );
}

// What the server wrote for readers without JavaScript is the best skeleton there is.
function Waiting({ html }: { html: string | null }) {
  if (html === null) return <Skeleton heightPx={640} />;
  return <article class="runbook-text stale" dangerouslySetInnerHTML={{ __html: html }} />;
}

function Head({ runbook }: { runbook: Runbook }) {
  return (
    <header class="page-head runbook-head">
      <h1>{runbook.title}</h1>
      <p class="facts">
        {runbook.kind === 'document' && <span>{t('runbook.document')}</span>}
        {runbook.severity !== null && <span>{t(`severity.${runbook.severity}`)}</span>}
        {runbook.owner !== null && <span>{t('needs.owner', { name: runbook.owner })}</span>}
        <span>
          {t('runbooks.tested')}: {runbook.tested ?? t('runbooks.never')}
        </span>
        <span class="revision">{t('runbook.revision', { id: runbook.revision })}</span>
        <button type="button" class="link-button no-print" onClick={() => print()}>
          <Icon name="print" size={14} /> {t('runbook.print')}
        </button>
      </p>
    </header>
  );
}
