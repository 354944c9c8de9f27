/**
 * The sums of costs in the memory of the process that owns the database: one row a quarter of an hour, origin and place, as
 * in `cost_quarters`. Half a million rows of it add up in the time in which the database plans a question about them.
 *
 * It follows each commit after it is on disk, so that who was told of a commit finds it here. The table stays what counts:
 * each merge of it is held against this memory, which is read anew where they differ.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RollupRow } from '../costRollup.js';
import type { QueryParams, QueryRow } from '../protocol.js';
import type { SqlTexts } from '../sqlTexts.js';
import { budgetEdge } from './budgetEdge.js';
import { budgetSpend } from './budgetSpend.js';
import { Calendars, type Calendar } from './calendars.js';
import { costChanges } from './costChanges.js';
import { costGroups } from './costGroups.js';
import { costPeriods } from './costPeriods.js';
import type { CubeAnswer } from './cubeAnswer.js';
import { CubeNames, type PlaceFacts } from './cubeNames.js';
import {
  CUBE_ROWS_MAX,
  quarterOf,
  isWithin,
  together,
  CubeRows,
  type Stretch,
} from './cubeRows.js';
import { loadCube } from './loadCube.js';
import { modelsUsed } from './modelsUsed.js';
import { overviewCosts } from './overviewCosts.js';
import { areCurrent, QuarterLines, rowsOfCuts } from './quarterLines.js';
import { placeFactsOf, type AddedSums, type SettledPlace } from './storedSums.js';

/** Questions that it answers, by the name of the SQL that gives the same rows. */
const ANSWERS: Readonly<Record<string, (params: QueryParams, known: Stretch) => CubeAnswer>> = {
  costs: costGroups,
  costs_of_origins: costGroups,
  cost_periods: costPeriods,
  cost_periods_of_origins: costPeriods,
  cost_changes: costChanges,
  overview_costs: overviewCosts,
  budget_spend: budgetSpend,
  budget_edge: budgetEdge,
  models_used: modelsUsed,
};

/** What changed since a reading of the table began, to be done again on what it brings. */
type Change = (loaded: Loaded) => void;

interface Loaded {
  readonly rows: CubeRows;
  readonly names: CubeNames;
}

/** A question, and what the cube was when it was asked. */
export interface CubeQuestion {
  readonly answer: CubeAnswer;
  readonly rows: CubeRows;
  /** Its `changes`. */
  readonly since: number;
  /** Of the cube as a whole. */
  readonly changes: number;
  /** Number of commits. */
  readonly commits: number;
  /** All quarters that anything was known of. */
  readonly known: Stretch;
}

/** Besides rows: an origin takes 1 to 5 kB, a place 600 bytes. */
const ORIGINS_MAX = 20_000;
const PLACES_MAX = 300_000;
/** Quarters of which a question has names made: ten years; of clocks that were wrong the database names what there is. */
const CALENDAR_MAX = 350_000;

export class CostCube {
  readonly #sql: SqlTexts;
  readonly #connect: () => Promise<DuckDBConnection>;
  readonly #rowsMax: number;
  readonly #warn: (message: string) => void;
  readonly #calendars: Calendars;
  readonly #lines: QuarterLines;
  #loaded: Loaded | null = null;
  /** While the table is read. */
  #waiting: Change[] | null = null;
  /** Told so far. */
  #changes = 0;
  #commits = 0;
  /** Read after so many commits: what is not settled stays so until the next one. */
  #stale: { readonly commits: number; readonly places: Promise<SettledPlace[]> } | null = null;

  constructor({
    sql,
    connect,
    rowsMax,
    warn,
  }: {
    readonly sql: SqlTexts;
    readonly connect: () => Promise<DuckDBConnection>;
    /** With more rows, questions go to the database. */
    readonly rowsMax: number;
    /** Told what an operator should know of. */
    readonly warn: (message: string) => void;
  }) {
    this.#sql = sql;
    this.#connect = connect;
    this.#warn = warn;
    this.#rowsMax = Math.min(rowsMax, CUBE_ROWS_MAX);
    this.#calendars = new Calendars(sql);
    this.#lines = new QuarterLines(sql);
  }

