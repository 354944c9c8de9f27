/**
 * Lines of the quarters that the ends of a range cut. Those of a quarter are kept until it changes: ranges that end now, or
 * began a day ago, cut the same quarters again and again.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { originKeyOf, placeKeyOf } from '../costKeys.js';
import type { SqlTexts } from '../sqlTexts.js';
import type { Bounds } from './cubeQuestion.js';
import type { CubeNames } from './cubeNames.js';
import { BUCKET_NS } from '../costRollup.js';
import { CubeRows, quarterOf, type CubeSums } from './cubeRows.js';
import { TooMuch } from './tooMuch.js';

/** Counted lines of one start, origin and place. */
interface Lines {
  readonly startNs: bigint;
  readonly origin: bigint;
  readonly place: bigint;
  readonly sums: CubeSums;
}

/** What was read of one quarter. */
interface CutLines {
  readonly quarter: number;
  /** Those of which `since` is the number of `changes` before the snapshot that the lines are of: it has all of them. */
  readonly rows: CubeRows;
  readonly since: number;
  readonly lines: readonly Lines[];
}

const KEPT_MAX = 32;
/** With more lines a quarter is added up by the database each time. */
const LINES_MAX = 2_000;
/** Rows that the database may give for it: making a key of each takes longer than asking all of it otherwise. */
const ROWS_MAX = 5_000;

export class QuarterLines {
  readonly #sql: SqlTexts;
  readonly #kept = new Map<number, CutLines>();

  constructor(sql: SqlTexts) {
    this.#sql = sql;
  }

  /**
   * Reads what of a range is in no whole quarter.
   * @param since `changes` of the rows before the connection's snapshot.
   * @throws TooMuch
   */
  async read(
    connection: DuckDBConnection,
    bounds: Bounds | null,
    { rows, since }: { readonly rows: CubeRows; readonly since: number },
  ): Promise<CutLines[]> {
    if (!bounds) return [];
    const { from, firstWhole, endWhole, to } = bounds;
    const found: CutLines[] = [];
    for (const cut of [...cutsOf(from, firstWhole), ...cutsOf(endWhole, to)]) {
      const quarter = quarterOf(cut.from);
      const { lines } = rows.quarter(quarter);
      if (lines === 0) {
        found.push({ quarter, rows, since, lines: [] });
        continue;
      }
      if (lines > LINES_MAX) {
        const sums = await this.#ask(connection, { ...cut, grain: BUCKET_NS });
        found.push({ quarter, rows, since, lines: sums });
        continue;
      }
      const whole = await this.#whole(connection, quarter, { rows, since });
      const own = whole.lines.filter(({ startNs }) => startNs >= cut.from && startNs < cut.to);
      found.push({ ...whole, lines: own });
    }
    return found;
  }

  async #whole(
    connection: DuckDBConnection,
    quarter: number,
    { rows, since }: { readonly rows: CubeRows; readonly since: number },
  ): Promise<CutLines> {
    const known = this.#kept.get(quarter);
    if (known && areCurrent(rows, [known])) return known;
    const from = BigInt(quarter) * BUCKET_NS;
    const lines = await this.#ask(connection, { from, to: from + BUCKET_NS, grain: 1n });
    const read = { quarter, rows, since, lines };
    this.#keep(quarter, read);
    return read;
  }

  async #ask(
    connection: DuckDBConnection,
    range: { readonly from: bigint; readonly to: bigint; readonly grain: bigint },
  ): Promise<Lines[]> {
    const max = BigInt(ROWS_MAX + 1);
    const result = await connection.runAndReadAll(this.#sql.get('cost_lines'), { ...range, max });
    if (result.currentRowCount > ROWS_MAX) throw new TooMuch();
    return result.getRowObjects().map((row): Lines => {
      const text = (name: string) => row[name] as string | null;
      const big = (name: string) => row[name] as bigint;
      const isModel = row['kind'] === 'model';
      const owner = {
        pipeline: String(row['pipeline']),
        ...{ run: String(row['run_id']), batch: text('batch'), step: text('step') },
        ...{ team: text('team'), environment: text('environment'), tags: text('tags') },
        reservation: null,
      };
      return {
        startNs: big('start_ns'),
        origin: originKeyOf({
          kind: isModel ? 'model' : 'compute',
          owner,
          model: isModel ? text('model') : null,
          provider: isModel ? text('provider') : null,
          attempt: row['attempt'] as number | null,
          inAttempt: row['in_attempt'] === true,
        }),
        place: placeKeyOf(owner),
        sums: {
          lines: Number(row['lines']),
          unpriced: Number(row['unpriced']),
          tokens: big('tokens'),
          costNano: big('cost_nano'),
          wasteNano: big('waste_nano'),
          failureNano: big('failure_nano'),
        },
      };
    });
  }

  /** The one that was read first goes. */
  #keep(quarter: number, kept: CutLines): void {
    this.#kept.delete(quarter);
    this.#kept.set(quarter, kept);
    const [first] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && first !== undefined) this.#kept.delete(first);
  }
}

/** Whether quarters are as they were when their lines were read. */
export const areCurrent = (rows: CubeRows, cuts: readonly CutLines[]): boolean =>
  cuts.every(
    ({ quarter, rows: read, since }) => read === rows && rows.quarter(quarter).changedAt <= since,
  );

/** @returns null when a line is of what is not known here. */
export function rowsOfCuts(names: CubeNames, cuts: readonly CutLines[]): CubeRows | null {
  const rows = new CubeRows();
  for (const { quarter, lines } of cuts) {
    for (const { origin, place, sums } of lines) {
      const [originId, placeId] = [names.originId(origin), names.placeId(place)];
      if (originId === undefined || placeId === undefined) return null;
      rows.add({ quarter, origin: originId, place: placeId }, sums);
    }
  }
  return rows;
}

/** [from, to) by quarters of an hour. */
function cutsOf(from: bigint, to: bigint): { from: bigint; to: bigint }[] {
  const cuts: { from: bigint; to: bigint }[] = [];
  for (let at = from; at < to;) {
    const next = BigInt(quarterOf(at) + 1) * BUCKET_NS;
    const end = next < to ? next : to;
    cuts.push({ from: at, to: end });
    at = end;
  }
  return cuts;
}
