/** The rollup in numbers: what an older database holds comes over whole, and both makers of keys agree. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CostKeys } from '../../server/store/costKeys.js';
import { openDatabase, type Database } from '../../server/store/database.js';
import { DuckDBInstance } from '../../server/store/duckdb.js';
import type { LineRow, Owner } from '../../server/store/rows.js';

const LAST_BEFORE = 22;
const MIGRATIONS = new URL('../../server/store/migrations/', import.meta.url);
const COLUMNS = `bucket_ns, kind, pipeline, run_id, batch, step, model, team, lines, excluded, unpriced, tokens, cost_nano,
  waste_nano, failure_nano, provider, tags, environment, attempt, in_attempt`;
/** Two rows of one key, one that nothing is left of, texts that look like separators, a row of nothing but what must be. */
const ROWS = [
  `0, 'model', 'p', 'r1', 'b', 's', 'm', 't', 3, 1, 1, 70, 500, 200, 0, 'x', '{"a":"b"}', 'prod', 1, true`,
  `0, 'model', 'p', 'r1', 'b', 's', 'm', 't', -1, 0, 0, -20, -100, 0, 0, 'x', '{"a":"b"}', 'prod', 1, true`,
  `0, 'compute', 'p', 'r2', 'b', 's', NULL, 't', 2, 0, 0, 0, 40, 0, 7, NULL, NULL, NULL, NULL, false`,
  `900000000000, 'model', '1:p-', '-', '1:-', '', '4:🦊', NULL, 1, 0, 0, 5, 9, 0, 0, '-', NULL, '', 2, true`,
  `1800000000000, 'compute', 'q', 'alone', NULL, NULL, NULL, NULL, 1, 0, 1, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL`,
];

let folder: string;
let database: Database;
let connection: DuckDBConnection;
let before: unknown[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'burnbook-quarters-'));
  const file = path.join(folder, 'burnbook.duckdb');
  before = await olderDatabase(file);
  const settings = { memoryLimit: '256MB', threads: 1, lockWaitMs: 0 };
  const tempDirectory = path.join(folder, 'tmp');
  database = await openDatabase({
    ...settings,
    ...{ file, tempDirectory, sleep: () => Promise.resolve() },
  });
  connection = await database.connect();
});

afterAll(async () => {
  connection.closeSync();
  database.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a database of before', () => {
  test('keeps every sum of every quarter, lost and wasted ones too', async () => {
    expect(await summed(connection)).toEqual(before);
  });

  test('has each origin and place once, and only those with sums', async () => {
    const [counts] = await rows(
      connection,
      `SELECT (SELECT count(*) FROM cost_origins) AS origins, (SELECT count(DISTINCT origin) FROM cost_quarters) AS known,
         (SELECT count(*) FROM cost_places) AS places, (SELECT count(DISTINCT place) FROM cost_quarters) AS named`,
    );
    expect(counts).toEqual({ origins: '4', known: '4', places: '4', named: '4' });
  });

  test('knows of each place its batch, its rows and what a later run repeated', async () => {
    const found = await rows(
      connection,
      `SELECT pipeline, run_id, batch_id, batch_key IS NULL AS shared, repeated, start_ns, rows_in
       FROM settled_places ORDER BY pipeline, run_id`,
    );
    const nothing = { shared: false, repeated: null, start_ns: null, rows_in: null };
    expect(found).toEqual([
      { pipeline: '1:p-', run_id: '-', batch_id: '1:-', ...nothing },
      {
        ...{ pipeline: 'p', run_id: 'r1', batch_id: 'b', shared: false, repeated: ['s'] },
        ...{ start_ns: '10', rows_in: '12' },
      },
      {
        ...{ pipeline: 'p', run_id: 'r2', batch_id: 'b', shared: false, repeated: null },
        ...{ start_ns: '10', rows_in: '12' },
      },
      { pipeline: 'q', run_id: 'alone', batch_id: 'only', ...nothing, start_ns: '5' },
    ]);
  });
});