  /**
   * Begins to read the table, between two commits: those that follow are told, and take place meanwhile. What goes wrong
   * leaves questions to the database.
   * @returns when they may.
   */
  async load(): Promise<void> {
    this.#loaded = null;
    const waiting: Change[] = [];
    this.#waiting = waiting;
    let connection: DuckDBConnection | null = null;
    const end = (): void => {
      if (this.#waiting === waiting) this.#waiting = null;
      connection?.closeSync();
    };
    const fail = (error: unknown): void => {
      end();
      this.#warn(`${ASKED_OF_DATABASE}: ${String(error)}`);
    };
    try {
      connection = await this.#connect();
      await connection.run('BEGIN');
      // A snapshot is that of the first reading.
      const totals = await this.#totals(connection);
      if (!this.#fits(totals)) {
        end();
        return;
      }
      this.#read(connection, waiting, totals).then(end, fail);
    } catch (error) {
      fail(error);
    }
  }

  async #read(
    connection: DuckDBConnection,
    waiting: readonly Change[],
    totals: readonly bigint[],
  ): Promise<void> {
    const rowCount = Number(totals[2] ?? 0n);
    const loaded =
      rowCount === 0
        ? { rows: new CubeRows(), names: new CubeNames() }
        : await loadCube(connection, this.#sql, rowCount);
    // Somebody began anew meanwhile.
    if (this.#waiting !== waiting) return;
    if (!agree(loaded.rows, totals)) throw new Error(DISAGREE);
    for (const change of waiting) change(loaded);
    this.#loaded = loaded;
    this.#bound();
  }

  /** Holds memory against the table, between two commits on the writer's connection, and reads anew if they differ. */
  async check(connection: DuckDBConnection): Promise<void> {
    if (this.#waiting) return;
    const totals = await this.#totals(connection);
    if (this.#loaded && agree(this.#loaded.rows, totals)) return;
    if (this.#loaded) this.#warn(DISAGREE);
    if (this.#fits(totals)) await this.load();
    else this.#loaded = null;
  }

  /** Origins, places, rows and the sums of these. */
  async #totals(connection: DuckDBConnection): Promise<bigint[]> {
    const found = await connection.runAndReadAll(this.#sql.get('cost_quarters_total'));
    return (found.getRows()[0] ?? []) as bigint[];
  }

  #fits([origins = 0n, places = 0n, rows = 0n]: readonly bigint[]): boolean {
    return origins <= ORIGINS_MAX && places <= PLACES_MAX && rows <= this.#rowsMax;
  }

  /** After each COMMIT, and before what it changed is told. */
  committed(): void {
    this.#commits++;
  }

  /** After the COMMIT of these. */
  added(rollup: readonly RollupRow[], more: readonly AddedSums[]): void {
    if (rollup.length + more.length === 0) return;
    this.#change(({ rows, names }) => {
      for (const { bucketNs, origin, place, tokens, ...sums } of rollup) {
        const { owner } = place;
        const { kind, attempt, model, provider } = origin;
        const { pipeline, step, team, environment, tags } = origin.owner;
        const added = {
          origin: names.addOrigin({
            ...{ key: origin.key, kind, attempt, model, provider },
            ...{ pipeline, step, team, environment, tags },
          }),
          place: names.addPlace(place.key, { runId: owner.run, batch: owner.batch }),
        };
        rows.add({ quarter: quarterOf(bucketNs), ...added }, { ...sums, tokens: BigInt(tokens) });
      }
      for (const { bucketNs, origin, place, sums } of more) {
        const [originId, placeId] = [names.originId(origin), names.placeId(place)];
        // They move cost of stored lines.
        if (originId === undefined || placeId === undefined) throw new Error('unknown cost');
        rows.add({ quarter: quarterOf(bucketNs), origin: originId, place: placeId }, sums);
      }
    });
  }

  /** After the COMMIT of these. */
  settled(places: readonly SettledPlace[]): void {
    if (places.length === 0) return;
    this.#change(({ names }) => {
      for (const { key, facts } of places) {
        const place = names.placeId(key);
        if (place !== undefined) names.settle(place, facts);
      }
    });
  }

  /** Whether it is worth a `take`. */
  answers(name: string): boolean {
    return this.#loaded !== null && Object.hasOwn(ANSWERS, name);
  }

  /** Before the snapshot is taken that the question is asked in. null: ask the database. */
  take(name: string, params: QueryParams): CubeQuestion | null {
    const answer = ANSWERS[name];
    if (!this.#loaded || !answer) return null;
    const { rows, names } = this.#loaded;
    const known = together(rows.stretch, names.starts);
    const taken = answer(params, known);
    if (taken.calendars.some(({ from, to }) => to - from > CALENDAR_MAX)) return null;
    const { changes: since } = rows;
    const [changes, commits] = [this.#changes, this.#commits];
    return { answer: taken, rows, since, changes, commits, known };
  }

  /**
   * Gives the rows of an answer as of the snapshot of `connection`'s transaction, or of a commit after it.
   * @returns null when a commit came in between: take it again, in another snapshot.
   * @throws TooMuch when the database must be asked.
   */
  async ask(
    connection: DuckDBConnection,
    { answer, known, ...read }: CubeQuestion,
  ): Promise<QueryRow[] | null> {
    const better = answer.looksAtPlaces ? await this.#stalePlaces(connection, read.commits) : [];
    const calendars: Calendar[] = [];
    for (const question of answer.calendars) {
      calendars.push(await this.#calendars.of(connection, question));
    }
    const present = await this.#lines.read(connection, answer.present, read);
    const previous = await this.#lines.read(connection, answer.previous, read);
    // From here on in one turn: no commit comes in between.
    if (this.#loaded?.rows !== read.rows) return null;
    const { rows, names } = this.#loaded;
    if (answer.looksAtPlaces && this.#changes !== read.changes) return null;
    // A quarter was changed of which the snapshot has the lines as they were.
    if (!areCurrent(rows, [...present, ...previous])) return null;
    const edges = { present: rowsOfCuts(names, present), previous: rowsOfCuts(names, previous) };
    if (!edges.present || !edges.previous) return null;
    const facts = new Map<number, PlaceFacts>();
    for (const { key, facts: found } of better) {
      const place = names.placeId(key);
      if (place !== undefined) facts.set(place, found);
    }
    const snapshot = { rows, names, edges: { present: edges.present, previous: edges.previous } };
    return names.withFacts(facts, () =>
      // There are quarters now that the question has no names for.
      isWithin(together(rows.stretch, names.starts), known)
        ? answer.rowsOf(snapshot, calendars)
        : null,
    );
  }

  /** Working it out takes longer than adding up: questions between two commits share it. */
  async #stalePlaces(connection: DuckDBConnection, commits: number): Promise<SettledPlace[]> {
    const known = this.#stale;
    // Who reads it may be interrupted.
    if (known?.commits === commits)
      return known.places.catch(() => this.#readStalePlaces(connection));
    const places = this.#readStalePlaces(connection);
    const stale = { commits, places };
    this.#stale = stale;
    places.catch(() => {
      if (this.#stale === stale) this.#stale = null;
    });
    return places;
  }

  async #readStalePlaces(connection: DuckDBConnection): Promise<SettledPlace[]> {
    const found = await connection.runAndReadAll(this.#sql.get('any_unsettled'));
    if (found.getRows()[0]?.[0] !== true) return [];
    const rows = await connection.runAndReadAll(this.#sql.get('stale_places'));
    return placeFactsOf(rows.getRows());
  }

  #change(change: Change): void {
    this.#changes++;
    this.#waiting?.push(change);
    if (!this.#loaded) return;
    try {
      change(this.#loaded);
    } catch (error) {
      // What memory cannot follow it must not answer from: the next merge reads the table anew.
      this.#loaded = null;
      this.#warn(`${ASKED_OF_DATABASE}: ${String(error)}`);
    }
    this.#bound();
  }

  #bound(): void {
    if (!this.#loaded) return;
    const { rows, names } = this.#loaded;
    const counts = [names.origins.length, names.runOf.length, rows.size].map(BigInt);
    if (!this.#fits(counts)) this.#loaded = null;
  }
}

const ASKED_OF_DATABASE = 'sums of costs are asked of the database';
const DISAGREE = 'the sums of costs in memory are not those of the database: they are read anew';

/** @param totals of `cost_quarters_total.sql`. */
const agree = (rows: CubeRows, totals: readonly bigint[]): boolean =>
  rows.total().every((sum, index) => sum === totals[index + 3]);
