import type { BatchDetail, Step } from '../../server/contract.js';
import { formatBytes, formatCount, formatDecimal, formatDurationMs } from '../format/quantity.js';
import { isZeroUsd } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Money } from '../parts/Money.js';
import { Status } from '../parts/Status.js';
import { useView, type View } from '../url/useView.js';

/** Each step's profile: wall, CPU, peak memory, rows, calls, tokens and cost, in the order that they ran. */
export function StepTable({ batch }: { batch: BatchDetail }) {
  const view = useView();
  const steps = [...batch.steps].sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  return (
    <section class="panel" aria-label={t('profile.title')}>
      <header class="panel-head">
        <h2>{t('profile.title')}</h2>
      </header>
      <DataTable
        label={t('profile.title')}
        columns={columnsFor(view)}
        rows={steps}
        rowKey={(step) => `${step.runId} ${step.step}`}
        empty={t('attempts.none')}
      />
    </section>
  );
}

function columnsFor(view: View): Column<Step>[] {
  const count = (value: number | null) =>
    formatCount(value, { locale: locale.value, compact: true });
  return [
    {
      key: 'step',
      label: t('profile.step'),
      phone: 'title',
      cell: (step) => (
        <>
          {step.evidence ? (
            <a
              class="row-link"
              href={view.href(`/traces/${encodeURIComponent(step.evidence.traceId)}`, {
                span: step.evidence.spanId,
              })}
            >
              {step.step}
            </a>
          ) : (
            step.step
          )}
          {step.executions > 1 && <small class="count"> × {step.executions}</small>}
        </>
      ),
    },
    {
      key: 'state',
      label: t('batches.state'),
      phone: 'meta',
      cell: (step) => <Status kind={step.state} />,
    },
    {
      key: 'wall',
      label: t('profile.wall'),
      numeric: true,
      phone: 'side',
      cell: (step) => formatDurationMs(step.profile.wallMs),
    },
    { key: 'cpu', label: t('profile.cpu'), numeric: true, cell: (step) => cpuText(step) },
    {
      key: 'peak',
      label: t('profile.peak'),
      numeric: true,
      cell: (step) => formatBytes(step.profile.memoryPeakBytes),
    },
    {
      key: 'rows',
      label: t('profile.rows'),
      numeric: true,
      cell: (step) =>
        step.profile.rowsIn === null && step.profile.rowsOut === null
          ? '–'
          : `${count(step.profile.rowsIn)} → ${count(step.profile.rowsOut)}`,
    },
    {
      key: 'calls',
      label: t('profile.calls'),
      numeric: true,
      cell: (step) => (
        <>
          {step.modelCalls === 0 ? '–' : count(step.modelCalls)}
          {step.failedAttempts > 0 && (
            <small class="under wasted">
              {t('profile.attempts', { n: step.attempts, failed: step.failedAttempts })}
            </small>
          )}
        </>
      ),
    },
    {
      key: 'tokens',
      label: t('profile.tokens'),
      numeric: true,
      cell: (step) => (step.tokens === 0 ? '–' : count(step.tokens)),
    },
    {
      key: 'cost',
      label: t('profile.cost'),
      numeric: true,
      phone: 'main',
      cell: (step) =>
        isZeroUsd(step.cost.totalUsd) && step.cost.unpricedCalls === 0 ? (
          '–'
        ) : (
          <Money usd={step.cost.totalUsd} unpricedCalls={step.cost.unpricedCalls} compact />
        ),
    },
  ];
}

function cpuText(step: Step): string {
  const { cpuUserS, cpuSystemS } = step.profile;
  if (cpuUserS === null && cpuSystemS === null) return '–';
  return `${formatDecimal((cpuUserS ?? 0) + (cpuSystemS ?? 0), locale.value)} s`;
}
