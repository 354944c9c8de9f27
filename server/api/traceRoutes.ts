/** The spans that prove a number. */
import { formatTime } from '@burnbook/domain/time';
import { formatSpanId, parseTraceId } from '@burnbook/domain/traceId';
import { traceSchema, type SpanView, type Trace } from '../contract.js';
import type { QueryRow } from '../store/protocol.js';
import { ApiError } from './problem.js';
import { route, type RouteRequest } from './route.js';
import { usdOrNull } from './views.js';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

export const traceRoutes = [
  route({
    path: '/api/traces/:traceId',
    summary: 'All spans of a trace',
    query: {},
    answer: traceSchema,
    handle: trace,
  }),
];

async function trace({ api, part }: RouteRequest): Promise<Trace> {
  const traceId = part('traceId').toLowerCase();
  const id = parseTraceId(traceId);
  if (!id) throw new ApiError(400, 'traceId: must be 32 hex digits', 'traceId');
  const params = { hi: id.hi, lo: id.lo };
  const [hint] = await api.store.query('trace_hint', params);
  const first = (hint?.['first_ns'] ?? null) as bigint | null;
  const last = (hint?.['last_ns'] ?? null) as bigint | null;
  if (first === null || last === null) throw new ApiError(404, `there is no trace ${traceId}`);
  const [spans, batches] = await Promise.all([
    api.store.query('trace_spans', { ...params, first, last }),
    api.store.query('trace_batches', params),
  ]);
  return {
    traceId,
    spans: spans.map(spanView),
    spansTotal: Number(spans[0]?.['matching'] ?? 0),
    batches: batches.map((row) => ({
      pipeline: row['pipeline'] as string,
      batchId: row['batch_id'] as string,
    })),
  };
}

function spanView(row: QueryRow): SpanView {
  const startNs = row['start_ns'] as bigint;
  const durationNs = row['duration_ns'] as bigint;
  const parentId = row['parent_id'] as bigint;
  return {
    spanId: formatSpanId(row['span_id'] as bigint),
    parentSpanId: parentId === 0n ? null : formatSpanId(parentId),
    name: row['name'] as string,
    kind: KINDS[Number(row['kind'])] ?? 'unspecified',
    status: STATUSES[Number(row['status'])] ?? 'unset',
    serviceName: row['service'] as string,
    startedAt: formatTime(startNs),
    endedAt: formatTime(startNs + durationNs),
    durationNs: String(durationNs),
    timeFrom: Number(row['time_from']) === 1 ? 'arrival' : 'emitter',
    attributes: objectOf(row['attrs']),
    resource: objectOf(row['resource']),
    events: arrayOf(row['events']),
    links: arrayOf(row['links']),
    extra: objectOf(row['extra']),
    costUsd: usdOrNull((row['cost'] ?? null) as bigint | null),
  };
}

const objectOf = (json: unknown): Record<string, unknown> =>
  typeof json === 'string' && json !== '' ? (JSON.parse(json) as Record<string, unknown>) : {};

const arrayOf = (json: unknown): unknown[] =>
  typeof json === 'string' && json !== '' ? (JSON.parse(json) as unknown[]) : [];
