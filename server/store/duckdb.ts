/**
 * What the store uses of DuckDB's library besides its types.
 *
 * It is required, not imported: Node looks through every CommonJS file that an `import` reaches for the names it passes
 * on, and this library passes on its names through so many files that a start of the store took 0.25 s of CPU longer.
 */
import { createRequire } from 'node:module';
import type * as api from '@duckdb/node-api';
import type nativeBindings from '@duckdb/node-bindings';

const require = createRequire(import.meta.url);

export const { BIGINT, BOOLEAN, DuckDBDataChunk, DuckDBInstance, LIST, listValue, VARCHAR } =
  require('@duckdb/node-api') as typeof api;
export const bindings = require('@duckdb/node-bindings') as typeof nativeBindings;
export type DuckDBDataChunk = api.DuckDBDataChunk;
export type DuckDBInstance = api.DuckDBInstance;
