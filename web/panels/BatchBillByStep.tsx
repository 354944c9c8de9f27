import type { Bill } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { billGroups } from '../batch/billModel.js';
import { formatUsdShort, isZeroUsd, sumUsd, usdRatio } from '../format/usd.js';
import { t } from '../i18n/t.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import { useView } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';
import { BatchOf, type PanelSubject } from './BatchOf.js';
import type { PanelParams } from './panelParams.js';

/** The rest is pennies as a rule, and the panel stands beside a text. */
const STEPS_SHOWN = 5;

/** The bill's steps as bars, costliest first, the wasted part hatched. */
export function BatchBillByStep({ params }: { params: PanelParams }) {
  return <BatchOf params={params}>{(subject) => <Bill {...subject} />}</BatchOf>;
}

function Bill({ pipeline, batchId }: PanelSubject) {
  const view = useView();
  const query = useApi<Bill>(`/api${batchPath(pipeline, batchId)}/bill?limit=1`);
  return (
    <Panel
      title={t('panel.billByStep')}
      query={query}
      skeletonPx={140}
      actions={
        <a class="quiet-link" href={view.href(batchPath(pipeline, batchId))}>
          {batchId}
        </a>
      }
    >
      {(bill) => <Bars bill={bill} />}
    </Panel>
  );
}

function Bars({ bill }: { bill: Bill }) {
  const groups = billGroups(bill, []);
  const rest = groups.slice(STEPS_SHOWN);
  const most = groups[0]?.totalUsd ?? '0';
  if (groups.length === 0) return <p class="none">{t('bill.none')}</p>;
  return (
    <ul class="bars">
      {groups.slice(0, STEPS_SHOWN).map((group) => (
        <li key={group.step}>
          <span class="bars-name">{group.step === '' ? t('bill.outside') : group.step}</span>
          <Money usd={group.totalUsd} unpricedCalls={group.unpricedCalls} compact />
          <svg
            viewBox="0 0 100 6"
            preserveAspectRatio="none"
            width="100%"
            height="6"
            aria-hidden="true"
          >
            <rect class="bars-track" width="100" height="6" />
            <rect
              class="bars-fill"
              width={(usdRatio(group.totalUsd, most) ?? 0) * 100}
              height="6"
            />
            <rect
              class="bars-waste"
              width={(usdRatio(group.wasteUsd, most) ?? 0) * 100}
              height="6"
            />
          </svg>
          {!isZeroUsd(group.wasteUsd) && (
            <small class="wasted">
              {t('attempts.waste', { usd: formatUsdShort(group.wasteUsd) })}
            </small>
          )}
        </li>
      ))}
      {rest.length > 0 && (
        <li class="bars-rest">
          <span class="bars-name">{t('panel.moreSteps', { n: rest.length })}</span>
          <Money usd={sumUsd(rest.map((group) => group.totalUsd))} />
        </li>
      )}
    </ul>
  );
}
