/** Questions about costs, answered from memory and from the database: the same rows, whatever commits did in between. */
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseTime } from '@burnbook/domain/time';
import { CostCube } from '../../server/store/cube/costCube.js';
import { KeyIndex } from '../../server/store/cube/keyIndex.js';
import { largestOf } from '../../server/store/cube/largest.js';
import { compareTexts } from '../../server/store/cube/texts.js';
import { openDatabase, type Database } from '../../server/store/database.js';
import { SqlTexts } from '../../server/store/sqlTexts.js';
import { delivery, traceCase } from '../support/arbitraryTraces.js';
import { AttributionCheck } from '../support/attributionCheck.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const cases = fc.array(fc.record({ spans: traceCase, plan: delivery }), {
  minLength: 5,
  maxLength: 5,
});
/** An hour before, each in a second of its own, cases begin: on both sides of the turn of a month. */
const NOW_NS = parseTime('2026-11-01T01:00:08Z') ?? 0n;
/** All that there is and long before; what cuts quarters. */
const RANGES = [
  'from=2020-10-01T00:00:00Z&to=2026-12-31T00:00:00Z',
  'from=2026-10-31T23:59:59.5Z&to=2026-11-01T00:00:05.000000001Z',
];
const QUESTIONS = [
  ...['pipeline', 'run', 'batch', 'step', 'model', 'provider', 'attempt', 'kind', 'tag.客户'],
  ...['week', 'day,model', 'batch,step', 'run,batch', 'month,attempt', 'hour,run'],
].map((groupBy) => `/api/costs?groupBy=${groupBy}`);
const MORE = [
  '/api/costs?groupBy=batch&compare=previous&sort=delta',
  '/api/costs?groupBy=day&compare=month&tz=Europe/Berlin',
  '/api/costs?groupBy=batch,step&sort=key&limit=7&offset=3',
  // So many groups are possible that a page of them is added up apart from the rest.
  '/api/costs?groupBy=hour,batch&sort=total&limit=3',
  '/api/costs?groupBy=day,model&compare=previous&sort=delta&limit=2',
  '/api/costs?groupBy=model&filter=-step:,attempt:*',
  '/api/costs?groupBy=model&filter=batch:batch*',
  '/api/costs?groupBy=step&filter=tag.10:2',
  '/api/costs/series?groupBy=model&unit=hour',
  '/api/costs/series?groupBy=batch&unit=week&tz=Asia/Kolkata',
  '/api/costs/waterfall?compare=previous',
  '/api/costs/waterfall?compare=week&filter=run:*',
  '/api/overview?',
];

let server: TestServer;
let copy: string;
beforeAll(async () => {
  // Merged, held against the database and settled again and again.
  server = await startTestServer({
    config: AttributionCheck.config,
    settleAfterMs: 0,
    unmergedRowsMax: 20,
    nowNs: NOW_NS,
  });
  copy = path.join(server.folder, 'copy.duckdb');
  const check = new AttributionCheck(server);
  for (const drawn of fc.sample(cases, { numRuns: 2, seed: 7 })) await check.deliver(drawn);
});
afterAll(() => server.close());

test('memory answers what the database does, after every kind of change', async () => {
  const inMemory = await answers();
  expect(server.log.filter((line) => line.includes('sums of costs'))).toEqual([]);
  const file = path.join(server.folder, 'burnbook.duckdb');
  await server.restart(() => copyFile(file, copy), { cubeRowsMax: 0 });
  const stored = await answers();
  for (const [index, [asked, answer]] of inMemory.entries()) {
    expect(answer, asked).toEqual(stored[index]?.[1]);
  }
  const groups = inMemory.map(([, answer]) => (answer as { items?: unknown[] }).items ?? []);
  expect(groups.filter((items) => items.length > 1).length).toBeGreaterThan(20);
});

function answers(): Promise<[asked: string, answer: unknown][]> {
  const paths = [...QUESTIONS, ...MORE].flatMap((asked) =>
    RANGES.map((range) => `${asked}&${range}`),
  );
  return Promise.all(
    paths.map(async (asked): Promise<[string, unknown]> => {
      const answer = (await (await server.fetch(asked)).json()) as Record<string, unknown>;
      // Alerts are raised when their rules are asked, not when somebody looks.
      const { needsYou: _alerts, ...figures } = answer;
      return [asked, figures];
    }),
  );
}

