/** The tables that a commit appends to, and how each kind of row becomes columns. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { AcceptedBatch, ChangeSet } from './attribution/changeSet.js';
import type { SourceTable } from './attribution/sourceTable.js';
import type { CostOrigin, CostPlace } from './costKeys.js';
import type { RollupRow } from './costRollup.js';
import type { IngestGroup } from './ingestBatch.js';
import { countSpan, MinuteCounts, minuteOf, type MinuteRow } from './minuteCounts.js';
import type {
  ActivityRow,
  AttemptRow,
  DataNoteRow,
  LineRow,
  Owner,
  SpanFacts,
  SpanKey,
} from './rows.js';
import type { FirstWins } from './firstWins.js';
import { summarise } from './runSummary.js';
import { TableAppender, type ColumnType } from './tableAppender.js';
import type { TouchedMinute } from './touchedMinutes.js';

const KEY: ColumnType[] = ['u64', 'u64', 'u64', 'i64'];
const texts = (count: number): ColumnType[] => Array.from({ length: count }, () => 'text');
const bigs = (count: number): ColumnType[] => Array.from({ length: count }, () => 'i64');

const COLUMNS = {
  spans: ['u64', 'u64', 'u64', 'u64', ...bigs(3), 'i32', 'text', 'u8', 'u8', 'u8', ...texts(4)],
  sources: ['i32', ...texts(3)],
  traces: ['u64', 'u64', 'i64', 'i64'],
  bill_lines: [
    'text',
    ...KEY,
    'i64',
    'text',
    'bool',
    ...texts(4),
    'i32',
    'u64',
    ...texts(6),
    ...bigs(12),
    ...texts(2),
    'u64',
    'bool',
    ...texts(3),
    ...bigs(4),
    'text',
    'text',
    'i64',
    'i64',
    'text',
  ],
  activities: [
    ...KEY,
    'i64',
    'i64',
    'text',
    'bool',
    ...texts(4),
    ...(['bool', 'bool', 'bool', 'bool'] as const),
    ...texts(5),
    ...bigs(11),
    'f64',
    'i64',
    'bool',
    'text',
  ],
  attempts: [
    ...KEY,
    'i64',
    ...texts(5),
    ...(['u64', 'u64', 'u64', 'i32'] as const),
    ...texts(2),
    'i64',
  ],
  data_notes: [...KEY, 'i64', ...texts(6), 'i64', 'i64', 'text', 'bool'],
  price_versions: [...texts(6), 'i64', 'text'],
  span_minutes: ['i64', ...texts(2), ...bigs(3), 'text'],
  run_summary: [
    ...KEY,
    'i64',
    'i64',
    'bool',
    ...texts(4),
    ...(['bool', 'bool', 'bool', 'bool'] as const),
    ...texts(3),
    ...bigs(5),
    'bool',
  ],
  cost_quarters: ['i64', 'u64', 'u64', ...bigs(7)],
  incoming_origins: ['u64', ...texts(7), 'i32', 'bool', 'text'],
  incoming_places: ['u64', ...texts(3)],
  first_wins: ['i64', ...texts(3), 'i64'],
  doomed: ['text', 'u64', 'u64', 'u64'],
  flipped: ['u64', 'i64', 'i64'],
  losing_attempts: ['u64', 'bool'],
  unsettled: texts(3),
  uncounted: ['i64', 'text', 'i64', 'u64', 'text'],
  unsettled_operations: ['u64', 'i64', 'i64'],
  unsettled_tries: ['u64', 'i64'],
} satisfies Record<string, ColumnType[]>;

type TableName = keyof typeof COLUMNS;

export class RowAppenders {
  readonly tables: Readonly<Record<TableName, TableAppender>>;
  readonly #sources: SourceTable;
  readonly #minutes = new MinuteCounts();

  constructor(connection: DuckDBConnection, sources: SourceTable) {
    this.#sources = sources;
    this.tables = Object.fromEntries(
      Object.entries(COLUMNS).map(([table, types]) => [
        table,
        new TableAppender(connection, table, types),
      ]),
    ) as Record<TableName, TableAppender>;
  }

  /** Writes all that is pending into the current transaction. */
  async finish(): Promise<void> {
    for (const table of Object.values(this.tables)) {
      if (!table.isPending) continue;
      await table.finish();
      // An appender blocks while it writes: 1 to 10 ms a table. What else has come meanwhile goes in between.
      await nextTurn();
    }
  }

  /** Forgets all that is pending, after a failure. */
  abandon(): void {
    for (const table of Object.values(this.tables)) table.abandon();
    this.#minutes.take();
  }

  spans({ batch, spans, sourceIds }: AcceptedBatch): void {
    const table = this.tables.spans;
    const words = (array: BigUint64Array | BigInt64Array): Uint32Array =>
      new Uint32Array(array.buffer, array.byteOffset, array.length * 2);
    const [hi, lo, id, parent] = [batch.traceHi, batch.traceLo, batch.spanId, batch.parentId].map(
      words,
    );
    const start = words(batch.startNs);
    const duration = words(batch.durationNs);
    if (!hi || !lo || !id || !parent) return;
    const minuteRows = new Map<number, { minute: number; counts: MinuteRow }>();
    const rare = new Map(batch.rare.map((parts) => [parts.span, parts]));
    for (const i of spans) {
      const sourceId = sourceIds[batch.source[i] ?? 0] ?? 0;
      const name = batch.strings[batch.name[i] ?? 0] ?? '';
      const parts = rare.get(i);
      const attrsFrom = i === 0 ? 0 : (batch.attrsEnd[i - 1] ?? 0);
      const attrsTo = batch.attrsEnd[i] ?? 0;
      table.words(hi, i).words(lo, i).words(id, i).words(parent, i).words(start, i);
      table.words(duration, i).big(batch.receivedNs).number(sourceId).text(name);
      table
        .number(batch.kind[i] ?? 0)
        .number(batch.status[i] ?? 0)
        .number(batch.timeFrom[i] ?? 0);
      table.text(attrsTo > attrsFrom ? batch.attrs.subarray(attrsFrom, attrsTo) : null);
      table
        .text(parts?.events ?? null)
        .text(parts?.links ?? null)
        .text(parts?.extra ?? null);
      table.endRow();
      const minute = minuteOf(asNumber(start, i));
      const series = (batch.name[i] ?? 0) * batch.sources.length + (batch.source[i] ?? 0);
      let row = minuteRows.get(series);
      if (row?.minute !== minute) {
        const { service } = this.#sources.info(sourceId);
        row = { minute, counts: this.#minutes.row({ service, name }, minute) };
        minuteRows.set(series, row);
      }
      countSpan(row.counts, asNumber(duration, i), batch.status[i] === 2);
    }
  }

  /** @returns how many minute rows came. */
  facts(changes: ChangeSet, prices: IngestGroup['prices']): number {
    const { sources, traces, price_versions, span_minutes } = this.tables;
    for (const source of changes.sources) {
      sources.number(source.sourceId).text(source.service).text(source.resource);
      sources.text(source.scope).endRow();
    }
    for (const hint of changes.hints) {
      traces.big(hint.hi).big(hint.lo).big(hint.firstNs).big(hint.lastNs).endRow();
    }
    for (const { price, knownAtNs } of prices) {
      price_versions.text(price.id).text(price.provider).text(price.model).text(price.tier);
      price_versions.text(price.units).text(price.source).big(knownAtNs);
      price_versions.text(price.checkedOn).endRow();
    }
    const minutes = this.#minutes.take();
    for (const row of minutes) {
      span_minutes.big(row.minuteNs).text(row.service).text(row.name);
      span_minutes.number(row.spans).number(row.errors).number(Math.round(row.durationNs));
      span_minutes.text([...row.buckets].map(([bucket, count]) => `${bucket}:${count}`).join(' '));
      span_minutes.endRow();
    }
    return minutes.length;
  }

  rollup(row: RollupRow): void {
    const table = this.tables.cost_quarters;
    table.big(row.bucketNs).big(row.origin.key).big(row.place.key);
    table.number(row.lines).number(row.excluded).number(row.unpriced).number(row.tokens);
    table.big(row.costNano).big(row.wasteNano).big(row.failureNano).endRow();
  }

  costOrigin({ key, kind, owner, model, provider, attempt, inAttempt }: CostOrigin): void {
    const table = this.tables.incoming_origins;
    table.big(key).text(kind).text(owner.pipeline).text(owner.step).text(model).text(provider);
    table.text(owner.team).text(owner.environment).number(attempt).bool(inAttempt);
    table.text(owner.tags).endRow();
  }

  costPlace({ key, owner }: CostPlace): void {
    const { pipeline, run, batch } = owner;
    this.tables.incoming_places.big(key).text(pipeline).text(run).text(batch).endRow();
  }

  line(row: LineRow): void {
    const table = this.tables.bill_lines;
    const { span, owner } = row;
    const isModel = row.kind === 'model';
    const call = isModel ? span.call : null;
    const usage = call?.usage;
    table.text(row.kind);
    appendKey(table, span);
    table.big(span.receivedNs).text(span.name).bool(span.failed);
    table.text(owner.pipeline).text(owner.run).text(owner.batch).text(owner.step);
    table.number(row.attempt).big(row.attemptKey).text(owner.team).text(owner.environment);
    table
      .text(call?.provider ?? null)
      .text(call?.model ?? null)
      .text(call?.tier ?? null);
    table.text(call?.operation ?? null);
    table.number(usage?.inputTokens ?? null).number(usage?.outputTokens ?? null);
    table.number(usage?.cacheReadTokens ?? null).number(usage?.cacheWriteTokens ?? null);
    table.number(usage?.cacheWrite1hTokens ?? null).number(usage?.reasoningTokens ?? null);
    table.number(usage?.audioInputTokens ?? null).number(usage?.audioOutputTokens ?? null);
    table.big(isModel ? null : span.cpuNs).big(isModel ? null : span.gbNs);
    table.big(row.costNanoUsd).big(call?.reportedNanoUsd ?? null);
    table
      .text(row.priceId)
      .text(row.unpricedReason)
      .big(isModel ? span.responseKey : null);
    table
      .bool(call?.aggregate ?? false)
      .text(row.excluded)
      .text(owner.tags)
      .text(owner.reservation);
    table.number(usage?.audioCacheReadTokens ?? null).number(usage?.imageInputTokens ?? null);
    table.number(usage?.imageOutputTokens ?? null).number(usage?.imageCacheReadTokens ?? null);
    table.text(call?.reportedNote ?? null);
    table.text(call?.requestModel ?? null).big(call?.billedNs ?? null);
    table
      .number(call?.images ?? null)
      .text(call?.usageFault ?? null)
      .endRow();
  }

  activity(row: ActivityRow): void {
    const table = this.tables.activities;
    const { span, owner } = row;
    const { activity } = span;
    appendKey(table, span);
    table.big(span.endNs).big(span.receivedNs).text(span.name).bool(span.failed);
    table.text(owner.pipeline).text(owner.run).text(owner.batch).text(owner.step);
    table.bool(row.isRun).bool(row.isBatch).bool(row.isStep).bool(row.rooted);
    table.text(activity.event).text(activity.runKind);
    table.text(activity.runOutcome ?? activity.attemptOutcome);
    table.text(owner.team).text(owner.environment);
    table.number(activity.rowsIn).number(activity.rowsOut).number(activity.rowsFailed);
    table.number(activity.bytesIn).number(activity.bytesOut).number(activity.queueWaitNs);
    table.number(activity.cpuUserNs).number(activity.cpuSystemNs).number(activity.gbNs);
    table.number(activity.peakBytes).number(activity.gcNs);
    table.number(activity.eventLoopUtilization).number(activity.droppedSpans);
    table.bool(span.sampled).text(span.nominalTime).endRow();
  }

  /**
   * @param redone runs whose merged rows come anew from their activities.
   * @returns how many rows came.
   */
  summaries(activities: readonly ActivityRow[], redone: ReadonlyMap<string, Owner>): number {
    const table = this.tables.run_summary;
    const rows = summarise(activities);
    for (const row of rows) {
      const { span, owner, isRun, isBatch, isStep } = row.activity;
      const { activity } = span;
      if (row.isMerged && redone.has(runKey(owner))) continue;
      if (row.isMerged) table.big(0n).big(0n).big(0n);
      else table.big(span.traceHi).big(span.traceLo).big(span.spanId);
      table.big(row.startNs).big(row.endNs).big(row.receivedNs).bool(row.failed);
      table.text(owner.pipeline).text(owner.run).text(owner.batch).text(owner.step);
      table.bool(isRun).bool(isBatch).bool(isStep).bool(row.rooted);
      table.text(activity.event).text(activity.runKind);
      table.text(activity.runOutcome ?? activity.attemptOutcome);
      table.number(row.rowsIn).big(row.rowsInNs).number(row.rowsOut).big(row.rowsOutNs);
      table.number(row.rowsFailed).bool(row.sampled).endRow();
    }
    return rows.length;
  }

  /** Notes whose rows a commit changed. */
  unsettled({ pipeline, run, batch }: Owner): void {
    this.tables.unsettled.text(pipeline).text(run).text(batch).endRow();
  }

  /** @param seq number of the commit. */
  uncounted(seq: bigint, { pipeline, minuteNs, operationKey, runId }: TouchedMinute): void {
    const table = this.tables.uncounted;
    table.big(seq).text(pipeline).big(minuteNs).big(operationKey).text(runId).endRow();
  }

  firstWins({ bucketNs, attempt, wins }: FirstWins): void {
    const { pipeline, run, step } = attempt.owner;
    this.tables.first_wins.big(bucketNs).text(pipeline).text(run).text(step).number(wins).endRow();
  }

  unsettledOperation(key: bigint, times: { firstNs: bigint; lastNs: bigint }): void {
    this.tables.unsettled_operations.big(key).big(times.firstNs).big(times.lastNs).endRow();
  }

  unsettledTry(key: bigint, startNs: bigint): void {
    this.tables.unsettled_tries.big(key).big(startNs).endRow();
  }

  attempt(row: AttemptRow): void {
    const table = this.tables.attempts;
    const { span, owner } = row;
    appendKey(table, span);
    table.big(span.endNs).text(span.name).text(owner.pipeline).text(owner.run);
    table.text(owner.batch).text(owner.step);
    table.big(row.operationKey).big(row.attemptKey).big(row.outerAttemptKey).number(row.number);
    table.text(row.outcome).text(span.activity.errorClass).number(span.activity.backoffMs);
    table.endRow();
  }

  dataNote({ span, owner }: DataNoteRow): void {
    const table = this.tables.data_notes;
    const check = span.data?.check ?? null;
    appendKey(table, span);
    table.big(span.endNs).text(owner.pipeline).text(owner.run).text(owner.batch).text(owner.step);
    table.text(check?.name ?? null).text(check?.outcome ?? null);
    table.number(check?.rows ?? null).number(check?.rowsFailed ?? null);
    table
      .text(span.data?.dataset ?? null)
      .bool(hasSucceeded(span))
      .endRow();
  }
}

/** Whether the work came to a good end, by its own word, else by its span's status; a start or heartbeat is no end. */
function hasSucceeded({ activity, failed }: SpanFacts): boolean {
  const outcome = activity.runOutcome ?? activity.attemptOutcome;
  if (activity.event !== null) return false;
  return outcome === null ? !failed : outcome === 'succeeded';
}

export const runKey = ({ pipeline, run }: Owner): string => JSON.stringify([pipeline, run]);

function appendKey(table: TableAppender, { traceHi, traceLo, spanId, startNs }: SpanKey): void {
  table.big(traceHi).big(traceLo).big(spanId).big(startNs);
}

/** A 64-bit integer from its words; beyond 2^53 to the nearest double. */
const asNumber = (words: Uint32Array, index: number): number =>
  (words[2 * index + 1] ?? 0) * 4_294_967_296 + (words[2 * index] ?? 0);
