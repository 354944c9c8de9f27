import { useEffect, useRef } from 'preact/hooks';
import { formatDurationMs } from '../format/quantity.js';
import { t } from '../i18n/t.js';
import { Money } from '../parts/Money.js';
import { useView } from '../url/useView.js';
import { durationMsOf, type TraceModel, type TraceRow } from './traceTree.js';

const ROWS_SHOWN = 300;
/** Deeper spans no longer move right: the name needs its room. */
const DEPTH_SHOWN = 10;

/** The spans as a tree with their time beside; a click shows what a span holds and proves. */
export function SpanTree({ model, selected }: { model: TraceModel; selected: string | null }) {
  const view = useView();
  const list = useRef<HTMLOListElement>(null);
  const all = view.param('spans') === 'all';
  const at = model.rows.findIndex((row) => row.span.spanId === selected);
  const rows = all || at >= ROWS_SHOWN ? model.rows : model.rows.slice(0, ROWS_SHOWN);

  useEffect(() => {
    // On a phone the span's details stand above the tree: scrolling to its row would hide them.
    if (!matchMedia('(min-width: 900px)').matches) return;
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [selected]);

  const move = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    const links = [...(list.current?.querySelectorAll('a') ?? [])];
    const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <>
      <ol class="spans" ref={list} onKeyDown={move}>
        {rows.map((row) => (
          <Row key={row.span.spanId} row={row} current={row.span.spanId === selected} />
        ))}
      </ol>
      {rows.length < model.rows.length && (
        <button type="button" class="link-button" onClick={() => view.set({ spans: 'all' })}>
          {t('trace.more', { n: model.rows.length - rows.length })}
        </button>
      )}
    </>
  );
}

function Row({ row, current }: { row: TraceRow; current: boolean }) {
  const view = useView();
  const { span } = row;
  const href = view.href(location.pathname, { span: span.spanId, spans: view.param('spans') });
  return (
    <li>
      <a
        class={`span-row${span.status === 'error' ? ' error' : ''}`}
        href={href}
        aria-current={current ? 'true' : undefined}
      >
        <span
          class="span-name"
          style={{ paddingInlineStart: `${Math.min(row.depth, DEPTH_SHOWN) * 14}px` }}
        >
          {span.name}
          {span.status === 'error' && <small> {t('status.failed')}</small>}
        </span>
        <span class="lane" aria-hidden="true">
          <i
            class={`bar ${span.status === 'error' ? 'lost' : 'won'}`}
            style={{ left: `${row.left}%`, width: `${row.width}%` }}
          />
        </span>
        <span class="span-duration">{formatDurationMs(durationMsOf(span))}</span>
        <span class="span-cost">{span.costUsd !== null && <Money usd={span.costUsd} />}</span>
      </a>
    </li>
  );
}
