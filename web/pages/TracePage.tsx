import { useMemo } from 'preact/hooks';
import type { Trace } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { formatDurationMs } from '../format/quantity.js';
import { t } from '../i18n/t.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { Instant } from '../parts/Instant.js';
import { PanelError } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import { useTitle } from '../parts/useTitle.js';
import { SpanDetails } from '../trace/SpanDetails.js';
import { SpanTree } from '../trace/SpanTree.js';
import { traceTree } from '../trace/traceTree.js';
import { useView } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';

/** The spans of a trace, and what the chosen one says and proves. */
export function TracePage({ params }: { params: { traceId: string } }) {
  useTitle(`${t('trace.title')} ${params.traceId.slice(0, 8)}`);
  const view = useView();
  const query = useApi<Trace>(`/api/traces/${encodeURIComponent(params.traceId)}`);
  const batch = query.data?.batches[0];
  return (
    <div class="page trace">
      <Breadcrumb
        crumbs={[
          { label: t('nav.overview'), href: view.href('/') },
          ...(batch
            ? [
                {
                  label: batch.pipeline,
                  href: view.href('/batches', { pipeline: batch.pipeline }),
                },
                { label: batch.batchId, href: view.href(batchPath(batch.pipeline, batch.batchId)) },
              ]
            : []),
        ]}
      />
      {query.isError && <PanelError query={query} />}
      {!query.data && !query.isError && <Skeleton heightPx={480} />}
      {query.data && <TraceView trace={query.data} />}
    </div>
  );
}

function TraceView({ trace }: { trace: Trace }) {
  const view = useView();
  const selectedId = view.param('span');
  const model = useMemo(() => traceTree(trace), [trace]);
  const selected = trace.spans.find((span) => span.spanId === selectedId);
  const first = model.rows[0];
  if (!first) return <p class="none">{t('trace.none')}</p>;
  return (
    <>
      <header class="page-head">
        <h1>
          {first.span.name} <small class="trace-id">{trace.traceId}</small>
        </h1>
        <p class="facts">
          <span>
            <Instant at={first.span.startedAt} seconds />
          </span>
          <span>{formatDurationMs(model.lengthMs)}</span>
          <span>
            {trace.spansTotal > trace.spans.length
              ? t('trace.spansOf', { n: trace.spans.length, total: trace.spansTotal })
              : t('trace.spans', { n: trace.spans.length })}
          </span>
        </p>
      </header>
      <div class="trace-columns">
        <section class="panel" aria-label={t('trace.title')}>
          <SpanTree model={model} selected={selectedId} />
        </section>
        <div class="trace-side">
          {selected ? (
            <SpanDetails span={selected} />
          ) : (
            <p class="none panel">
              {selectedId === null ? t('trace.select') : t('trace.missing', { id: selectedId })}
            </p>
          )}
        </div>
      </div>
    </>
  );
}
