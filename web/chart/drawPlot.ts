import { gridY, lineY, plot, rectY, ruleX, ruleY, text, barY } from '@observablehq/plot';
import { formatPercent } from '../format/quantity.js';
import { formatUsdShort } from '../format/usd.js';
import { fromWallClock, toWallClock } from '../format/time.js';
import type { Annotation, ChartBucket, ChartData, TimeAxis, ValueAxis } from './chartData.js';

export interface DrawOptions {
  widthPx: number;
  heightPx: number;
  label: string;
  locale: string;
}

export interface DrawnPlot {
  svg: SVGSVGElement;
  /** Left and right edge of a bucket in pixels of the svg. */
  edges: (index: number) => [number, number];
  /** The bucket under or nearest to that pixel; −1 when there is none. */
  indexAt: (px: number) => number;
  /** The instant at that pixel; null when the axis is not time. */
  instantAt: (px: number) => Date | null;
  /** The plotting area's left and right edge. */
  frame: [number, number];
}

interface Cell {
  index: number;
  x1: Date;
  x2: Date;
  slot: string;
  value: number;
  color: string;
  series: string;
}

/** Beside a marked bucket the others step back. */
const FADED = 'color-mix(in srgb, var(--ok) 55%, var(--surface))';
/** Today's bucket has hardly begun: it is to be seen all the same. */
const BAR_PX_MIN = 5;
const MARGIN = { left: 56, right: 8, top: 12, bottom: 24 };

/** Draws with Observable Plot and repairs what it leaves out: one labelled image, no style element, zone-aware time. */
export function drawPlot(data: ChartData, options: DrawOptions): DrawnPlot {
  const { widthPx, heightPx, locale } = options;
  const time = data.axis.kind === 'time' ? data.axis : null;
  const cells = cellsOf(data, time, time ? widthMs(time, widthPx) : 0);
  const yTicks = heightPx < 120 ? 2 : 4;
  const order = data.series.map((series) => series.key);
  const drawn = plot({
    width: widthPx,
    height: heightPx,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    className: 'plot',
    x: time
      ? {
          type: 'utc',
          domain: [wall(time.from, time), wall(time.to, time)],
          label: null,
          tickFormat: timeTick(locale),
        }
      : {
          type: 'band',
          domain: data.buckets.map((_, index) => String(index)),
          label: null,
          axis: null,
          padding: 0.18,
        },
    y: data.y
      ? valueAxis(data.y)
      : { label: null, nice: true, ticks: yTicks, tickFormat: moneyTick, zero: true },
    color: { type: 'identity' },
    marks: [
      gridY({
        ticks: data.y ? ticksOf(data.y) : yTicks,
        stroke: 'var(--line)',
        strokeOpacity: 1,
      }),
      time && data.shape === 'lines'
        ? lineMark(data, time)
        : time
          ? rectY(cells, {
              x1: 'x1',
              x2: 'x2',
              y: 'value',
              z: 'series',
              fill: 'color',
              order,
              insetLeft: 0.5,
              insetRight: 0.5,
            })
          : barY(cells, { x: 'slot', y: 'value', z: 'series', fill: 'color', order }),
      ...(time && data.ghost
        ? [
            lineY(data.ghost, {
              x: (point: { at: Date }) => wall(point.at, time),
              y: 'value',
              stroke: 'var(--ink3)',
              strokeDasharray: '3 3',
              curve: data.shape === 'lines' ? 'linear' : 'step-after',
            }),
          ]
        : []),
      ...(data.y?.log ? [] : [ruleY([0], { stroke: 'var(--control)' })]),
      ...(time && data.y ? ruleMarks(data.y, time) : []),
      ...annotationMarks(data, time, time ? widthMs(time, widthPx) : 0),
    ],
  }) as SVGSVGElement & { scale: (name: string) => ScaleOf | undefined };
  const scale = drawn.scale('x');
  if (!scale) throw new Error('the plot has no x scale');
  repair(drawn, options.label);
  return { svg: drawn, ...geometry(data, { time, scale, widthPx }) };
}

