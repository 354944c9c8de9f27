/** Compares the database of a stopped server with everything that was sent to it. */
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { ChaosBody } from './chaosLoad.js';

export interface ChaosCounts {
  readonly spans: number;
  readonly lines: number;
  readonly attempts: number;
  readonly costNanoUsd: bigint;
}

export interface ChaosVerdict extends ChaosCounts {
  /** What is wrong, in words; empty: nothing. */
  readonly violations: readonly string[];
}

/** Each selects rows that must not be. */
const RULES: readonly (readonly [what: string, sql: string])[] = [
  [
    'acknowledged spans missing',
    'SELECT * FROM sent AS s ANTI JOIN stored.spans AS d USING (trace_hi, trace_lo, span_id) WHERE s.acknowledged',
  ],
  [
    'spans stored more than once',
    `SELECT trace_hi, trace_lo, span_id, count(*) FROM stored.spans
     GROUP BY trace_hi, trace_lo, span_id HAVING count(*) > 1`,
  ],
  [
    'spans stored that were never sent',
    'SELECT * FROM stored.spans AS d ANTI JOIN sent AS s USING (trace_hi, trace_lo, span_id)',
  ],
  [
    'bill lines missing',
    'SELECT * FROM lines AS l ANTI JOIN stored.bill_lines AS d USING (kind, trace_hi, trace_lo, span_id)',
  ],
  [
    'bill lines twice',
    `SELECT kind, trace_hi, trace_lo, span_id, count(*) FROM stored.bill_lines
     GROUP BY kind, trace_hi, trace_lo, span_id HAVING count(*) > 1`,
  ],
  [
    'bill lines of spans that cost nothing',
    'SELECT * FROM stored.bill_lines AS d ANTI JOIN lines AS l USING (kind, trace_hi, trace_lo, span_id)',
  ],
  [
    'bill lines with another cost or batch',
    `SELECT * FROM lines AS l JOIN stored.bill_lines AS d USING (kind, trace_hi, trace_lo, span_id)
     WHERE d.cost_nano IS DISTINCT FROM l.cost_nano OR d.excluded IS NOT NULL
       OR d.batch IS DISTINCT FROM l.batch`,
  ],
  [
    'attempts missing',
    'SELECT * FROM sent AS s ANTI JOIN stored.attempts AS d USING (trace_hi, trace_lo, span_id) WHERE s.is_attempt',
  ],
  [
    'attempts twice',
    `SELECT trace_hi, trace_lo, span_id, count(*) FROM stored.attempts
     GROUP BY trace_hi, trace_lo, span_id HAVING count(*) > 1`,
  ],
  [
    'activities twice',
    `SELECT trace_hi, trace_lo, span_id, count(*) FROM stored.activities
     GROUP BY trace_hi, trace_lo, span_id HAVING count(*) > 1`,
  ],
  [
    'batches whose rolled-up cost or waste is not the sum of what was sent',
    `SELECT * FROM (
       SELECT batch, sum(cost_nano)::HUGEINT AS cost, sum(waste_nano)::HUGEINT AS waste FROM lines GROUP BY batch
     ) AS l
     FULL JOIN (
       SELECT batch, sum(cost_nano)::HUGEINT AS stored_cost, sum(waste_nano)::HUGEINT AS stored_waste,
         sum(failure_nano)::HUGEINT AS stored_failure
       FROM stored.cost_rollup GROUP BY batch
       HAVING stored_cost <> 0 OR stored_waste <> 0 OR stored_failure <> 0
     ) AS d USING (batch)
     WHERE l.cost IS DISTINCT FROM d.stored_cost OR l.waste IS DISTINCT FROM d.stored_waste
       OR stored_failure <> 0`,
  ],
  [
    'runs whose summary is not that of their activities',
    `WITH whole AS (
       SELECT pipeline, run_id, batch, step, min(start_ns), max(end_ns), max(received_ns), bool_or(is_run), bool_or(is_step)
       FROM stored.activities GROUP BY ALL
     ),
     summed AS (
       SELECT pipeline, run_id, batch, step, min(start_ns), max(end_ns), max(received_ns), bool_or(is_run), bool_or(is_step)
       FROM stored.run_summary GROUP BY ALL
     )
     (FROM whole EXCEPT FROM summed) UNION ALL (FROM summed EXCEPT FROM whole)`,
  ],
  [
    'minutes whose count is not that of the spans',
    `SELECT * FROM (
       SELECT start_ns // 60000000000 AS minute, count(*)::HUGEINT AS spans FROM stored.spans GROUP BY ALL
     ) AS s
     FULL JOIN (
       SELECT minute_ns // 60000000000 AS minute, sum(spans)::HUGEINT AS counted FROM stored.span_minutes GROUP BY ALL
     ) AS m USING (minute)
     WHERE s.spans IS DISTINCT FROM m.counted`,
  ],
];
/** Rows shown of a broken rule. */
const SHOWN_MAX = 3;