describe('sums in memory', () => {
  let database: Database;
  let sql: SqlTexts;
  const warnings: string[] = [];
  beforeAll(async () => {
    database = await openDatabase({
      ...{ file: copy, tempDirectory: path.join(server.folder, 'other') },
      ...{ memoryLimit: '256MB', threads: 1, lockWaitMs: 0 },
      sleep: () => Promise.resolve(),
    });
    sql = await SqlTexts.load();
  });
  afterAll(() => database.close());

  const question = {
    ...{ bounds: [0n, 9_000_000_000_000_000_000n], first: 0n, end: 9_000_000_000_000_000_000n },
    ...{ scopes: 1, clauseScopes: [-1n], clauseKeys: ['pipeline'], clauseValues: [''] },
  };
  const read = async (rowsMax = 2_000_000) => {
    const cube = new CostCube({
      ...{ sql, connect: () => database.connect(), rowsMax },
      warn: (message) => warnings.push(message),
    });
    await cube.load();
    return cube;
  };
  const spentIn = async (cube: CostCube): Promise<unknown> => {
    const connection = await database.connect();
    try {
      const taken = cube.take('budget_spend', question);
      return taken && (await cube.ask(connection, taken))?.[0]?.['cost'];
    } finally {
      connection.closeSync();
    }
  };

  test('of places that are not settled the lean question tells what the view does', async () => {
    const connection = await database.connect();
    const factsOf = async (query: string): Promise<string[]> => {
      const found = await connection.runAndReadAll(query);
      const facts = found.getRowObjectsJson().map((row) => ({
        ...row,
        repeated: (row['repeated'] as string[] | null)?.toSorted() ?? null,
      }));
      return facts.map((row) => JSON.stringify(row)).toSorted();
    };
    await connection.run('BEGIN');
    // As if some runs had changed since, and every second place were new.
    await connection.run(
      'INSERT INTO unsettled SELECT DISTINCT pipeline, run_id, batch FROM run_summary WHERE hash(run_id) % 5 = 0',
    );
    await connection.run('DELETE FROM settled_places WHERE hash(place) % 2 = 0');
    await connection.run(
      "INSERT INTO settled_repeats SELECT pipeline, batch, run_id, 'parse' FROM cost_places WHERE batch IS NOT NULL",
    );
    const view = await factsOf(
      'SELECT place, batch_id, batch_key, repeated, start_ns, rows_in, rows_out FROM stale_place_facts',
    );
    expect(view.length).toBeGreaterThan(10);
    expect(view.filter((row) => row.includes('"repeated":[')).length).toBeGreaterThan(0);
    expect(await factsOf(sql.get('stale_places'))).toEqual(view);
    await connection.run('ROLLBACK');
    connection.closeSync();
  });

  test('are read anew where they are not those of the database, and say so', async () => {
    const cube = await read();
    await expect.poll(() => spentIn(cube)).toBeTypeOf('bigint');
    const before = (await spentIn(cube)) as bigint;
    const connection = await database.connect();
    await cube.check(connection);
    expect(warnings).toEqual([]);
    // As a fault of the program would: nobody tells.
    await connection.run(
      'INSERT INTO cost_quarters SELECT bucket_ns, origin, place, 0, 0, 0, 0, 5, 0, 0 FROM cost_quarters GROUP BY ALL HAVING sum(lines) > 0 LIMIT 1',
    );
    await cube.check(connection);
    connection.closeSync();
    expect(warnings).toEqual([expect.stringContaining('are read anew')]);
    await expect.poll(() => spentIn(cube)).toBe(before + 5n);
  });

  test('have the lines of a cut quarter as they are after all was read anew', async () => {
    const cube = await read();
    await expect.poll(() => spentIn(cube)).toBeTypeOf('bigint');
    const connection = await database.connect();
    const [quarter = []] = (
      await connection.runAndReadAll(
        'SELECT min(bucket_ns), min_by(origin, bucket_ns), min_by(place, bucket_ns) FROM cost_quarters WHERE lines > 0',
      )
    ).getRows() as bigint[][];
    const [from = 0n, origin = 0n, place = 0n] = quarter;
    const cut = async (): Promise<bigint> => {
      const taken = cube.take('budget_edge', { from, to: from + 899_999_999_999n });
      const rows = taken && (await cube.ask(connection, taken));
      return (rows ?? []).reduce((sum, row) => sum + (row['cost'] as bigint), 0n);
    };
    const sums = { bucketNs: from, origin, place, sums: { costNano: 1n } };
    // Changes are counted: far more of them before the reading than after it.
    for (let change = 0; change < 20_000; change++) cube.added([], [sums]);
    const before = await cut();
    await cube.load();
    await expect.poll(() => spentIn(cube)).toBeTypeOf('bigint');
    await connection.run('UPDATE bill_lines SET cost_nano = cost_nano + 7 WHERE cost_nano > 0');
    cube.added([], [sums]);
    expect(await cut()).toBeGreaterThan(before);
    connection.closeSync();
  });

  test('do not answer a question from before a commit with quarters that it knows nothing of', async () => {
    const cube = await read();
    await expect.poll(() => spentIn(cube)).toBeTypeOf('bigint');
    const before = (await spentIn(cube)) as bigint;
    const taken = cube.take('budget_spend', question);
    const owner = { pipeline: 'p', run: 'r', batch: null, step: null, team: null };
    const more = { environment: null, tags: null, reservation: null };
    const origin = { kind: 'compute' as const, provider: null, model: null, attempt: null };
    cube.added(
      [
        {
          ...{ bucketNs: NOW_NS + 10n ** 15n, lines: 1, excluded: 0, unpriced: 0, tokens: 0 },
          ...{ costNano: 3n, wasteNano: 0n, failureNano: 0n },
          origin: { ...origin, key: 1n, inAttempt: false, owner: { ...owner, ...more } },
          place: { key: 2n, owner: { ...owner, ...more } },
        },
      ],
      [],
    );
    const connection = await database.connect();
    expect(taken && (await cube.ask(connection, taken))).toBeNull();
    connection.closeSync();
    expect(await spentIn(cube)).toBe(before + 3n);
  });

  test('are left to the database where there are too many', async () => {
    const cube = await read(1);
    expect(await spentIn(cube)).toBeNull();
  });
});

