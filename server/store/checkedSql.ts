/**
 * SQL that a configuration file says: one SELECT over what Burnbook stored, and nothing else.
 *
 * DuckDB parses it (`json_serialize_sql` takes SELECTs alone), and every node of the tree is looked at: tables must be ours,
 * and no function may read files, settings or the catalogue.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { StoreError } from './protocol.js';

/** Tables and views that may be read. */
const TABLES: ReadonlySet<string> = new Set([
  'spans',
  'sources',
  'traces',
  'bill_lines',
  'settled_lines',
  'activities',
  'attempts',
  'losing_attempts',
  'run_summary',
  'run_facts',
  'run_batches',
  'batch_facts',
  'cost_rollup',
  'span_minutes',
  'server_minutes',
]);
/** Functions that stand for a table and read none. */
const TABLE_FUNCTIONS: ReadonlySet<string> = new Set(['range', 'generate_series', 'unnest']);
const FORBIDDEN_FUNCTIONS =
  /^(read_.*|.*_scan|glob|getenv|current_setting|getvariable|which_secret|pragma_.*|duckdb_.*|query|query_table|nextval|currval|write_log|current_(database|schema|schemas|user|role|catalog)|session_user|user|version|txid_current|in_search_path|.*checkpoint.*|json_execute_serialized_sql|sniff_csv|from_substrait.*|get_substrait.*)$/i;

export const SQL_ROWS_MAX = 20_000;

/** @throws StoreError `refused` saying what is not allowed. */
export async function checkSql(connection: DuckDBConnection, sql: string): Promise<void> {
  const result = await connection.runAndReadAll(
    'SELECT json_serialize_sql($sql::VARCHAR) AS tree',
    {
      sql,
    },
  );
  const tree = JSON.parse(String(result.getRows()[0]?.[0])) as SerializedSql;
  if (tree.error) refuse(`the SQL cannot be read: ${tree.error_message ?? 'it is no SELECT'}`);
  if (tree.statements?.length !== 1) refuse('the SQL must be one SELECT');
  const names = new Set<string>();
  collectNames(tree.statements, names);
  walk(tree.statements, names);
}

/** The same SELECT, reduced to what is asked of it. */
export const boundedSql = (sql: string): string =>
  `SELECT "at"::BIGINT AS at_ns, "good"::BIGINT AS good, "total"::BIGINT AS total FROM (\n${sql}\n) LIMIT ${SQL_ROWS_MAX + 1}`;

interface SerializedSql {
  readonly error: boolean;
  readonly error_message?: string;
  readonly statements?: readonly unknown[];
}

/** Names that the SELECT gives to its own parts (WITH). */
function collectNames(node: unknown, names: Set<string>): void {
  if (Array.isArray(node)) for (const each of node) collectNames(each, names);
  if (!isObject(node)) return;
  const { cte_map: ctes } = node;
  if (isObject(ctes) && Array.isArray(ctes['map'])) {
    for (const entry of ctes['map']) if (isObject(entry)) names.add(String(entry['key']));
  }
  for (const child of Object.values(node)) collectNames(child, names);
}

function walk(node: unknown, names: ReadonlySet<string>): void {
  if (Array.isArray(node)) for (const each of node) walk(each, names);
  if (!isObject(node)) return;
  if (node['type'] === 'BASE_TABLE') checkTable(node, names);
  if (node['type'] === 'TABLE_FUNCTION') {
    const called = isObject(node['function']) ? String(node['function']['function_name']) : '';
    if (!TABLE_FUNCTIONS.has(called.toLowerCase())) refuse(`it may not read from ${called}()`);
  }
  const called = node['function_name'];
  if (typeof called === 'string' && FORBIDDEN_FUNCTIONS.test(called)) {
    refuse(`it may not call ${called}()`);
  }
  for (const child of Object.values(node)) walk(child, names);
}

function checkTable(node: Record<string, unknown>, names: ReadonlySet<string>): void {
  const table = String(node['table_name']);
  if (node['schema_name'] !== '' || node['catalog_name'] !== '') {
    refuse(`it may not name a schema: ${table}`);
  }
  if (!TABLES.has(table) && !names.has(table)) {
    refuse(`there is no table ${table} that it may read; there are ${[...TABLES].join(', ')}`);
  }
}

const isObject = (node: unknown): node is Record<string, unknown> =>
  typeof node === 'object' && node !== null && !Array.isArray(node);

function refuse(message: string): never {
  throw new StoreError('refused', message);
}
