/** Reads the cube from the database. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { SqlTexts } from '../sqlTexts.js';
import { CubeNames } from './cubeNames.js';
import { CubeRows } from './cubeRows.js';
import { placeFactsOf } from './storedSums.js';

/** @returns null when there are more rows than `rowsMax`. */
export async function loadCube(
  connection: DuckDBConnection,
  sql: SqlTexts,
  rowsMax: number,
): Promise<{ rows: CubeRows; names: CubeNames } | null> {
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
  await inPieces(await read('load_cost_places'), ([key, runId, batch]) =>
    names.addPlace(key as bigint, {
      runId: String(runId),
      batch: (batch ?? null) as string | null,
    }),
  );
  await inPieces(placeFactsOf(await read('settled_places')), ({ key, facts }) => {
    const place = names.placeId(key);
    if (place !== undefined) names.settle(place, facts);
  });
  const rows = await loadRows(connection, { sql, rowsMax });
  return rows && { rows, names };
}

async function loadRows(
  connection: DuckDBConnection,
  { sql, rowsMax }: { readonly sql: SqlTexts; readonly rowsMax: number },
): Promise<CubeRows | null> {
  const rows = new CubeRows();
  const result = await connection.stream(sql.get('load_cost_quarters'));
  for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk()) {
    const { columnCount } = chunk;
    const columns = Array.from({ length: columnCount }, (_, at) => chunk?.getColumnVector(at));
    const row = columns.map(() => 0);
    for (let at = 0; at < chunk.rowCount; at++) {
      for (let column = 0; column < columnCount; column++) {
        row[column] = columns[column]?.getItem(at) as number;
      }
      rows.addHalves(row);
    }
    if (rows.size > rowsMax) return null;
    // Commits and questions are taken and answered in between.
    await nextTurn();
  }
  return rows;
}

const PIECE = 4_096;

async function inPieces<Row>(rows: readonly Row[], work: (row: Row) => void): Promise<void> {
  for (const [index, row] of rows.entries()) {
    work(row);
    if (index % PIECE === PIECE - 1) await nextTurn();
  }
}
