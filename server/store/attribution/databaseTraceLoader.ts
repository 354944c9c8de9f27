/** Reads dropped traces and response claims back from the database. */
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { ownIdentity } from '@burnbook/domain/attribution';
import { FactSet } from '@burnbook/domain/factSet';
import { listValue } from '../duckdb.js';
import type { ActivityRow, AttemptRow, CallFacts, LineRow, Owner, SpanFacts } from '../rows.js';
import type { SqlTexts } from '../sqlTexts.js';
import { usageFrom } from '../usageColumns.js';
import type { ComputeRates } from './computeRates.js';
import { isSampled, NO_ACTIVITY, nodeFacts, type NodeFacts } from './nodeFacts.js';
import { proofOf } from './evidence.js';
import type { KnownAttempt, Loss, OperationLoader } from './losingAttempts.js';
import type { ResponseLoader } from './responseIndex.js';
import { EXCLUDED } from './rowEmitter.js';
import type { LoadedTrace, TraceLoader } from './traceLoader.js';

type Row = Record<string, DuckDBValue>;

export class DatabaseTraceLoader implements TraceLoader, ResponseLoader, OperationLoader {
  readonly #connection: DuckDBConnection;
  readonly #sql: SqlTexts;
  readonly #rates: ComputeRates;
  readonly #factSet = new FactSet();

  constructor(connection: DuckDBConnection, sql: SqlTexts, rates: ComputeRates) {
    this.#connection = connection;
    this.#sql = sql;
    this.#rates = rates;
  }

  async loadResponses(keys: readonly bigint[], sinceNs: bigint): Promise<LineRow[]> {
    const rows = await this.#rows('load_responses', { keys: listValue([...keys]), since: sinceNs });
    return rows.map(lineRow);
  }

  async loadAggregates(keys: readonly bigint[], sinceNs: bigint): Promise<LineRow[]> {
    const rows = await this.#rows('load_aggregates', {
      keys: listValue([...keys]),
      since: sinceNs,
    });
    return rows.map(lineRow);
  }

  async loadOperations(
    keys: readonly bigint[],
    around: { readonly fromNs: bigint; readonly toNs: bigint },
  ): Promise<KnownAttempt[]> {
    const rows = await this.#rows('load_operations', {
      keys: listValue([...keys]),
      first: around.fromNs,
      last: around.toNs,
    });
    return rows.map(knownAttempt);
  }

  /** What the tracker of losses starts from. */
  async loadLosses(
    sinceNs: bigint,
  ): Promise<{ attempts: KnownAttempt[]; losses: Map<bigint, Loss> }> {
    const attempts = await this.#rows('load_lost_operations', { since: sinceNs });
    const losses = await this.#rows('load_losses', {});
    return {
      attempts: attempts.map(knownAttempt),
      losses: new Map(
        losses.map((row) => [big(row, 'attempt_key'), row['waste'] === true ? 'waste' : 'failure']),
      ),
    };
  }

  async load(ids: readonly { readonly hi: bigint; readonly lo: bigint }[]): Promise<LoadedTrace[]> {
    const his = listValue(ids.map(({ hi }) => hi));
    const los = listValue(ids.map(({ lo }) => lo));
    const hints = await this.#rows('load_trace_hints', { his, los });
    if (hints.length === 0) return [];
    const first = hints.map((row) => big(row, 'first_ns')).reduce((a, b) => (a < b ? a : b));
    const last = hints.map((row) => big(row, 'last_ns')).reduce((a, b) => (a > b ? a : b));
    const range = { his, los, first, last };
    // One after the other: they share the loader's connection.
    const spans = grouped(await this.#rows('load_trace_spans', range), traceOf);
    const lines = grouped(await this.#rows('load_trace_bill_lines', range), spanOf);
    const activities = grouped(await this.#rows('load_trace_activities', range), spanOf);
    const attempts = grouped(await this.#rows('load_trace_attempts', range), spanOf);
    const notes = grouped(await this.#rows('load_trace_data_notes', range), spanOf);
    return hints.map((hint) => {
      const rows = spans.get(traceOf(hint)) ?? [];
      const loaded = rows.map((row) => {
        const key = spanOf(row);
        return {
          spanId: big(row, 'span_id'),
          parentId: big(row, 'parent_id'),
          sourceId: Number(row['source_id']),
          facts: this.#facts(row, {
            lines: (lines.get(key) ?? []).map(lineRow),
            activity: activities.get(key)?.[0],
            attempt: attempts.get(key)?.[0],
            note: notes.get(key)?.[0],
          }),
        };
      });
      return {
        hi: big(hint, 'trace_hi'),
        lo: big(hint, 'trace_lo'),
        hintFirstNs: big(hint, 'first_ns'),
        hintLastNs: big(hint, 'last_ns'),
        evidence: loaded.flatMap(({ facts }) =>
          facts?.activityRow ? [[proofOf(facts.activityRow.owner), facts.startNs] as const] : [],
        ),
        spans: loaded,
      };
    });
  }

  async #rows(name: string, values: Record<string, DuckDBValue>): Promise<Row[]> {
    const result = await this.#connection.runAndReadAll(this.#sql.get(name), values);
    return result.getRowObjects();
  }

  /** The facts of a span as they were when its rows were written; undefined: it has none and is no top span. */
  #facts(
    span: Row,
    rows: { lines: LineRow[] } & Record<'activity' | 'attempt' | 'note', Row | undefined>,
  ): NodeFacts {
    const facts = this.#factSet;
    facts.clear();
    const attrs = text(span, 'attrs');
    if (attrs !== null) addAttributes(facts, attrs);
    const model = rows.lines.find(({ kind }) => kind === 'model') ?? null;
    const startNs = big(span, 'start_ns');
    const node = nodeFacts(facts, {
      own: ownIdentity(facts),
      traceHi: big(span, 'trace_hi'),
      traceLo: big(span, 'trace_lo'),
      name: String(span['name']),
      spanId: big(span, 'span_id'),
      parentId: big(span, 'parent_id'),
      startNs,
      endNs: startNs + big(span, 'duration_ns'),
      receivedNs: big(span, 'received_ns'),
      failed: Number(span['status']) === 2,
      sampled: isSampled(text(span, 'extra')),
      call: model?.span.call ?? null,
      responseKey: model?.span.responseKey ?? null,
      // The rates of its arrival are in its line; a line that moves takes the rates known now.
      ratesVersion: this.#rates.version,
    });
    node.duplicateResponse = model?.excluded === EXCLUDED.duplicateResponse;
    node.modelLine = model;
    node.computeLine = rows.lines.find(({ kind }) => kind === 'compute') ?? null;
    if (rows.activity) node.activityRow = activityRow(rows.activity, node);
    if (rows.attempt) node.attemptRow = attemptRow(rows.attempt, node);
    if (rows.note) node.noteRow = { span: node, owner: owner(rows.note) };
    return node;
  }
}

