/** Reads the cube from the database. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { SqlTexts } from '../sqlTexts.js';
import { CubeNames, type CostPlaceName } from './cubeNames.js';
import { CubeRows } from './cubeRows.js';
import { placeFactsOf } from './storedSums.js';

interface StoredPlace {
  readonly key: bigint;
  readonly name: CostPlaceName;
}

/** Column of `load_cost_quarters.sql`. */
const PLACE = 2;

export async function loadCube(
  connection: DuckDBConnection,
  sql: SqlTexts,
  /** How many rows `cost_quarters` has. */
  rowCount: number,
): Promise<{ rows: CubeRows; names: CubeNames }> {
  const names = new CubeNames();
  const read = async (query: string): Promise<DuckDBValue[][]> =>
    (await connection.runAndReadAll(sql.get(query))).getRows();
  for (const row of await read('load_cost_origins')) {
    const [key, kind, pipeline, step, model, provider, team, environment, attempt, tags] = row;
    const text = (value: DuckDBValue | undefined) => (value ?? null) as string | null;
    names.addOrigin({
      ...{ key: key as bigint, kind: String(kind), pipeline: String(pipeline) },
      ...{ step: text(step), model: text(model), provider: text(provider), team: text(team) },
      ...{ environment: text(environment), tags: text(tags) },
      attempt: (attempt ?? null) as number | null,
    });
  }
  const places: StoredPlace[] = [];
  for await (const rows of piecesOf(connection, sql.get('load_cost_places'))) {
    for (const [key, runId, batch] of rows) {
      const name = { runId: String(runId), batch: (batch ?? null) as string | null };
      places.push({ key: key as bigint, name });
    }
  }
  const rows = await loadRows(connection, sql, { names, places, rowCount });
  for await (const settled of piecesOf(connection, sql.get('settled_places'))) {
    for (const { key, facts } of placeFactsOf(settled)) {
      const place = names.placeId(key);
      if (place !== undefined) names.settle(place, facts);
    }
  }
  return { rows, names };
}

/** Commits and questions are taken and answered in between. */
async function* piecesOf(
  connection: DuckDBConnection,
  query: string,
): AsyncGenerator<DuckDBValue[][]> {
  const result = await connection.stream(query);
  for await (const rows of result.yieldRows()) {
    yield rows;
    await nextTurn();
  }
}

/**
 * Numbers places as rows come to them: a scan that meets them in the order of their numbers finds what it knows of the next one
 * in the processor's caches.
 */
async function loadRows(
  connection: DuckDBConnection,
  sql: SqlTexts,
  {
    names,
    places,
    rowCount,
  }: {
    readonly names: CubeNames;
    readonly places: readonly StoredPlace[];
    readonly rowCount: number;
  },
): Promise<CubeRows> {
  const rows = new CubeRows(rowCount);
  /** By number in `places`: that in `names` + 1. */
  const numbers = new Int32Array(places.length);
  const numberOf = (index: number): number => {
    const known = numbers[index] ?? 0;
    const place = places[index];
    if (known > 0 || !place) return known - 1;
    const number = names.addPlace(place.key, place.name);
    numbers[index] = number + 1;
    return number;
  };
  const result = await connection.stream(sql.get('load_cost_quarters'));
  for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk()) {
    const { columnCount } = chunk;
    const columns = Array.from({ length: columnCount }, (_, at) => chunk?.getColumnVector(at));
    const row = columns.map(() => 0);
    for (let at = 0; at < chunk.rowCount; at++) {
      for (let column = 0; column < columnCount; column++) {
        row[column] = columns[column]?.getItem(at) as number;
      }
      row[PLACE] = numberOf(row[PLACE] ?? 0);
      rows.addHalves(row);
    }
    await nextTurn();
  }
  // Of which nothing is left that counts.
  for (let index = 0; index < places.length; index++) numberOf(index);
  return rows;
}