interface ScaleOf {
  apply: (value: unknown) => number;
  invert?: (px: number) => Date;
  bandwidth?: number;
}

/** How long a bucket must be drawn to be seen. */
function widthMs({ from, to }: TimeAxis, widthPx: number): number {
  const px = Math.max(1, widthPx - MARGIN.left - MARGIN.right);
  return ((to.getTime() - from.getTime()) * BAR_PX_MIN) / px;
}

function cellsOf(data: ChartData, time: TimeAxis | null, lengthMinMs: number): Cell[] {
  const colors = new Map(data.series.map((series) => [series.key, series.color]));
  const faded = data.buckets.some((bucket) => bucket.marked);
  return data.buckets.flatMap((bucket, index) =>
    [...bucket.values].map(([series, { value }]) => ({
      index,
      ...edgesOf(bucket, time, lengthMinMs),
      slot: String(index),
      value,
      color: faded && !bucket.marked ? FADED : (colors.get(series) ?? 'var(--other)'),
      series,
    })),
  );
}

function edgesOf(
  { from, to }: ChartBucket,
  time: TimeAxis | null,
  lengthMinMs: number,
): { x1: Date; x2: Date } {
  const x2 = bucketEdge(to, time);
  const x1 = new Date(Math.min(bucketEdge(from, time).getTime(), x2.getTime() - lengthMinMs));
  return { x1, x2 };
}

// The first and last bucket may reach beyond the range; what is drawn must not.
function bucketEdge(at: Date | null, time: TimeAxis | null): Date {
  if (!at || !time) return new Date(0);
  const insideMs = Math.min(time.to.getTime(), Math.max(time.from.getTime(), at.getTime()));
  return wall(new Date(insideMs), time);
}

function wall(at: Date, time: TimeAxis): Date {
  return toWallClock(at, time.tz);
}

/** Readable on lines and bars too. */
const LABEL_INK = { fill: 'var(--ink2)', stroke: 'var(--surface)', strokeWidth: 4 };
/** So many narrowest bars take the place of a label. */
const LABEL_BARS = 22;

/** Labels that would cover each other become one with a count: the latest stands for them. */
function labelled(annotations: readonly Annotation[], apartMs: number): Annotation[] {
  const groups: { first: Annotation; more: number }[] = [];
  const latestFirst = [...annotations].sort((a, b) => b.at.getTime() - a.at.getTime());
  for (const each of latestFirst) {
    const near = groups.find(({ first }) => first.at.getTime() - each.at.getTime() < apartMs);
    if (near) near.more += 1;
    else groups.push({ first: each, more: 0 });
  }
  return groups.map(({ first, more }) =>
    more === 0 ? first : { at: first.at, label: `${first.label} +${more}` },
  );
}

function annotationMarks(data: ChartData, time: TimeAxis | null, barMs: number) {
  if (!time || !data.annotations?.length) return [];
  const labels = labelled(data.annotations, barMs * LABEL_BARS);
  const x = (annotation: Annotation) => wall(annotation.at, time);
  const middleMs = (time.from.getTime() + time.to.getTime()) / 2;
  const isLeft = (annotation: Annotation) => annotation.at.getTime() < middleMs;
  // A label points to the inside, so that the frame never cuts it.
  const label = { x, text: 'label', frameAnchor: 'top', ...LABEL_INK } as const;
  return [
    ruleX(data.annotations, { x, stroke: 'var(--ink3)', strokeDasharray: '2 3' }),
    text(labels.filter(isLeft), { ...label, textAnchor: 'start', dx: 4 }),
    text(
      labels.filter((annotation) => !isLeft(annotation)),
      { ...label, textAnchor: 'end', dx: -4 },
    ),
  ];
}

/**
 * Raw Plot fails axe: its groups carry labels without a role. The style element would be refused by the page's
 * Content-Security-Policy; its few rules stand in chart.css. Both go before the svg enters the document.
 */
