import { useEffect, useRef, useState } from 'preact/hooks';
import { holdForBrush } from '../api/live.js';
import type { DrawnPlot } from './drawPlot.js';

interface BrushOptions {
  drawn: DrawnPlot | null;
  onBrush: ((from: Date, to: Date) => void) | undefined;
  /** False while the chart shows as a table and there is nothing to drag over. */
  active: boolean;
  /** The bucket under the pointer. */
  onCursor: (index: number | null) => void;
}

/** A shorter drag is a click. */
const BRUSH_PX_MIN = 6;

/**
 * Follows the pointer over a chart. Listens in the capture phase, because marks inside may swallow the event; a finger
 * scrolls the page and only moves the cursor. Returns the dragged stretch while it is being dragged.
 */
export function useBrush(
  frame: { current: HTMLElement | null },
  options: BrushOptions,
): { left: number; width: number } | null {
  const latest = useRef(options);
  latest.current = options;
  const [stretch, setStretch] = useState<{ left: number; width: number } | null>(null);

  useEffect(() => {
    const area = frame.current?.parentElement;
    if (!area) return undefined;
    let startPx: number | null = null;
    const toPx = (event: PointerEvent) => event.clientX - area.getBoundingClientRect().left;
    const clamp = (px: number) => {
      const [left, right] = latest.current.drawn?.frame ?? [0, 0];
      return Math.min(right, Math.max(left, px));
    };
    const down = (event: PointerEvent) => {
      const { drawn, onBrush, onCursor } = latest.current;
      if (!drawn) return;
      if (event.pointerType === 'touch') onCursor(indexOrNull(drawn.indexAt(toPx(event))));
      if (!onBrush || event.button !== 0 || event.pointerType === 'touch') return;
      startPx = clamp(toPx(event));
      area.setPointerCapture(event.pointerId);
      holdForBrush(true);
    };
    const move = (event: PointerEvent) => {
      const { drawn, onCursor } = latest.current;
      if (!drawn) return;
      const px = toPx(event);
      if (startPx === null) onCursor(indexOrNull(drawn.indexAt(px)));
      else setStretch({ left: Math.min(startPx, clamp(px)), width: Math.abs(clamp(px) - startPx) });
    };
    const finish = (event: PointerEvent) => {
      if (startPx === null) return;
      const from = Math.min(startPx, clamp(toPx(event)));
      const to = Math.max(startPx, clamp(toPx(event)));
      startPx = null;
      setStretch(null);
      holdForBrush(false);
      const { drawn, onBrush } = latest.current;
      if (event.type === 'pointercancel' || to - from < BRUSH_PX_MIN) return;
      const [first, last] = [drawn?.instantAt(from), drawn?.instantAt(to)];
      if (first && last) onBrush?.(first, last);
    };
    const listening = new AbortController();
    const how = { capture: true, signal: listening.signal };
    area.addEventListener('pointerdown', down, how);
    area.addEventListener('pointermove', move, how);
    area.addEventListener('pointerup', finish, how);
    area.addEventListener('pointercancel', finish, how);
    return () => listening.abort();
  }, [options.active]);
  return stretch;
}

function indexOrNull(index: number): number | null {
  return index < 0 ? null : index;
}
