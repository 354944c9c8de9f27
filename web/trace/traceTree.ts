import type { SpanView, Trace } from '../../server/contract.js';

/** A span in its place: depth in the tree, position on the trace's time. */
export interface TraceRow {
  span: SpanView;
  depth: number;
  /** Per cent of the trace's length. */
  left: number;
  width: number;
  offsetMs: number;
}

export interface TraceModel {
  rows: TraceRow[];
  startMs: number;
  lengthMs: number;
}

/**
 * Spans as a tree, parents before children, siblings by start. A span whose parent is not here is a root; a circle of
 * parents (an emitter's fault) is cut at its earliest span, so that every span shows once.
 */
export function traceTree(trace: Trace): TraceModel {
  const byId = new Map(trace.spans.map((span) => [span.spanId, span]));
  const children = new Map<string, SpanView[]>();
  const roots: SpanView[] = [];
  for (const span of [...trace.spans].sort(byStart)) {
    const parent = span.parentSpanId;
    if (parent === null || parent === span.spanId || !byId.has(parent)) roots.push(span);
    else children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const startMs = Math.min(...trace.spans.map((span) => Date.parse(span.startedAt)));
  const endMs = Math.max(
    ...trace.spans.map((span) => Date.parse(span.startedAt) + durationMsOf(span)),
  );
  const lengthMs = Math.max(endMs - startMs, 0.001);
  const rows: TraceRow[] = [];
  const seen = new Set<string>();
  const place = (first: SpanView) => {
    // A stack of its own: a chain of thousands of spans would overflow the call stack.
    const stack: [SpanView, number][] = [[first, 0]];
    for (let next = stack.pop(); next; next = stack.pop()) {
      const [span, depth] = next;
      if (seen.has(span.spanId)) continue;
      seen.add(span.spanId);
      const offsetMs = Date.parse(span.startedAt) - startMs;
      rows.push({
        span,
        depth,
        offsetMs,
        left: (offsetMs / lengthMs) * 100,
        width: (durationMsOf(span) / lengthMs) * 100,
      });
      for (const child of [...(children.get(span.spanId) ?? [])].reverse())
        stack.push([child, depth + 1]);
    }
  };
  for (const root of roots) place(root);
  for (const span of [...trace.spans].sort(byStart)) if (!seen.has(span.spanId)) place(span);
  return { rows, startMs, lengthMs };
}

/** Milliseconds of a span; its nanoseconds may be beyond what a number holds exactly, which a length can bear. */
export function durationMsOf(span: SpanView): number {
  return Number(span.durationNs) / 1e6;
}

function byStart(a: SpanView, b: SpanView): number {
  return Date.parse(a.startedAt) - Date.parse(b.startedAt) || durationMsOf(b) - durationMsOf(a);
}