test('triples are numbered in the order in which they come, however many', () => {
  const triple = fc.tuple(fc.nat({ max: 30 }), fc.integer(), fc.constantFrom(-1, 0, 2 ** 31 - 1));
  fc.assert(
    fc.property(fc.array(triple, { maxLength: 4_000, size: 'max' }), (triples) => {
      const index = new KeyIndex();
      const known = new Map<string, number>();
      for (const [a, b, c] of triples) {
        const name = `${a} ${b} ${c}`;
        if (!known.has(name)) known.set(name, known.size);
        expect(index.idOf(a, b, c)).toBe(known.get(name));
      }
      expect(index.size).toBe(known.size);
    }),
    { numRuns: 10 },
  );
});

test('texts are in the order of their bytes', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 4 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareTexts(a, b))).toBe(bytes);
    }),
  );
  expect(compareTexts('\ufffd', '😀')).toBeLessThan(0);
  expect(compareTexts(null, 'z')).toBeGreaterThan(0);
});

test('the count-th largest is what putting all in order finds', () => {
  const values = fc.array(fc.constantFrom(0, 1, 2, 5, 7.5, -3, 2 ** 60), { minLength: 1 });
  const asked = values.chain((all) =>
    fc.record({ all: fc.constant(all), count: fc.integer({ min: 1, max: all.length }) }),
  );
  fc.assert(
    fc.property(asked, ({ all, count }) => {
      const sorted = all.toSorted((a, b) => b - a);
      expect(largestOf(Float64Array.from(all), count)).toBe(sorted[count - 1]);
    }),
  );
});
