import type { FlushOptions, SpanBuffer } from './spanBuffer.js';

/** How long a program that is otherwise done stays to deliver the rest; without a receiver, two seconds. */
export const LAST_FLUSH: FlushOptions = { timeoutMs: 10_000, stallMs: 2_000 };

/**
 * Delivers what is held when the process runs out of work. Signals and `process.exit` are the program's own business:
 * they do not pass here, and call `shutdown()` first if they care.
 */
const buffers = new Set<SpanBuffer>();

export function flushOnExit(buffer: SpanBuffer): void {
  if (buffers.size === 0) process.on('beforeExit', onBeforeExit);
  buffers.add(buffer);
}

export function forgetOnExit(buffer: SpanBuffer): void {
  buffers.delete(buffer);
  if (buffers.size === 0) process.off('beforeExit', onBeforeExit);
}

/** Node emits this again after the work that a listener started, so what could not be sent must go, or it never ends. */
function onBeforeExit(): void {
  for (const buffer of buffers) {
    if (buffer.stats().queuedSpans > 0) void flushOrDrop(buffer);
  }
}

async function flushOrDrop(buffer: SpanBuffer): Promise<void> {
  if (!(await buffer.flush(LAST_FLUSH))) buffer.dropAll();
}