function addAttributes(facts: FactSet, json: string): void {
  for (const [key, value] of Object.entries(JSON.parse(json) as Record<string, unknown>)) {
    const plain = plainValue(value);
    if (plain !== null) facts.addAttribute(key, plain);
  }
}

function plainValue(value: unknown): string | number | boolean | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  if (typeof value === 'object' && value !== null && '$int' in value) return Number(value.$int);
  return null;
}

const big = (row: Row, column: string): bigint => row[column] as bigint;
const bigOrNull = (row: Row, column: string): bigint | null =>
  (row[column] ?? null) as bigint | null;
const text = (row: Row, column: string): string | null => (row[column] ?? null) as string | null;
const numberOrNull = (row: Row, column: string): number | null => {
  const value = row[column] ?? null;
  return value === null ? null : Number(value);
};
const traceOf = (row: Row): string => `${big(row, 'trace_hi')}:${big(row, 'trace_lo')}`;
const spanOf = (row: Row): string => `${traceOf(row)}:${big(row, 'span_id')}`;

function grouped(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

const owner = (row: Row): Owner => ({
  pipeline: String(row['pipeline']),
  run: String(row['run_id']),
  batch: text(row, 'batch'),
  step: text(row, 'step'),
  team: text(row, 'team'),
  environment: text(row, 'environment'),
  // Only lines keep these.
  tags: text(row, 'tags'),
  reservation: text(row, 'reservation_id'),
});

const knownAttempt = (row: Row): KnownAttempt => ({
  operationKey: big(row, 'operation_key'),
  attemptKey: big(row, 'attempt_key'),
  outerAttemptKey: bigOrNull(row, 'outer_attempt_key'),
  outcome: String(row['outcome']),
  startNs: big(row, 'start_ns'),
  endNs: big(row, 'end_ns'),
});

const activityRow = (row: Row, span: SpanFacts): ActivityRow => ({
  span,
  owner: owner(row),
  isRun: row['is_run'] === true,
  isBatch: row['is_batch'] === true,
  isStep: row['is_step'] === true,
  rooted: row['rooted'] === true,
});

const attemptRow = (row: Row, span: SpanFacts): AttemptRow => ({
  span,
  owner: owner(row),
  operationKey: big(row, 'operation_key'),
  attemptKey: big(row, 'attempt_key'),
  outerAttemptKey: bigOrNull(row, 'outer_attempt_key'),
  number: Number(row['number']),
  outcome: String(row['outcome']),
});

/** A stored line; its span knows what the line says of it. */
function lineRow(row: Row): LineRow {
  const kind = row['kind'] === 'model' ? 'model' : 'compute';
  const startNs = big(row, 'start_ns');
  return {
    kind,
    span: {
      traceHi: big(row, 'trace_hi'),
      traceLo: big(row, 'trace_lo'),
      spanId: big(row, 'span_id'),
      startNs,
      endNs: startNs,
      receivedNs: big(row, 'received_ns'),
      name: String(row['name']),
      failed: row['failed'] === true,
      sampled: false,
      nominalTime: null,
      activity: NO_ACTIVITY,
      data: null,
      call: kind === 'model' ? callFacts(row) : null,
      responseKey: bigOrNull(row, 'response_key'),
      cpuNs: bigOrNull(row, 'cpu_ns'),
      gbNs: bigOrNull(row, 'gb_ns'),
    },
    owner: owner(row),
    attempt: numberOrNull(row, 'attempt'),
    attemptKey: bigOrNull(row, 'attempt_key'),
    costNanoUsd: bigOrNull(row, 'cost_nano'),
    priceId: text(row, 'price_id'),
    unpricedReason: text(row, 'unpriced_reason'),
    excluded: text(row, 'excluded'),
  };
}

function callFacts(row: Row): CallFacts {
  return {
    provider: text(row, 'provider'),
    model: text(row, 'model'),
    requestModel: text(row, 'request_model'),
    tier: text(row, 'tier') ?? 'standard',
    operation: text(row, 'operation'),
    usage: usageFrom((column) => row[column]),
    usageFault: text(row, 'usage_fault'),
    billedNs: bigOrNull(row, 'billed_ns'),
    images: numberOrNull(row, 'images'),
    priceId: text(row, 'price_id'),
    costNanoUsd: bigOrNull(row, 'cost_nano'),
    unpricedReason: text(row, 'unpriced_reason'),
    reportedNanoUsd: bigOrNull(row, 'reported_nano'),
    aggregate: row['aggregate'] === true,
    ...(row['reported_note'] === null ? {} : { reportedNote: String(row['reported_note']) }),
  };
}
