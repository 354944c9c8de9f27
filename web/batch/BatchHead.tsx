import type { BatchDetail } from '../../server/contract.js';
import { formatChange, formatDurationMs, formatPercent, formatTimes } from '../format/quantity.js';
import { formatUsdShort, isZeroUsd, usdRatio } from '../format/usd.js';
import { nowMs } from '../api/live.js';
import { t } from '../i18n/t.js';
import { alertSummary } from '../incident/alertSummary.js';
import { BurnBar } from '../parts/BurnBar.js';
import { Icon } from '../parts/Icon.js';
import { Instant } from '../parts/Instant.js';
import { Money } from '../parts/Money.js';
import { Status } from '../parts/Status.js';
import { useView } from '../url/useView.js';

/** Within this of the median a batch costs what it usually costs: pipelines vary by as much from day to day. */
const USUAL_RATIO = 1.25;

/** The runbook for a cost that looks wrong even where no alert has fired. */
const COST_RUNBOOK = 'BatchCostAboveNormal';

/** What it is, how it stands, what it costs against the usual, and the runbook when it needs someone. */
export function BatchHead({ batch }: { batch: BatchDetail }) {
  return (
    <>
      <header class="page-head batch-head">
        <h1>
          {batch.batchId} <Status kind={batch.state} strong />
        </h1>
        <p class="facts">
          <span>
            <Instant at={batch.startedAt} seconds />
          </span>
          <span>
            {t('batch.owner')}: {batch.owner ?? t('batch.nothing')}
          </span>
          {batch.team !== null && (
            <span>
              {t('batch.team')}: {batch.team}
            </span>
          )}
          <span>
            {t('batch.runs')}: {batch.runs}
          </span>
          <span>
            {batch.final
              ? t('batch.final')
              : batch.state === 'running'
                ? t('batch.running')
                : t('batch.notFinal')}
          </span>
          {batch.shared && <span>{t('batch.shared')}</span>}
        </p>
      </header>
      <Alerts batch={batch} />
      <Figures batch={batch} />
    </>
  );
}

function Alerts({ batch }: { batch: BatchDetail }) {
  const view = useView();
  const runbookHref = (name: string) =>
    view.href(`/runbooks/${encodeURIComponent(name)}`, {
      pipeline: batch.pipeline,
      batch: batch.batchId,
      step: '1',
    });
  if (batch.alerts.length === 0) {
    return (
      <p class="needs-none">
        {batch.costRatio !== null && (
          <>
            <strong>
              {isUsual(batch.costRatio)
                ? t('batch.normal')
                : `${t('batch.ratio', { times: formatTimes(batch.costRatio) })}.`}
            </strong>
          </>
        )}
        <a class="sticky-next" href={runbookHref(COST_RUNBOOK)}>
          {COST_RUNBOOK} <Icon name="arrow" size={12} />
        </a>
      </p>
    );
  }
  return (
    <ul class="needs">
      {batch.alerts.map((alert) => (
        <li class="need severity-ticket" key={alert.name}>
          <Status kind="ticket" strong />
          <div class="need-text">
            <p class="need-summary">{alertSummary(alert, view.tz)}</p>
            <p class="need-meta">{alert.name}</p>
          </div>
          <a class="button primary" href={runbookHref(alert.runbook)}>
            {t('needs.openRunbook')} <Icon name="arrow" />
          </a>
        </li>
      ))}
    </ul>
  );
}

function isUsual(ratio: number): boolean {
  return ratio <= USUAL_RATIO && ratio >= 1 / USUAL_RATIO;
}