function repair(svg: SVGSVGElement, label: string): void {
  svg.querySelectorAll('style').forEach((style) => style.remove());
  svg.querySelectorAll('[aria-label], [aria-description], [aria-hidden]').forEach((element) => {
    for (const name of ['aria-label', 'aria-description', 'aria-hidden'])
      element.removeAttribute(name);
  });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
}

function geometry(
  data: ChartData,
  context: { time: TimeAxis | null; scale: ScaleOf; widthPx: number },
) {
  const { time, scale, widthPx } = context;
  const frame: [number, number] = [MARGIN.left, widthPx - MARGIN.right];
  const clamp = (px: number) => Math.min(frame[1], Math.max(frame[0], px));
  const edges = (index: number): [number, number] => {
    const bucket: ChartBucket | undefined = data.buckets[index];
    if (!bucket) return [frame[0], frame[0]];
    if (time && bucket.from && bucket.to) {
      return [
        clamp(scale.apply(wall(bucket.from, time))),
        clamp(scale.apply(wall(bucket.to, time))),
      ];
    }
    const left = scale.apply(String(index));
    return [left, left + (scale.bandwidth ?? 0)];
  };
  return {
    frame,
    edges,
    indexAt: (px: number) => nearest(data.buckets.length, (index) => distance(px, edges(index))),
    instantAt: (px: number) =>
      time && scale.invert ? fromWallClock(scale.invert(clamp(px)), time.tz) : null,
  };
}

function distance(px: number, [left, right]: [number, number]): number {
  return px < left ? left - px : px > right ? px - right : 0;
}

function nearest(length: number, distanceOf: (index: number) => number): number {
  let best = -1;
  let bestDistance = Infinity;
  for (let index = 0; index < length; index += 1) {
    const each = distanceOf(index);
    if (each < bestDistance) [best, bestDistance] = [index, each];
  }
  return best;
}

function valueAxis({ unit, domain, log = false }: ValueAxis) {
  return {
    label: null,
    type: log ? ('log' as const) : ('linear' as const),
    domain: [...domain],
    clamp: true,
    ticks: ticksOf({ unit, domain, log }),
    tickFormat: (value: number) => (unit === 'share' ? formatPercent(value) : `${value}×`),
  };
}

/** Of a log scale the powers of ten, else four steps at most. */
function ticksOf({ domain: [low, high], log = false }: ValueAxis): number[] {
  if (!log) {
    const step = [0.1, 0.25, 0.5, 1].find((each) => (high - low) / each <= 5) ?? high - low;
    const first = Math.ceil(low / step - 1e-9);
    const last = Math.floor(high / step + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  }
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number((10 ** (first + index)).toPrecision(3)),
  );
}

function lineMark(data: ChartData, time: TimeAxis) {
  const points = data.series.flatMap(({ key, color }) =>
    data.buckets.map((bucket) => ({
      at: bucketEdge(bucket.to, time),
      value: bucket.values.get(key)?.value ?? NaN,
      series: key,
      color,
    })),
  );
  // A round end makes a lone point between two gaps a dot.
  return lineY(points, {
    x: 'at',
    y: 'value',
    z: 'series',
    stroke: 'color',
    strokeWidth: 1.75,
    strokeLinecap: 'round',
  });
}

function ruleMarks({ rules = [] }: ValueAxis, time: TimeAxis) {
  return [
    ruleY(rules, { y: 'value', stroke: 'var(--ink3)', strokeDasharray: '6 3' }),
    text(rules, {
      x: wall(time.from, time),
      y: 'value',
      text: 'label',
      textAnchor: 'start',
      dx: 4,
      dy: -6,
      ...LABEL_INK,
    }),
  ];
}

function moneyTick(value: number): string {
  return formatUsdShort(value.toFixed(9));
}

// The dates are wall clock written as UTC, so UTC is the zone to print them in.
function timeTick(locale: string): (wallClock: Date) => string {
  const day = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' });
  const hour = new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (at) => (at.getTime() % 86_400_000 === 0 ? day : hour).format(at);
}