test('a line has the same keys in a commit and in SQL, whatever its texts are', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  const maybe = fc.option(text);
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        kind: fc.constantFrom('model' as const, 'compute' as const),
        ...{ pipeline: text, run: text, batch: maybe, step: maybe, team: maybe },
        ...{ environment: maybe, tags: maybe, model: maybe, provider: maybe },
        attempt: fc.option(fc.integer({ min: 0, max: 9 })),
        inAttempt: fc.boolean(),
      }),
      async ({ kind, attempt, inAttempt, model, provider, ...identity }) => {
        const owner: Owner = { ...identity, reservation: null };
        const line = {
          ...{ kind, owner, attempt, attemptKey: inAttempt ? 1n : null },
          span: { call: { model, provider } },
        } as unknown as LineRow;
        const keys = new CostKeys();
        const isCall = kind === 'model';
        const found = await connection.runAndReadAll(
          `SELECT cost_place_key($pipeline::VARCHAR, $run::VARCHAR, $batch::VARCHAR) AS place,
             cost_origin_key(
               $kind::VARCHAR, $pipeline::VARCHAR, $step::VARCHAR, $model::VARCHAR, $provider::VARCHAR, $team::VARCHAR,
               $environment::VARCHAR, $attempt::INTEGER, $inAttempt::BOOLEAN, $tags::VARCHAR
             ) AS origin`,
          {
            ...{ kind, attempt, inAttempt, ...identity },
            ...{ model: isCall ? model : null, provider: isCall ? provider : null },
          },
        );
        expect(found.getRowObjects()).toEqual([
          { place: keys.placeOf(line).key, origin: keys.originOf(line).key },
        ]);
      },
    ),
    { numRuns: 60 },
  );
});

/** A database as it was before the rollup was one of numbers. @returns its sums. */
async function olderDatabase(file: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(file, { threads: '1' });
  const old = await instance.connect();
  await old.run('CREATE TABLE schema_versions (version INTEGER NOT NULL, name VARCHAR NOT NULL)');
  const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).toSorted();
  for (const name of names) {
    const version = Number(name.slice(0, 4));
    if (version > LAST_BEFORE) continue;
    await old.run(await readFile(new URL(name, MIGRATIONS), 'utf8'));
    await old.run('INSERT INTO schema_versions VALUES (?, ?)', [version, name]);
  }
  for (const row of ROWS) await old.run(`INSERT INTO cost_rollup (${COLUMNS}) VALUES (${row})`);
  await old.run(`
    INSERT INTO settled_batches SELECT 'p', 'b', false, 10, 20, 30, 12, 11, 0, 440, 40, 400, 0, 0, 1, 2, 50, true, ['r1', 'r2'], '[]';
    INSERT INTO settled_batches SELECT 'q', 'only', false, 5, 6, 7, NULL, NULL, 0, 0, 0, 0, 0, 0, 1, 0, 0, true, ['alone'], '[]';
    INSERT INTO settled_repeats VALUES ('p', 'b', 'r1', 's');
    INSERT INTO run_summary (
      trace_hi, trace_lo, span_id, start_ns, end_ns, received_ns, failed, pipeline, run_id, batch, is_run, is_batch, is_step,
      rooted, sampled
    ) VALUES (0, 0, 0, 5, 6, 7, false, 'q', 'alone', 'only', false, true, false, true, false);
  `);
  const sums = await summed(old);
  old.closeSync();
  instance.closeSync();
  return sums;
}

const summed = (from: DuckDBConnection): Promise<unknown[]> =>
  rows(
    from,
    `SELECT bucket_ns, kind, pipeline, run_id, batch, step, model, team, provider, tags, environment, attempt,
       coalesce(in_attempt, false) AS in_attempt, sum(lines) AS lines, sum(excluded) AS excluded, sum(unpriced) AS unpriced,
       sum(tokens) AS tokens, sum(cost_nano) AS cost, sum(waste_nano) AS waste, sum(failure_nano) AS failure
     FROM cost_rollup GROUP BY ALL ORDER BY ALL`,
  );

async function rows(from: DuckDBConnection, sql: string): Promise<unknown[]> {
  return (await from.runAndReadAll(sql)).getRowObjectsJson();
}