function Figures({ batch }: { batch: BatchDetail }) {
  const { cost, median } = batch;
  const unitRatio =
    batch.usdPer1kRows !== null && median?.usdPer1kRows != null
      ? usdRatio(batch.usdPer1kRows, median.usdPer1kRows)
      : null;
  const durationMs =
    batch.durationMs ??
    (batch.state === 'running' ? nowMs.value - Date.parse(batch.startedAt) : null);
  return (
    <div class="tiles">
      <section class="tile" aria-label={t('batch.total')}>
        <h2>{t('batch.total')}</h2>
        <p class="metric">
          <Money usd={cost.totalUsd} unpricedCalls={cost.unpricedCalls} compact />
        </p>
        <AgainstMedian batch={batch} durationMs={durationMs} />
        <p class="tile-note">
          {t('tile.compute', {
            compute: formatUsdShort(cost.computeUsd),
            models: formatUsdShort(cost.modelUsd),
          })}
        </p>
      </section>
      <section class="tile" aria-label={t('batch.per1k')}>
        <h2>
          {t('batch.per1k')}
          {unitRatio !== null && <span class="change">{formatChange(unitRatio)}</span>}
        </h2>
        <p class="metric">
          {batch.usdPer1kRows === null ? (
            <span class="money unknown">–</span>
          ) : (
            <Money usd={batch.usdPer1kRows} unpricedCalls={cost.unpricedCalls} compact />
          )}
        </p>
        <p class="burn-text">
          {batch.usdPer1kRows === null
            ? t('quality.none')
            : median?.usdPer1kRows != null
              ? t('batch.median', { value: formatUsdShort(median.usdPer1kRows) })
              : t('batch.againstNone')}
        </p>
      </section>
      <section class="tile" aria-label={t('batch.waste')}>
        <h2>{t('batch.waste')}</h2>
        <p class="metric">
          <Money usd={cost.retryWasteUsd} unpricedCalls={cost.unpricedCalls} compact />
        </p>
        <p class="burn-text">
          {isZeroUsd(cost.retryWasteUsd)
            ? t(cost.unpricedCalls > 0 ? 'batch.wasteUnknown' : 'batch.wasteNone')
            : formatPercent(usdRatio(cost.retryWasteUsd, cost.totalUsd))}
        </p>
        {!isZeroUsd(cost.failureCostUsd) && (
          <p class="tile-note wasted">
            {t('batch.failure', { usd: formatUsdShort(cost.failureCostUsd) })}
          </p>
        )}
      </section>
      <section class="tile" aria-label={t('batch.duration')}>
        <h2>
          {t('batch.duration')}
          {median?.durationMs != null && durationMs !== null && batch.endedAt !== null && (
            <span class="change">{formatChange(durationMs / median.durationMs)}</span>
          )}
        </h2>
        <p class="metric">{formatDurationMs(durationMs)}</p>
        <p class="burn-text">
          {median?.durationMs != null
            ? t('batch.median', { value: formatDurationMs(median.durationMs) })
            : ' '}
        </p>
      </section>
    </div>
  );
}

function AgainstMedian({ batch, durationMs }: { batch: BatchDetail; durationMs: number | null }) {
  const { median } = batch;
  const used = median ? usdRatio(batch.cost.totalUsd, median.totalUsd) : null;
  if (!median || used === null) return <p class="burn-text">{t('batch.againstNone')}</p>;
  const elapsed =
    median.durationMs !== null && durationMs !== null ? durationMs / median.durationMs : null;
  const running = batch.state === 'running' && elapsed !== null && elapsed > 0;
  return (
    <BurnBar
      used={used}
      elapsed={running ? elapsed : null}
      // A batch that is far from its usual length has too little behind it to say where it ends.
      projected={running && elapsed > 0.1 && elapsed < 1 ? used / elapsed : null}
      // A bigger batch costs more and is no alarm: the alert, which knows the rows, decides.
      warnAt={batch.alerts.length > 0 ? 0 : Infinity}
      critAt={Infinity}
      label={t('batch.against')}
      text={
        running
          ? t('batch.againstText', { cost: formatPercent(used), time: formatPercent(elapsed) })
          : t('batch.againstDone', {
              cost: formatPercent(used),
              median: formatUsdShort(median.totalUsd),
              n: median.batches,
            })
      }
    />
  );
}
