/** Reads the cube from the database. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { SqlTexts } from '../sqlTexts.js';
import { CubeNames } from './cubeNames.js';
import { CubeRows } from './cubeRows.js';
import { placeFactsOf } from './storedSums.js';

export async function loadCube(
  connection: DuckDBConnection,
  sql: SqlTexts,
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
  for await (const rows of piecesOf(connection, sql.get('load_cost_places'))) {
    for (const [key, runId, batch] of rows) {
      const name = { runId: String(runId), batch: (batch ?? null) as string | null };
      names.addPlace(key as bigint, name);
    }
  }
  for await (const rows of piecesOf(connection, sql.get('settled_places'))) {
    for (const { key, facts } of placeFactsOf(rows)) {
      const place = names.placeId(key);
      if (place !== undefined) names.settle(place, facts);
    }
  }
  return { rows: await loadRows(connection, sql), names };
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

async function loadRows(connection: DuckDBConnection, sql: SqlTexts): Promise<CubeRows> {
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
    await nextTurn();
  }
  return rows;
}
