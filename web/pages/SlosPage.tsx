import type { Slos } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { loadWords, t } from '../i18n/t.js';
import { DataAge } from '../parts/DataAge.js';
import { Late } from '../parts/Late.js';
import { Panel } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import { useTitle } from '../parts/useTitle.js';
import { SloRow } from '../slo/SloRow.js';
import { useView } from '../url/useView.js';

const LIST_PX = 520;
const EXCLUSIONS_PX = 160;
/** Burn rates move with the clock too. */
const EVERY_MS = 30_000;

/** Every SLO, the one whose error budget is empty first at the top. */
export function SlosPage() {
  useTitle(t('nav.slos'));
  const view = useView();
  const query = useApi<Slos>('/api/slos', { everyMs: EVERY_MS });
  return (
    <div class="page slos">
      <header class="page-head">
        <h1>{t('nav.slos')}</h1>
        <div class="filter-bar">
          <a href={view.href('/incidents')}>{t('nav.incidents')}</a>
          <a href={view.href('/delivery')}>{t('nav.delivery')}</a>
        </div>
      </header>
      <Panel
        title={query.data ? t('slos.count', { n: query.data.items.length }) : t('nav.slos')}
        query={query}
        skeletonPx={LIST_PX}
        actions={query.data && <DataAge dataUntil={query.data.dataUntil} />}
      >
        {({ items }) =>
          items.length === 0 ? (
            <p class="none">
              <strong>{t('slos.none')}</strong> {t('slos.noneHint')}
            </p>
          ) : (
            <ul class="slo-list">
              {items.map((slo) => (
                <SloRow key={slo.name} slo={slo} view={view} />
              ))}
            </ul>
          )
        }
      </Panel>
      <Late
        load={async () =>
          (await Promise.all([import('../slo/ExcludedTimePanel.js'), loadWords('budget')]))[0]
            .ExcludedTimePanel
        }
        props={{ view }}
        waiting={
          <div class="panel">
            <Skeleton heightPx={EXCLUSIONS_PX} />
          </div>
        }
        whenNear
      />
    </div>
  );
}
