import type { ComponentChildren } from 'preact';
import type { SpanView } from '../../server/contract.js';
import { formatDurationMs } from '../format/quantity.js';
import { formatUsdExact } from '../format/usd.js';
import { t } from '../i18n/t.js';
import { CopyButton } from '../parts/CopyButton.js';
import { Instant } from '../parts/Instant.js';
import { durationMsOf } from './traceTree.js';

/** Everything that the emitter said about a span, and the cost that it proves. */
export function SpanDetails({ span }: { span: SpanView }) {
  return (
    <section class="panel span-details" aria-label={span.name}>
      <header class="panel-head">
        <h2>{span.name}</h2>
        <CopyButton text={span.spanId} label={span.spanId} />
      </header>
      <p class={span.costUsd === null ? 'proves none' : 'proves'}>
        {span.costUsd === null
          ? t('trace.provesNothing')
          : t('trace.proves', { usd: formatUsdExact(span.costUsd) })}
      </p>
      <dl class="pairs">
        <Pair name={t('trace.started')} value={<Instant at={span.startedAt} seconds />} />
        <Pair name={t('trace.duration')} value={formatDurationMs(durationMsOf(span))} />
        <Pair name={t('trace.service')} value={span.serviceName} />
        <Pair name={t('trace.status')} value={span.status} />
        <Pair name={t('trace.kind')} value={span.kind} />
      </dl>
      {span.timeFrom === 'arrival' && <p class="panel-note">{t('trace.clock')}</p>}
      <Pairs title={t('trace.attributes')} values={span.attributes} open />
      <Pairs title={t('trace.events')} values={Object.fromEntries(span.events.entries())} />
      <Pairs title={t('trace.links')} values={Object.fromEntries(span.links.entries())} />
      <Pairs title={t('trace.resource')} values={span.resource} />
      <Pairs title={t('trace.extra')} values={span.extra} />
    </section>
  );
}

function Pairs({
  title,
  values,
  open = false,
}: {
  title: string;
  values: Record<string, unknown>;
  open?: boolean;
}) {
  const entries = Object.entries(values).sort(([a], [b]) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  if (entries.length === 0) return null;
  return (
    <details class="pairs-group" open={open}>
      <summary>
        {title} <small>{entries.length}</small>
      </summary>
      <dl class="pairs mono">
        {entries.map(([name, value]) => (
          <Pair key={name} name={name} value={textOf(value)} />
        ))}
      </dl>
    </details>
  );
}

function Pair({ name, value }: { name: string; value: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}
