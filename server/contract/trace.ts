/** Spans of a trace. */
import { z } from 'zod';
import { count, time, usd } from './common.js';

export const spanSchema = z.object({
  spanId: z.string(),
  parentSpanId: z.string().nullable(),
  name: z.string(),
  kind: z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']),
  status: z.enum(['unset', 'ok', 'error']),
  serviceName: z.string(),
  startedAt: time,
  endedAt: time,
  durationNs: z.string(),
  /** 'arrival' when the emitter's start time could not be true; the original is in `attributes`' extra. */
  timeFrom: z.enum(['emitter', 'arrival']),
  attributes: z.record(z.string(), z.unknown()),
  resource: z.record(z.string(), z.unknown()),
  events: z.array(z.unknown()),
  links: z.array(z.unknown()),
  extra: z.record(z.string(), z.unknown()),
  /** Lines of the bill that this span proves. */
  costUsd: usd.nullable(),
});
export type SpanView = z.infer<typeof spanSchema>;
export const traceSchema = z.object({
  traceId: z.string(),
  /** In order of start, at most 2,000; `spansTotal` says how many there are. */
  spans: z.array(spanSchema),
  spansTotal: count,
  batches: z.array(z.object({ pipeline: z.string(), batchId: z.string() })),
});
export type Trace = z.infer<typeof traceSchema>;
