import { useMemo } from 'preact/hooks';
import type { Attempt, BatchDetail } from '../../server/contract.js';
import { formatDurationMs } from '../format/quantity.js';
import { formatUsdShort, isZeroUsd } from '../format/usd.js';
import { t } from '../i18n/t.js';
import { Money } from '../parts/Money.js';
import { Segments } from '../parts/Segments.js';
import { useView } from '../url/useView.js';
import { needsLook, operationsOf, type Operation } from './attemptModel.js';

const ROWS_SHOWN = 15;

/** Every operation as one row, its attempts as bars on the batch's time: what failed, how long it waited, what won. */
export function AttemptsPanel({ batch }: { batch: BatchDetail }) {
  const view = useView();
  const operations = useMemo(() => operationsOf(batch.attempts), [batch.attempts]);
  const retried = operations.filter(needsLook);
  const which =
    view.param('attempts') === 'all' || (retried.length === 0 && view.param('attempts') === null)
      ? 'all'
      : 'retried';
  const chosen = which === 'all' ? operations : retried;
  const rows = view.param('rows') === 'all' ? chosen : chosen.slice(0, ROWS_SHOWN);
  const span = timeSpan(batch);
  return (
    <section class="panel" aria-label={t('attempts.title')}>
      <header class="panel-head">
        <h2>{t('attempts.title')}</h2>
        {operations.length > 0 && (
          <Segments
            label={t('attempts.title')}
            options={[
              { value: 'retried', label: `${t('attempts.retried')} (${retried.length})` },
              { value: 'all', label: `${t('attempts.all')} (${operations.length})` },
            ]}
            value={which}
            onChange={(next) => view.set({ attempts: next, rows: null })}
          />
        )}
      </header>
      {rows.length === 0 ? (
        <p class="none">
          {operations.length === 0 ? t('attempts.none') : t('attempts.noneRetried')}
        </p>
      ) : (
        <ol class="waterfall">
          {rows.map((operation) => (
            <OperationRow key={operation.key} operation={operation} span={span} />
          ))}
        </ol>
      )}
      {batch.attemptsTotal > batch.attempts.length && (
        <p class="panel-note">
          {t('attempts.shown', { n: batch.attempts.length, total: batch.attemptsTotal })}
        </p>
      )}
      {chosen.length > rows.length && (
        <button type="button" class="link-button" onClick={() => view.set({ rows: 'all' })}>
          {t('attempts.showAll', { n: chosen.length })}
        </button>
      )}
    </section>
  );
}

interface TimeSpan {
  fromMs: number;
  lengthMs: number;
}

function OperationRow({ operation, span }: { operation: Operation; span: TimeSpan }) {
  return (
    <li class="operation">
      <div class="operation-name">
        <span title={operation.name}>{operation.name}</span>
        {operation.step !== null && operation.step !== operation.name && (
          <small>{operation.step}</small>
        )}
      </div>
      <div class="lane" aria-hidden="true">
        {operation.attempts.map((attempt, index) => (
          <Bar key={index} attempt={attempt} span={span} />
        ))}
      </div>
      <div class="operation-cost numeric">
        <Money usd={operation.costUsd} unknown="unpriced" />
        {!isZeroUsd(operation.wasteUsd) && (
          <small class="wasted">
            {t('attempts.waste', { usd: formatUsdShort(operation.wasteUsd) })}
          </small>
        )}
      </div>
      <ul class="attempt-chips">
        {operation.attempts.map((attempt, index) => (
          <li key={index}>
            <AttemptChip attempt={attempt} />
          </li>
        ))}
      </ul>
    </li>
  );
}

function Bar({ attempt, span }: { attempt: Attempt; span: TimeSpan }) {
  const left = ((Date.parse(attempt.startedAt) - span.fromMs) / span.lengthMs) * 100;
  const width = (attempt.durationMs / span.lengthMs) * 100;
  const backoff = ((attempt.backoffMs ?? 0) / span.lengthMs) * 100;
  return (
    <>
      {backoff > 0 && (
        <i class="wait" style={{ left: `${left - backoff}%`, width: `${backoff}%` }} />
      )}
      <i class={`bar ${toneOf(attempt)}`} style={{ left: `${left}%`, width: `${width}%` }} />
    </>
  );
}

function AttemptChip({ attempt }: { attempt: Attempt }) {
  const view = useView();
  const outcome = t(`outcome.${attempt.outcome ?? 'unknown'}`);
  const backoff = attempt.backoffMs
    ? ` · ${t('attempts.backoff', { time: formatDurationMs(attempt.backoffMs) })}`
    : '';
  return (
    <a
      class={`attempt-chip ${toneOf(attempt)}`}
      href={view.href(`/traces/${encodeURIComponent(attempt.evidence.traceId)}`, {
        span: attempt.evidence.spanId,
      })}
      title={`${outcome} · ${formatDurationMs(attempt.durationMs)}${backoff}`}
    >
      <i class="swatch" /> {attempt.number} {attempt.errorClass ?? outcome}{' '}
      <small>{formatDurationMs(attempt.durationMs)}</small>
    </a>
  );
}

function toneOf(attempt: Attempt): 'won' | 'wasted' | 'lost' {
  if (attempt.outcome === 'succeeded') return 'won';
  return attempt.retryWaste || attempt.outcome === 'cancelled' ? 'wasted' : 'lost';
}

function timeSpan(batch: BatchDetail): TimeSpan {
  const starts = batch.attempts.map((attempt) => Date.parse(attempt.startedAt));
  const ends = batch.attempts.map((attempt) => Date.parse(attempt.endedAt));
  const fromMs = Math.min(Date.parse(batch.startedAt), ...starts);
  const toMs = Math.max(batch.endedAt === null ? fromMs : Date.parse(batch.endedAt), ...ends);
  return { fromMs, lengthMs: Math.max(1, toMs - fromMs) };
}
