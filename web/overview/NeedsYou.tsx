import { useState } from 'preact/hooks';
import type { Overview } from '../../server/contract.js';
import { nowMs } from '../api/live.js';
import { whenEmpty } from '../budget/burnText.js';
import { runbookLink, useOpenExecutions, type OpenExecution } from '../execution/openExecutions.js';
import { locale, t } from '../i18n/t.js';
import { alertSummary } from '../incident/alertSummary.js';
import { Icon } from '../parts/Icon.js';
import { Instant } from '../parts/Instant.js';
import { Status } from '../parts/Status.js';
import { useView } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';

type Need = Overview['needsYou'][number];

/** More would push the figures off the first screen. */
const SHOWN_FIRST = 4;

/** What someone has to do something about, worst first, each with its runbook; or that there is nothing. */
export function NeedsYou({ needs }: { needs: readonly Need[] }) {
  const [all, setAll] = useState(false);
  const open = useOpenExecutions();
  const sorted = [...needs].sort(
    (a, b) =>
      Number(b.severity === 'page') - Number(a.severity === 'page') ||
      b.since.localeCompare(a.since),
  );
  // The thresholds of one budget are one need: the newest of them is the highest.
  const firsts = sorted.filter(
    (need, index) => sorted.findIndex((each) => subjectOf(each) === subjectOf(need)) === index,
  );
  const shown = all ? sorted : firsts.slice(0, SHOWN_FIRST);
  if (needs.length === 0) {
    return (
      <p class="needs-none">
        <Status kind="succeeded" /> <strong>{t('needs.none')}</strong>{' '}
        <span>{t('needs.noneHint')}</span>
      </p>
    );
  }
  return (
    <>
      <ul class="needs">
        {shown.map((need) => (
          <NeedRow
            key={`${subjectOf(need)} ${need.name} ${need.alertId} ${need.since}`}
            need={need}
            open={open}
          />
        ))}
      </ul>
      {sorted.length > shown.length && (
        <button type="button" class="link-button" onClick={() => setAll(true)}>
          {t('needs.more', { n: sorted.length - shown.length })}
        </button>
      )}
    </>
  );
}

function NeedRow({ need, open }: { need: Need; open: readonly OpenExecution[] }) {
  const view = useView();
  return (
    <li class={`need severity-${need.severity}`}>
      <Status kind={need.severity} strong />
      <div class="need-text">
        <a class="need-summary" href={view.href(pathOf(need))}>
          {alertSummary(need, view.tz)}
        </a>
        <p class="need-meta">
          {subjectText(need)} ·{' '}
          {need.owner === null ? t('needs.noOwner') : t('needs.owner', { name: need.owner })} ·{' '}
          <Instant at={need.since} />
          {need.emptyAt !== null && Date.parse(need.emptyAt) > nowMs.value && (
            <>
              {' '}
              ·{' '}
              {t(
                'burn.empties',
                whenEmpty(need.emptyAt, {
                  locale: locale.value,
                  tz: view.tz,
                  nowMs: nowMs.value,
                }),
              )}
            </>
          )}
        </p>
      </div>
      <a
        class="button primary"
        href={runbookLink(
          {
            name: need.runbook,
            place: { ...need.place, alert: need.alertId, incident: need.incidentId },
            open,
          },
          view,
        )}
      >
        {t('needs.openRunbook')} <Icon name="arrow" />
      </a>
    </li>
  );
}

const subjectText = ({ place, pipeline, budget, name }: Need): string =>
  place['slo'] ?? pipeline ?? budget ?? name;

/** An alert leads to its incident, an SLO, a batch or a budget; else to the list of alerts. */
function pathOf({ pipeline, batchId, budget, alertId, incidentId, place }: Need): string {
  if (incidentId !== null) return `/incidents/${encodeURIComponent(incidentId)}`;
  if (place['slo'] !== undefined) return `/slos/${encodeURIComponent(place['slo'])}`;
  if (pipeline !== null && batchId !== null) return batchPath(pipeline, batchId);
  if (budget !== null) return `/cost/budgets/${encodeURIComponent(budget)}`;
  return alertId === null ? '/cost' : '/incidents';
}

const subjectOf = (need: Need): string =>
  [
    need.pipeline,
    need.batchId,
    need.budget,
    // What several windows of one SLO tell is one need; another alert is one of its own.
    ...(need.budget === null && need.batchId === null ? [need.place['slo'] ?? need.alertId] : []),
  ].join(' ');
