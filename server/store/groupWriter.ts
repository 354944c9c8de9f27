/**
 * Writes one change set in one transaction. It resolves only after the COMMIT: what it wrote survives kill -9.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { BloomFilter } from './attribution/bloomFilter.js';
import type { ChangeSet } from './attribution/changeSet.js';
import type { LosingAttempts, Loss, LossChange } from './attribution/losingAttempts.js';
import type { SourceTable } from './attribution/sourceTable.js';
import type { Command } from './commands/command.js';
import type { Restated } from './commands/repriceChunk.js';
import { CostKeys } from './costKeys.js';
import { rollUp, type RollupRow } from './costRollup.js';
import type { CostCube } from './cube/costCube.js';
import { movedSumsOf, placeFactsOf, type AddedSums } from './cube/storedSums.js';
import { listValue } from './duckdb.js';
import type { IngestGroup } from './ingestBatch.js';
import { firstWins } from './firstWins.js';
import { RetriedOperations } from './retriedOperations.js';
import { RollupNames } from './rollupNames.js';
import { RowAppenders, runKey } from './rowAppenders.js';
import type { ActivityRow, Owner, SpanKey } from './rows.js';
import { isMergeable } from './runSummary.js';
import type { SqlTexts } from './sqlTexts.js';
import { touchedMinutes } from './touchedMinutes.js';

/** A line under an attempt starts within it, but for the clocks of two machines. */
const CLOCK_SKEW_NS = 600_000_000_000n;
/** After all that is ever stored. */
const NEVER_NS = 2n ** 63n - 1n;

export class GroupWriter {
  readonly #connection: DuckDBConnection;
  readonly #sql: SqlTexts;
  readonly #rows: RowAppenders;
  readonly #losses: LosingAttempts;
  /** Attempts with lines that this process stored. */
  readonly #withLines = new BloomFilter(65_536);
  readonly #sinceNs: bigint;
  readonly #unmergedRowsMax: number;
  readonly #cube: CostCube;
  readonly #costKeys = new CostKeys();
  readonly #rollupNames = new RollupNames();
  #unmergedRollup = 0;
  #unmergedMinutes = 0;
  #unmergedSummaries = 0;
  /** What the table of the same name holds, as far as this process wrote it. */
  readonly #unsettled = new Set<string>();
  readonly #retried: RetriedOperations;
  #hasRestated = false;
  /** Number of the newest commit that noted minutes; they only grow, across starts too. */
  #commits = 0n;

  constructor(
    connection: DuckDBConnection,
    state: {
      /** What starts after it can only have been stored by this process. */
      readonly sinceNs: bigint;
      readonly sql: SqlTexts;
      readonly sources: SourceTable;
      readonly losses: LosingAttempts;
      readonly unmergedRowsMax: number;
      /** Told of what is on disk. */
      readonly cube: CostCube;
    },
  ) {
    this.#connection = connection;
    this.#sql = state.sql;
    this.#losses = state.losses;
    this.#sinceNs = state.sinceNs;
    this.#unmergedRowsMax = state.unmergedRowsMax;
    this.#cube = state.cube;
    this.#rows = new RowAppenders(connection, state.sources);
    this.#retried = new RetriedOperations(state.losses, state.sinceNs);
  }

  async prepare(): Promise<void> {
    await this.#connection.run(this.#sql.get('create_doomed'));
    await this.#connection.run(this.#sql.get('create_flipped'));
    await this.#connection.run(this.#sql.get('create_incoming_names'));
    const newest = await this.#connection.runAndReadAll(this.#sql.get('newest_uncounted'));
    this.#commits = (newest.getRows()[0]?.[0] ?? 0n) as bigint;
    await this.#retried.restore(this.#connection, this.#sql);
  }