export async function checkStore(
  dataFolder: string,
  bodies: readonly ChaosBody[],
): Promise<ChaosVerdict> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const file = path.join(dataFolder, 'burnbook.duckdb').replaceAll("'", "''");
    await connection.run(`ATTACH '${file}' AS stored (READ_ONLY)`);
    await loadSent(connection, bodies);
    const violations: string[] = [];
    for (const [what, sql] of RULES) {
      const rows = (await connection.runAndReadAll(sql)).getRowObjects();
      if (rows.length === 0) continue;
      const shown = rows
        .slice(0, SHOWN_MAX)
        .map((row) =>
          JSON.stringify(row, (_, value: unknown) =>
            typeof value === 'bigint' ? String(value) : value,
          ),
        );
      violations.push(`${rows.length} ${what}, such as ${shown.join(' ')}`);
    }
    return {
      violations,
      spans: Number(await one(connection, 'SELECT count(*) FROM stored.spans')),
      lines: Number(await one(connection, 'SELECT count(*) FROM stored.bill_lines')),
      attempts: Number(await one(connection, 'SELECT count(*) FROM stored.attempts')),
      costNanoUsd: await one(connection, 'SELECT sum(cost_nano) FROM stored.bill_lines'),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function loadSent(connection: DuckDBConnection, bodies: readonly ChaosBody[]): Promise<void> {
  const key = 'trace_hi UBIGINT, trace_lo UBIGINT, span_id UBIGINT';
  await connection.run(`CREATE TABLE sent (${key}, acknowledged BOOLEAN, is_attempt BOOLEAN)`);
  await connection.run(
    `CREATE TABLE lines (kind VARCHAR, ${key}, cost_nano BIGINT, waste_nano BIGINT, batch VARCHAR)`,
  );
  const sent = await connection.createAppender('sent');
  const lines = await connection.createAppender('lines');
  for (const { acknowledged, spans } of bodies) {
    for (const span of spans) {
      const { traceHi, traceLo, spanId, modelNano, computeNano, wasteNano } = span;
      sent.appendUBigInt(traceHi);
      sent.appendUBigInt(traceLo);
      sent.appendUBigInt(spanId);
      sent.appendBoolean(acknowledged);
      sent.appendBoolean(span.isAttempt);
      sent.endRow();
      for (const [kind, nano] of [
        ['model', modelNano],
        ['compute', computeNano],
      ] as const) {
        if (nano === null) continue;
        lines.appendVarchar(kind);
        lines.appendUBigInt(traceHi);
        lines.appendUBigInt(traceLo);
        lines.appendUBigInt(spanId);
        lines.appendBigInt(nano);
        lines.appendBigInt(kind === 'model' ? wasteNano : 0n);
        lines.appendVarchar(span.batch);
        lines.endRow();
      }
    }
  }
  sent.closeSync();
  lines.closeSync();
}

async function one(connection: DuckDBConnection, sql: string): Promise<bigint> {
  const rows = (await connection.runAndReadAll(sql)).getRows();
  return (rows[0]?.[0] ?? 0n) as bigint;
}
