import { useMemo, useState } from 'preact/hooks';
import type { Runbook } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { t } from '../i18n/t.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { Icon } from '../parts/Icon.js';
import { PanelError } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import { useTitle } from '../parts/useTitle.js';
import { PanelColumn } from '../runbook/PanelColumn.js';
import { RunbookText } from '../runbook/RunbookText.js';
import { takeServerHtml } from '../runbook/serverHtml.js';
import { stepTicks } from '../runbook/stepTicks.js';
import { useMedia } from '../runbook/useMedia.js';
import { useView } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';

/** What the text of a runbook may be filled in with. */
const PLACES = [
  ...['pipeline', 'batch', 'budget', 'slo', 'alert', 'incident'],
  ...['model', 'provider', 'destination', 'heartbeat'],
];

/** A runbook: its steps to tick, its panels live beside the step being read. */
export function RunbookPage({ params }: { params: { name: string } }) {
  const view = useView();
  const pipeline = view.param('pipeline');
  const batch = view.param('batch');
  const budget = view.param('budget');
  const about = new URLSearchParams(
    PLACES.flatMap((name) => {
      const value = view.param(name);
      return value === null ? [] : [[name, value]];
    }),
  ).toString();
  const path = `/api/runbooks/${encodeURIComponent(params.name)}`;
  const query = useApi<Runbook>(about ? `${path}?${about}` : path, { liveness: 'fixed' });
  const [serverHtml] = useState(takeServerHtml);
  useTitle(query.data?.title ?? params.name);
  return (
    <div class="page runbook">
      <Breadcrumb
        crumbs={[
          { label: t('nav.overview'), href: view.href('/') },
          ...(pipeline !== null && batch !== null
            ? [
                { label: pipeline, href: view.href('/batches', { pipeline }) },
                { label: batch, href: view.href(batchPath(pipeline, batch)) },
              ]
            : [{ label: t('nav.runbooks'), href: view.href('/runbooks') }]),
        ]}
      />
      {query.isError && <PanelError query={query} />}
      {query.data ? (
        <RunbookView
          key={`${query.data.name} ${about}`}
          runbook={query.data}
          pipeline={pipeline}
          subject={batch ?? budget}
        />
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

interface RunbookViewProps {
  runbook: Runbook;
  pipeline: string | null;
  /** The batch or the budget that it was opened from. */
  subject: string | null;
}

function RunbookView({ runbook, pipeline, subject }: RunbookViewProps) {
  const ticks = useMemo(
    () =>
      stepTicks({ runbook: runbook.name, revision: runbook.revision, pipeline, batch: subject }),
    [runbook.name, runbook.revision, pipeline, subject],
  );
  const [done, setDone] = useState(() => ticks.read());
  const [steps, setSteps] = useState<readonly string[]>([]);
  const [active, setActive] = useState<string | null>(null);
  const wide = useMedia('(min-width: 900px)');
  const keep = (next: ReadonlySet<number>) => {
    ticks.write(next);
    setDone(next);
  };
  const tick = (step: number, isDone: boolean) => {
    const next = new Set(done);
    if (isDone) next.add(step);
    else next.delete(step);
    keep(next);
  };
  const next = steps.findIndex((_, index) => !done.has(index + 1));
  return (
    <>
      <header class="page-head runbook-head">
        <h1>{runbook.title}</h1>
        <p class="facts">
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
      <div class="runbook-columns">
        <div class="runbook-main">
          <RunbookText
            html={runbook.html}
            done={done}
            onTick={tick}
            onSteps={setSteps}
            inline={!wide}
            onActivePanel={setActive}
          />
        </div>
        {wide && <PanelColumn slots={runbook.panels} active={active} chosen={subject !== null} />}
      </div>
      {steps.length > 0 && (
        <NextStep
          number={next < 0 ? null : next + 1}
          text={steps[next] ?? ''}
          doneCount={done.size}
          total={steps.length}
          onClear={() => keep(new Set())}
        />
      )}
    </>
  );
}

interface NextStepProps {
  /** null: all are done. */
  number: number | null;
  text: string;
  doneCount: number;
  total: number;
  onClear: () => void;
}

function NextStep({ number, text, doneCount, total, onClear }: NextStepProps) {
  const show = () => document.getElementById(`step-${number}`)?.scrollIntoView({ block: 'center' });
  return (
    <div class="next-step no-print" role="region" aria-label={t('runbook.next')}>
      <span class="next-count" title={t('runbook.local')}>
        {t('runbook.progress', { n: doneCount, total })}
      </span>
      {number === null ? (
        <span class="next-text">{t('runbook.allDone')}</span>
      ) : (
        <button type="button" class="next-text" onClick={show}>
          <b>
            {t('runbook.next')}: {number}.
          </b>{' '}
          {text}
        </button>
      )}
      {doneCount > 0 && (
        <button type="button" class="link-button" onClick={onClear}>
          {t('runbook.clear')}
        </button>
      )}
    </div>
  );
}