  async write(changes: ChangeSet, prices: IngestGroup['prices']): Promise<void> {
    try {
      await this.#connection.run('BEGIN');
      await this.#remove('delete_lines', changes.lines.remove, (row) => row.span);
      await this.#remove(
        'delete_activities',
        changes.activities.remove,
        (row) => row.span,
        'delete_summaries',
      );
      await this.#remove('delete_attempts', changes.attempts.remove, (row) => row.span);
      await this.#remove('delete_data_notes', changes.notes.remove, (row) => row.span);
      for (const accepted of changes.accepted) {
        this.#rows.spans(accepted);
        // Questions are taken and answered in between.
        await nextTurn();
      }
      const minutes = this.#rows.facts(changes, prices);
      const { rollup, moved } = await this.#judge(changes);
      for (const row of rollup) this.#rows.rollup(row);
      this.#rollupNames.note(rollup, this.#rows);
      const wins = firstWins(changes.attempts);
      for (const row of wins) this.#rows.firstWins(row);
      await nextTurn();
      for (const line of changes.lines.add) this.#rows.line(line);
      await nextTurn();
      const redone = runsToMergeAnew(changes.activities.remove);
      for (const activity of changes.activities.add) this.#rows.activity(activity);
      const summaries = this.#rows.summaries(changes.activities.add, redone);
      await nextTurn();
      for (const attempt of changes.attempts.add) this.#rows.attempt(attempt);
      for (const note of changes.notes.add) this.#rows.dataNote(note);
      const noted = this.#noteUnsettled(changes);
      const touched = touchedMinutes(changes);
      if (touched.length > 0) this.#commits++;
      for (const minute of touched) this.#rows.uncounted(this.#commits, minute);
      await nextTurn();
      await this.#rows.finish();
      await this.#rollupNames.store(this.#connection, this.#sql);
      await this.#mergeAnew(redone, changes.activities.add);
      for (const [hour, spans] of changes.resent) {
        await this.#connection.run(this.#sql.get('insert_resent'), { hour, spans: BigInt(spans) });
      }
      await this.#connection.run('COMMIT');
      this.#cube.committed();
      this.#cube.added(rollup, moved);
      for (const key of noted) this.#unsettled.add(key);
      this.#retried.committed();
      this.#rollupNames.committed();
      this.#unmergedRollup += rollup.length + wins.length;
      this.#unmergedMinutes += minutes;
      this.#unmergedSummaries += summaries;
    } catch (error) {
      this.#rows.abandon();
      this.#rollupNames.abandon();
      // A failed COMMIT has rolled back already; then this one has nothing to do.
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Whether commits touched batches that are not settled since. */
  get hasUnsettled(): boolean {
    return this.#unsettled.size > 0 || this.#hasRestated || this.#retried.hasUnsettled;
  }

  /** Runs a command that changes costs of stored lines, and so unsettles their batches. */
  async restate<Payload, Result>(
    command: Command<Payload, Restated<Result>>,
    payload: Payload,
  ): Promise<Restated<Result>> {
    const result = await this.command(command, payload);
    this.#cube.added([], result.moved);
    this.#hasRestated = true;
    this.#retried.restated();
    return result;
  }

  /** Sums up the batches that commits touched, so that lists need not. */
  async settle(): Promise<void> {
    const isQuiet = this.#unsettled.size === 0 && !this.#hasRestated;
    const copies = isQuiet || this.#retried.isDue();
    const settled = await this.command(async ({ connection, sql }) => {
      await connection.run(sql.get('settle_batches'));
      const places = await connection.runAndReadAll(sql.get('settled_now'));
      await connection.run(sql.get('drop_settling'));
      if (copies) await this.#retried.settle(connection, sql);
      return placeFactsOf(places.getRows());
    }, undefined);
    this.#cube.settled(settled);
    if (copies) this.#retried.settled();
    this.#unsettled.clear();
    this.#hasRestated = false;
  }

  /** Runs a command in a transaction of its own. */
  async command<Payload, Result>(
    command: Command<Payload, Result>,
    payload: Payload,
  ): Promise<Result> {
    await this.#connection.run('BEGIN');
    try {
      const result = await command({ connection: this.#connection, sql: this.#sql }, payload);
      await this.#connection.run('COMMIT');
      this.#cube.committed();
      return result;
    } catch (error) {
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Merges additive rows once there are many. */
  async mergeIfMany(): Promise<void> {
    if (this.#unmergedRollup > this.#unmergedRowsMax) {
      this.#unmergedRollup = 0;
      this.#rollupNames.forget();
      await this.#merge('compact_rollup');
      await this.#cube.check(this.#connection);
    }
    if (this.#unmergedSummaries > this.#unmergedRowsMax) {
      this.#unmergedSummaries = 0;
      await this.#merge('compact_summary');
    }
    if (this.#unmergedMinutes > this.#unmergedRowsMax) {
      this.#unmergedMinutes = 0;
      await this.#merge('compact_minutes');
    }
  }

  /** @param added activities of this commit: some of the runs' rows stand nowhere else yet. */
  async #mergeAnew(runs: ReadonlyMap<string, Owner>, added: readonly ActivityRow[]): Promise<void> {
    if (runs.size === 0) return;
    const owners = [...runs.values()];
    const values = {
      pipelines: listValue(owners.map(({ pipeline }) => pipeline)),
      runIds: listValue(owners.map(({ run }) => run)),
    };
    const found = await this.#connection.runAndReadAll(this.#sql.get('run_start'), values);
    const stored = found.getRows()[0]?.[0] as bigint | null | undefined;
    const starts = added.map(({ span }) => span.startNs);
    const first = [...starts, ...(stored ? [stored] : [])].reduce(
      (a, b) => (a < b ? a : b),
      NEVER_NS,
    );
    await this.#connection.run(this.#sql.get('delete_merged'), values);
    await this.#connection.run(this.#sql.get('insert_merged'), { ...values, first });
  }

  /** @returns what is new in the table. */
  #noteUnsettled({ lines, activities, attempts }: ChangeSet): string[] {
    const owners = new Set<Owner>();
    for (const { add, remove } of [lines, activities, attempts]) {
      for (const { owner } of add) owners.add(owner);
      for (const { owner } of remove) owners.add(owner);
    }
    const noted = new Set<string>();
    for (const owner of owners) {
      const key = JSON.stringify([owner.pipeline, owner.run, owner.batch]);
      if (noted.has(key) || this.#unsettled.has(key)) continue;
      noted.add(key);
      this.#rows.unsettled(owner);
    }
    return [...noted];
  }

  async #merge(statements: string): Promise<void> {
    await this.command(({ connection, sql }) => connection.run(sql.get(statements)), undefined);
  }

  /**
   * Decides what this commit's attempts won and lost. Lines that go give back what they added, lines that come are added
   * as they stand now, and lines that stay move by a statement of their own: rare, since an attempt and its calls mostly
   * arrive together.
   */
  async #judge(
    changes: ChangeSet,
  ): Promise<{ readonly rollup: RollupRow[]; readonly moved: AddedSums[] }> {
    const { lines, attempts } = changes;
    const lossOf = (key: bigint | null): Loss | null => this.#losses.lossOf(key);
    const context = { keys: this.#costKeys, lossOf };
    const gone = rollUp(lines.remove, [], context);
    this.#retried.look(attempts.add);
    const decided = await this.#losses.apply(attempts.remove, attempts.add);
    this.#retried.note(changes, decided, this.#rows);
    const moved = decided.length > 0 ? await this.#flip(decided) : [];
    for (const { attemptKey } of lines.add)
      if (attemptKey !== null) this.#withLines.add(attemptKey);
    return { rollup: [...gone, ...rollUp([], lines.add, context)], moved };
  }

  /** @returns what it added to `cost_quarters`. */
  async #flip(decided: readonly LossChange[]): Promise<AddedSums[]> {
    const { flipped, losing_attempts } = this.#rows.tables;
    const sign = (loss: Loss, { before, after }: LossChange): number =>
      Number(after === loss) - Number(before === loss);
    // Until the statement below has run, the table of losses must hold no second row of an attempt.
    const changed = decided.filter(
      ({ attemptKey, before, firstNs }) =>
        before !== null || firstNs <= this.#sinceNs || this.#withLines.mayHave(attemptKey),
    );
    let moved: AddedSums[] = [];
    for (const change of changed) {
      flipped.big(change.attemptKey).number(sign('waste', change)).number(sign('failure', change));
      flipped.endRow();
    }
    if (changed.length > 0) {
      await flipped.finish();
      const first = changed.map(({ firstNs }) => firstNs).reduce((a, b) => (a < b ? a : b));
      const last = changed.map(({ lastNs }) => lastNs).reduce((a, b) => (a > b ? a : b));
      await this.#connection.run(this.#sql.get('delete_losing'));
      const returned = await this.#connection.runAndReadAll(this.#sql.get('flip_rollup'), {
        first: first - CLOCK_SKEW_NS,
        last: last + CLOCK_SKEW_NS,
      });
      moved = movedSumsOf(returned.getRows());
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
    return moved;
  }

  async #remove<Row extends object>(
    statement: string,
    rows: readonly Row[],
    keyOf: (row: Row) => SpanKey,
    also?: string,
  ): Promise<void> {
    const [head] = rows;
    if (!head) return;
    const { doomed } = this.#rows.tables;
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
    if (also) await this.#connection.run(this.#sql.get(also), { first, last });
    await this.#connection.run(this.#sql.get('empty_doomed'));
  }
}

/** Runs that lose a row that was merged: merged rows can give nothing back. */
function runsToMergeAnew(removed: readonly ActivityRow[]): Map<string, Owner> {
  return new Map(removed.filter(isMergeable).map(({ owner }) => [runKey(owner), owner]));
}
