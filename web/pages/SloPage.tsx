import type { SloDetail } from '../../server/contract.js';
import { useApi, type ApiResult } from '../api/useApi.js';
import { loadWords, t } from '../i18n/t.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { Late } from '../parts/Late.js';
import { PanelError } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import { useTitle } from '../parts/useTitle.js';
import { BurnPanels } from '../slo/BurnPanels.js';
import { PairsPanel } from '../slo/PairsPanel.js';
import { SloHead } from '../slo/SloHead.js';
import { sloPath } from '../slo/sloText.js';
import { formatRange } from '../url/range.js';
import { useView, type View } from '../url/useView.js';

const EVERY_MS = 30_000;
/** Bad events are looked at of so many days at most. */
const DAYS_MAX = 31;
const DAY_MS = 86_400_000;
const HEAD_PX = 640;
const FAILURES_PX = 320;
const PAST_PX = 640;

/** One SLO: the verdict, how its budget burned, what differs in the failures, its past, and another policy to try. */
export function SloPage({ params }: { params: { name: string } }) {
  const { name } = params;
  useTitle(`${name} · ${t('nav.slos')}`);
  const view = useView();
  const query = useDetail(name, view);
  const detail = query.data;
  return (
    <div class="page slo">
      <Breadcrumb
        crumbs={[
          { label: t('nav.overview'), href: view.href('/') },
          { label: t('nav.slos'), href: view.href('/slos') },
        ]}
      />
      {query.isError && <PanelError query={query} />}
      {detail === undefined ? (
        !query.isError && <Skeleton heightPx={HEAD_PX} />
      ) : (
        <>
          <div class={query.isError || query.isPlaceholderData ? 'stale' : undefined}>
            <SloHead detail={detail} view={view} />
          </div>
          <Windows detail={detail} view={view} />
          <BurnPanels name={name} view={view} />
          <Late
            load={() => import('../slo/FailuresPanels.js').then((module) => module.FailuresPanels)}
            props={{ detail, view }}
            waiting={<Waiting heightPx={FAILURES_PX} />}
            whenNear
          />
          <Late
            load={async () =>
              (await Promise.all([import('../slo/SloPast.js'), loadWords('budget')]))[0].SloPast
            }
            props={{ detail, view }}
            waiting={<Waiting heightPx={PAST_PX} />}
            whenNear
          />
        </>
      )}
    </div>
  );
}

/** What alerts: pairs of windows, or each expected batch. */
function Windows({ detail, view }: { detail: SloDetail; view: View }) {
  const { indicatorKind, pipelines } = detail.slo;
  const [pipeline] = pipelines;
  if (indicatorKind !== 'deadline' || pipeline === undefined) {
    return <PairsPanel pairs={detail.pairs} />;
  }
  return (
    <Late
      load={() => import('../slo/OccurrencesPanel.js').then((module) => module.OccurrencesPanel)}
      props={{ pipeline, view }}
      waiting={<Waiting heightPx={FAILURES_PX} />}
    />
  );
}

function useDetail(name: string, view: View): ApiResult<SloDetail> {
  return useApi<SloDetail>(`/api${sloPath(name)}?${formatRange(view.range)}&${view.tz}`, {
    everyMs: EVERY_MS,
    path: () => {
      const { from, to } = view.interval();
      const first = new Date(Math.max(from.getTime(), to.getTime() - DAYS_MAX * DAY_MS));
      const range = new URLSearchParams({ from: first.toISOString(), to: to.toISOString() });
      return `/api${sloPath(name)}?${range}`;
    },
  });
}

function Waiting({ heightPx }: { heightPx: number }) {
  return (
    <div class="panel">
      <Skeleton heightPx={heightPx} />
    </div>
  );
}
