/**
 * Writes one change set in one transaction. It resolves only after the COMMIT: what it wrote survives kill -9.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { AcceptedBatch, ChangeSet } from './attribution/changeSet.js';
import { BloomFilter } from './attribution/bloomFilter.js';
import type { LosingAttempts, Loss, LossChange } from './attribution/losingAttempts.js';
import type { SourceTable } from './attribution/sourceTable.js';
import { rollUp, type RollupRow } from './costRollup.js';
import type { IngestGroup } from './ingestBatch.js';
import { countSpan, MinuteCounts, minuteOf, type MinuteRow } from './minuteCounts.js';
import type { ActivityRow, AttemptRow, LineRow, SpanKey } from './rows.js';
import { TableAppender, type ColumnType } from './tableAppender.js';
import type { SqlTexts } from './sqlTexts.js';

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
  ],
  attempts: [
    ...KEY,
    'i64',
    ...texts(5),
    ...(['u64', 'u64', 'u64', 'i32'] as const),
    ...texts(2),
    'i64',
  ],
  price_versions: [...texts(6), 'i64'],
  span_minutes: ['i64', ...texts(2), ...bigs(3), 'text'],
  cost_rollup: ['i64', ...texts(7), ...bigs(7)],
  doomed: ['text', 'u64', 'u64', 'u64'],
  flipped: ['u64', 'i64', 'i64'],
  losing_attempts: ['u64', 'bool'],
} satisfies Record<string, ColumnType[]>;

type TableName = keyof typeof COLUMNS;

/** Additive rows between two merges of a table. */
const UNMERGED_MAX = 60_000;
/** A line under an attempt starts within it, but for the clocks of two machines. */
const CLOCK_SKEW_NS = 600_000_000_000n;

export class GroupWriter {
  readonly #connection: DuckDBConnection;
  readonly #sql: SqlTexts;
  readonly #sources: SourceTable;
  readonly #appenders: Record<TableName, TableAppender>;
  readonly #minutes = new MinuteCounts();
  readonly #losses: LosingAttempts;
  /** Attempts with lines that this process stored. */
  readonly #withLines = new BloomFilter(65_536);
  readonly #sinceNs: bigint;
  #unmergedRollup = 0;
  #unmergedMinutes = 0;

