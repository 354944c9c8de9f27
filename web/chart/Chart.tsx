import { useEffect, useRef, useState } from 'preact/hooks';
import { loadCode } from '../api/loadCode.js';
import { locale, t } from '../i18n/t.js';
import { useView } from '../url/useView.js';
import type { ChartData } from './chartData.js';
import { ChartMenu } from './ChartMenu.js';
import { ChartReadout } from './ChartReadout.js';
import { ChartTable } from './ChartTable.js';
import type { DrawnPlot } from './drawPlot.js';
import { useBrush } from './useBrush.js';

interface ChartProps {
  /** Names the chart in the URL (`table=<id>`) and in files. */
  id: string;
  /** Everything that the picture says, in one sentence. */
  label: string;
  data: ChartData;
  heightPx: number;
  /** Called with a dragged stretch of a time axis. */
  onBrush?: (from: Date, to: Date) => void;
}

/**
 * The one wrapper around Observable Plot: an accessible image with a keyboard cursor, a brush, a table view and exports.
 * Plot itself loads when the first chart comes near the screen.
 */
export function Chart({ id, label, data, heightPx, onBrush }: ChartProps) {
  const view = useView();
  const asTable = view.param('table') === id;
  const frame = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  const drawn = usePlot(frame, {
    data,
    heightPx,
    label,
    hidden: asTable || failed,
    onFail: () => setFailed(true),
  });
  const [cursor, setCursor] = useState<number | null>(null);
  const brush = useBrush(frame, {
    drawn,
    onBrush,
    active: !(asTable || failed),
    onCursor: setCursor,
  });

  const move = (event: KeyboardEvent) => {
    const next = nextCursor(event.key, { cursor, length: data.buckets.length });
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setCursor(next);
  };
  const lone = loneBucket(data);
  const at = cursor !== null && cursor < data.buckets.length ? cursor : null;

  return (
    <div class="chart">
      <ChartMenu
        id={id}
        data={data}
        svg={() => frame.current?.querySelector('svg') ?? null}
        asTable={asTable}
        onTable={() => view.set({ table: asTable ? null : id })}
      />
      {failed && (
        <div class="panel-error" role="alert">
          <p>{t('error.network')}</p>
          <button type="button" class="button" onClick={() => setFailed(false)}>
            {t('error.retry')}
          </button>
        </div>
      )}
      {/* Its figures are here already: without the drawing code they show as rows. */}
      {asTable || failed ? (
        <ChartTable label={label} data={data} heightPx={heightPx} />
      ) : (
        <div
          class="chart-area"
          role="group"
          tabIndex={0}
          aria-label={`${label} ${t('chart.keys')}`}
          style={{ height: `${heightPx}px` }}
          onKeyDown={move}
          onBlur={() => setCursor(null)}
          onPointerLeave={() => setCursor(null)}
        >
          <div class={`chart-frame${onBrush ? ' brushable' : ''}`} ref={frame} />
          {brush && (
            <div class="brush" style={{ left: `${brush.left}px`, width: `${brush.width}px` }} />
          )}
          {lone && onBrush && (
            <button type="button" class="button closer" onClick={() => onBrush(lone.from, lone.to)}>
              {t('chart.closer')}
            </button>
          )}
          {drawn && at !== null && <ChartReadout data={data} index={at} drawn={drawn} />}
        </div>
      )}
      <p class="visually-hidden" aria-live="polite">
        {at !== null && readAloud(data, at)}
      </p>
    </div>
  );
}

function usePlot(
  frame: { current: HTMLDivElement | null },
  options: {
    data: ChartData;
    heightPx: number;
    label: string;
    hidden: boolean;
    onFail: () => void;
  },
): DrawnPlot | null {
  const { data, heightPx, label, hidden, onFail } = options;
  const [drawn, setDrawn] = useState<DrawnPlot | null>(null);
  const [widthPx, setWidthPx] = useState(0);
  const [near, setNear] = useState(false);
  const language = locale.value;

  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const sizes = new ResizeObserver(([entry]) =>
      setWidthPx(Math.round(entry?.contentRect.width ?? 0)),
    );
    sizes.observe(element);
    const sight = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) setNear(true);
      },
      { rootMargin: '200px' },
    );
    sight.observe(element);
    return () => {
      sizes.disconnect();
      sight.disconnect();
    };
  }, [hidden]);

  useEffect(() => {
    const element = frame.current;
    if (!element || !near || widthPx === 0 || hidden) return undefined;
    let current = true;
    loadCode(() => import('./drawPlot.js'))
      .then(({ drawPlot }) => {
        if (!current) return;
        const next = drawPlot(data, { widthPx, heightPx, label, locale: language });
        element.replaceChildren(next.svg);
        setDrawn(next);
      })
      .catch(() => {
        if (current) onFail();
      });
    return () => {
      current = false;
    };
  }, [data, widthPx, heightPx, label, language, near, hidden]);
  return drawn;
}

/** A bucket is a small part of the axis below this share of it. */
const LONE_SHARE = 0.25;
/** The grain is a quarter of an hour: closer than an hour there is little more to see. */
const CLOSER_MS_MIN = 3_600_000;

/** The one bucket that has all there is, where it is but a sliver of the axis; null: there are more, or it is none. */
function loneBucket({ axis, buckets, shape }: ChartData): { from: Date; to: Date } | null {
  if (axis.kind !== 'time' || shape === 'lines') return null;
  const full = buckets.filter(({ values }) => [...values.values()].some(({ value }) => value > 0));
  const [only] = full;
  if (full.length !== 1 || !only?.from || !only.to) return null;
  if (only.to.getTime() - only.from.getTime() < CLOSER_MS_MIN) return null;
  const from = new Date(Math.max(axis.from.getTime(), only.from.getTime()));
  const to = new Date(Math.min(axis.to.getTime(), only.to.getTime()));
  const share = (to.getTime() - from.getTime()) / (axis.to.getTime() - axis.from.getTime());
  return share > 0 && share < LONE_SHARE ? { from, to } : null;
}

/** undefined: the key is not for the cursor. */
function nextCursor(
  key: string,
  state: { cursor: number | null; length: number },
): number | null | undefined {
  const last = state.length - 1;
  if (last < 0) return undefined;
  switch (key) {
    case 'ArrowLeft':
      return state.cursor === null ? last : Math.max(0, state.cursor - 1);
    case 'ArrowRight':
      return state.cursor === null ? 0 : Math.min(last, state.cursor + 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'Escape':
      return state.cursor === null ? undefined : null;
    default:
      return undefined;
  }
}

function readAloud(data: ChartData, index: number): string {
  const bucket = data.buckets[index];
  if (!bucket) return '';
  const parts = data.series.flatMap((series) => {
    const value = bucket.values.get(series.key);
    return value ? [`${series.label} ${value.text}`] : [];
  });
  return `${bucket.label}: ${bucket.totalText}. ${parts.join(', ')}`;
}