  constructor(
    connection: DuckDBConnection,
    state: {
      /** What starts after it can only have been stored by this process. */
      readonly sinceNs: bigint;
      readonly sql: SqlTexts;
      readonly sources: SourceTable;
      readonly losses: LosingAttempts;
    },
  ) {
    this.#connection = connection;
    this.#sql = state.sql;
    this.#sources = state.sources;
    this.#losses = state.losses;
    this.#sinceNs = state.sinceNs;
    this.#appenders = Object.fromEntries(
      Object.entries(COLUMNS).map(([table, types]) => [
        table,
        new TableAppender(connection, table, types),
      ]),
    ) as Record<TableName, TableAppender>;
  }

  async prepare(): Promise<void> {
    await this.#connection.run(this.#sql.get('create_doomed'));
    await this.#connection.run(this.#sql.get('create_flipped'));
  }

  async write(changes: ChangeSet, prices: IngestGroup['prices']): Promise<void> {
    try {
      await this.#connection.run('BEGIN');
      await this.#remove('delete_lines', changes.lines.remove, (row) => row.span);
      await this.#remove('delete_activities', changes.activities.remove, (key) => key);
      await this.#remove('delete_attempts', changes.attempts.remove, (row) => row.span);
      for (const accepted of changes.accepted) this.#appendSpans(accepted);
      this.#appendFacts(changes, prices);
      const rollup = await this.#judge(changes);
      for (const row of rollup) this.#appendRollup(row);
      for (const line of changes.lines.add) this.#appendLine(line);
      for (const activity of changes.activities.add) this.#appendActivity(activity);
      for (const attempt of changes.attempts.add) this.#appendAttempt(attempt);
      for (const appender of Object.values(this.#appenders)) await appender.finish();
      await this.#connection.run('COMMIT');
      this.#unmergedRollup += rollup.length;
    } catch (error) {
      for (const appender of Object.values(this.#appenders)) appender.abandon();
      this.#minutes.take();
      // A failed COMMIT has rolled back already; then this one has nothing to do.
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Merges additive rows once there are many. */
  async mergeIfMany(): Promise<void> {
    if (this.#unmergedRollup > UNMERGED_MAX) {
      this.#unmergedRollup = 0;
      await this.#merge('compact_rollup');
    }
    if (this.#unmergedMinutes > UNMERGED_MAX) {
      this.#unmergedMinutes = 0;
      await this.#merge('compact_minutes');
    }
  }

  async #merge(statements: string): Promise<void> {
    await this.#connection.run('BEGIN');
    try {
      await this.#connection.run(this.#sql.get(statements));
      await this.#connection.run('COMMIT');
    } catch (error) {
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /**
   * Decides what this commit's attempts won and lost. Lines that go give back what they added, lines that come are added
   * as they stand now, and lines that stay move by a statement of their own: rare, since an attempt and its calls mostly
   * arrive together.
   */
  async #judge({ lines, attempts }: ChangeSet): Promise<RollupRow[]> {
    const lossOf = (key: bigint | null): Loss | null => this.#losses.lossOf(key);
    const gone = rollUp(lines.remove, [], lossOf);
    const decided = await this.#losses.apply(attempts.remove, attempts.add);
    if (decided.length > 0) await this.#flip(decided);
    for (const { attemptKey } of lines.add)
      if (attemptKey !== null) this.#withLines.add(attemptKey);
    return [...gone, ...rollUp([], lines.add, lossOf)];
  }

  async #flip(decided: readonly LossChange[]): Promise<void> {
    const { flipped, losing_attempts } = this.#appenders;
    const sign = (loss: Loss, { before, after }: LossChange): number =>
      Number(after === loss) - Number(before === loss);
    // Until the statement below has run, the table of losses must hold no second row of an attempt.
    const changed = decided.filter(
      ({ attemptKey, before, firstNs }) =>
        before !== null || firstNs <= this.#sinceNs || this.#withLines.mayHave(attemptKey),
    );
    for (const change of changed) {
      flipped.big(change.attemptKey).number(sign('waste', change)).number(sign('failure', change));
      flipped.endRow();
    }
    if (changed.length > 0) {
      await flipped.finish();
      const first = changed.map(({ firstNs }) => firstNs).reduce((a, b) => (a < b ? a : b));
      const last = changed.map(({ lastNs }) => lastNs).reduce((a, b) => (a > b ? a : b));
      await this.#connection.run(this.#sql.get('delete_losing'));
      await this.#connection.run(this.#sql.get('flip_rollup'), {
        first: first - CLOCK_SKEW_NS,
        last: last + CLOCK_SKEW_NS,
      });
      await this.#connection.run(this.#sql.get('empty_flipped'));
      this.#unmergedRollup += changed.length;
    }
    for (const { attemptKey, after } of decided) {
      if (after !== null)
        losing_attempts
          .big(attemptKey)
          .bool(after === 'waste')
          .endRow();
    }
  }

  async #remove<Row extends object>(
    statement: string,
    rows: readonly Row[],
    keyOf: (row: Row) => SpanKey,
  ): Promise<void> {
    const [head] = rows;
    if (!head) return;
    const { doomed } = this.#appenders;
    let first = keyOf(head).startNs;
    let last = first;
    for (const row of rows) {
      const { startNs, traceHi, traceLo, spanId } = keyOf(row);
      if (startNs < first) first = startNs;
      if (startNs > last) last = startNs;
      const kind = 'kind' in row ? String(row.kind) : null;
      doomed.text(kind).big(traceHi).big(traceLo).big(spanId).endRow();
    }
    await doomed.finish();
    await this.#connection.run(this.#sql.get(statement), { first, last });
    await this.#connection.run(this.#sql.get('empty_doomed'));
  }

  #appendSpans({ batch, spans, sourceIds }: AcceptedBatch): void {
    const table = this.#appenders.spans;
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

  #appendFacts(changes: ChangeSet, prices: IngestGroup['prices']): void {
    const { sources, traces, price_versions, span_minutes } = this.#appenders;
    for (const source of changes.sources) {
      sources.number(source.sourceId).text(source.service).text(source.resource);
      sources.text(source.scope).endRow();
    }
    for (const hint of changes.hints) {
      traces.big(hint.hi).big(hint.lo).big(hint.firstNs).big(hint.lastNs).endRow();
    }
    for (const { price, knownAtNs } of prices) {
      price_versions.text(price.id).text(price.provider).text(price.model).text(price.tier);
      price_versions.text(price.units).text(price.source).big(knownAtNs).endRow();
    }
    const minutes = this.#minutes.take();
    this.#unmergedMinutes += minutes.length;
    for (const row of minutes) {
      span_minutes.big(row.minuteNs).text(row.service).text(row.name);
      span_minutes.number(row.spans).number(row.errors).number(Math.round(row.durationNs));
      span_minutes.text([...row.buckets].map(([bucket, count]) => `${bucket}:${count}`).join(' '));
      span_minutes.endRow();
    }
  }

  #appendRollup(row: RollupRow): void {
    const table = this.#appenders.cost_rollup;
    const { kind, owner } = row.line;
    table.big(row.bucketNs).text(kind).text(owner.pipeline).text(owner.run).text(owner.batch);
    table.text(owner.step).text(row.model).text(owner.team);
    table.number(row.lines).number(row.excluded).number(row.unpriced).number(row.tokens);
    table.big(row.costNano).big(row.wasteNano).big(row.failureNano).endRow();
  }

  #appendLine(row: LineRow): void {
    const table = this.#appenders.bill_lines;
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
      .endRow();
  }

  #appendActivity(row: ActivityRow): void {
    const table = this.#appenders.activities;
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
    table.bool(span.sampled).endRow();
  }

  #appendAttempt(row: AttemptRow): void {
    const table = this.#appenders.attempts;
    const { span, owner } = row;
    appendKey(table, span);
    table.big(span.endNs).text(span.name).text(owner.pipeline).text(owner.run);
    table.text(owner.batch).text(owner.step);
    table.big(row.operationKey).big(row.attemptKey).big(row.outerAttemptKey).number(row.number);
    table.text(row.outcome).text(span.activity.errorClass).number(span.activity.backoffMs);
    table.endRow();
  }
}

function appendKey(table: TableAppender, { traceHi, traceLo, spanId, startNs }: SpanKey): void {
  table.big(traceHi).big(traceLo).big(spanId).big(startNs);
}

/** A 64-bit integer from its words; beyond 2^53 to the nearest double. */
const asNumber = (words: Uint32Array, index: number): number =>
  (words[2 * index + 1] ?? 0) * 4_294_967_296 + (words[2 * index] ?? 0);
