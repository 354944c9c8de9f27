/**
 * Appends rows to one table as typed chunks of 2,048.
 *
 * Numbers are copied chunk-wise into DuckDB's vectors; only texts cost a call each (0.25 µs). Measured on two cores:
 * 8,192 spans with 330 bytes of attributes in 12 ms of processor time, against 60 ms through per-value appending.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type duckdb from '@duckdb/node-bindings';
import { bindings, DuckDBDataChunk } from './duckdb.js';

export type ColumnType = 'u64' | 'i64' | 'f64' | 'i32' | 'u8' | 'bool' | 'text';

const CHUNK_ROWS = 2048;
const LOGICAL_TYPE: Record<ColumnType, number> = {
  u64: bindings.Type.UBIGINT,
  i64: bindings.Type.BIGINT,
  f64: bindings.Type.DOUBLE,
  i32: bindings.Type.INTEGER,
  u8: bindings.Type.UTINYINT,
  bool: bindings.Type.BOOLEAN,
  text: bindings.Type.VARCHAR,
};
const WIDTH: Record<ColumnType, number> = {
  u64: 8,
  i64: 8,
  f64: 8,
  i32: 4,
  u8: 1,
  bool: 1,
  text: 0,
};

interface Column {
  readonly type: ColumnType;
  readonly buffer: ArrayBuffer;
  readonly big: BigInt64Array | null;
  readonly double: Float64Array | null;
  readonly words: Uint32Array | null;
  readonly small: Int32Array | null;
  readonly bytes: Uint8Array | null;
  readonly texts: (string | Uint8Array | null)[];
  readonly valid: Uint8Array;
  nulls: boolean;
}

export class TableAppender {
  readonly #columns: readonly Column[];
  readonly #types: readonly duckdb.LogicalType[];
  readonly #connection: DuckDBConnection;
  readonly #table: string;
  #chunks: DuckDBDataChunk[] = [];
  #row = 0;
  #at = 0;

  /** @param types of all the table's columns, in their order. */
  constructor(connection: DuckDBConnection, table: string, types: readonly ColumnType[]) {
    this.#connection = connection;
    this.#table = table;
    this.#types = types.map((type) => bindings.create_logical_type(LOGICAL_TYPE[type]));
    this.#columns = types.map(newColumn);
  }

  /** The next column's value: an integer. */
  big(value: bigint | null): this {
    const column = this.#next();
    if (value === null) this.#setNull(column);
    else if (column.big) column.big[this.#row] = BigInt.asIntN(64, value);
    return this;
  }

  /** The same from two 32-bit halves at `index` of a 64-bit array, without a bigint in between. */
  words(source: Uint32Array, index: number): this {
    const { words } = this.#next();
    if (words) {
      words[2 * this.#row] = source[2 * index] ?? 0;
      words[2 * this.#row + 1] = source[2 * index + 1] ?? 0;
    }
    return this;
  }

  number(value: number | null): this {
    const column = this.#next();
    if (value === null) this.#setNull(column);
    else if (column.small) column.small[this.#row] = value;
    else if (column.bytes) column.bytes[this.#row] = value;
    else if (column.double) column.double[this.#row] = value;
    else if (column.big) column.big[this.#row] = BigInt(value);
    return this;
  }

  bool(value: boolean): this {
    const { bytes } = this.#next();
    if (bytes) bytes[this.#row] = value ? 1 : 0;
    return this;
  }

  /** @param value text, or its UTF-8 bytes (valid, and kept until the row's chunk is written). */
  text(value: string | Uint8Array | null): this {
    const column = this.#next();
    if (value === null) this.#setNull(column);
    column.texts[this.#row] = value;
    return this;
  }

  endRow(): void {
    if (this.#at !== this.#columns.length) {
      throw new Error(`${this.#table}: ${this.#at} values for ${this.#columns.length} columns`);
    }
    this.#at = 0;
    this.#row++;
    if (this.#row === CHUNK_ROWS) this.#closeChunk();
  }

  /** Whether there is something to write. */
  get isPending(): boolean {
    return this.#row > 0 || this.#chunks.length > 0;
  }

  /** Writes what is pending into the current transaction. */
  async finish(): Promise<void> {
    if (this.#row > 0) this.#closeChunk();
    if (this.#chunks.length === 0) return;
    const chunks = this.#chunks;
    this.#chunks = [];
    const appender = await this.#connection.createAppender(this.#table);
    for (const [at, chunk] of chunks.entries()) {
      appender.appendDataChunk(chunk);
      if (at === chunks.length - 1) break;
      // A chunk at a time: who waits for something else than this commit waits for one of them.
      appender.flushSync();
      await nextTurn();
    }
    appender.closeSync();
  }

  /** Forgets what is pending, after a failure. */
  abandon(): void {
    this.#chunks = [];
    this.#row = 0;
    this.#at = 0;
    for (const column of this.#columns) resetValidity(column);
  }

  #next(): Column {
    const column = this.#columns[this.#at++];
    if (!column) throw new Error(`${this.#table}: more values than columns`);
    return column;
  }

  #setNull(column: Column): void {
    column.nulls = true;
    const byte = this.#row >>> 3;
    column.valid[byte] = (column.valid[byte] ?? 0) & ~(1 << (this.#row & 7));
  }

  #closeChunk(): void {
    const rows = this.#row;
    this.#row = 0;
    const chunk = bindings.create_data_chunk(this.#types);
    bindings.data_chunk_set_size(chunk, rows);
    this.#columns.forEach((column, index) => {
      const vector = bindings.data_chunk_get_vector(chunk, index);
      if (column.type === 'text') writeTexts(vector, column.texts, rows);
      else {
        bindings.copy_data_to_vector(vector, 0, column.buffer, 0, rows * WIDTH[column.type]);
      }
      if (column.nulls) {
        bindings.vector_ensure_validity_writable(vector);
        const bytes = Math.ceil(rows / 64) * 8;
        bindings.copy_data_to_vector_validity(
          vector,
          0,
          column.valid.buffer as ArrayBuffer,
          0,
          bytes,
        );
        resetValidity(column);
      }
    });
    this.#chunks.push(new DuckDBDataChunk(chunk));
  }
}

function newColumn(type: ColumnType): Column {
  const buffer = new ArrayBuffer(Math.max(WIDTH[type] * CHUNK_ROWS, 8));
  const wide = WIDTH[type] === 8;
  return {
    type,
    buffer,
    big: wide && type !== 'f64' ? new BigInt64Array(buffer) : null,
    double: type === 'f64' ? new Float64Array(buffer) : null,
    words: wide ? new Uint32Array(buffer) : null,
    small: WIDTH[type] === 4 ? new Int32Array(buffer) : null,
    bytes: WIDTH[type] === 1 ? new Uint8Array(buffer) : null,
    texts: [],
    valid: new Uint8Array(new ArrayBuffer(CHUNK_ROWS / 8)).fill(0xff),
    nulls: false,
  };
}

function writeTexts(
  vector: duckdb.Vector,
  texts: readonly (string | Uint8Array | null)[],
  rows: number,
): void {
  for (let row = 0; row < rows; row++) {
    const text = texts[row];
    if (typeof text === 'string') bindings.vector_assign_string_element(vector, row, text);
    else if (text) bindings.vector_assign_string_element_len(vector, row, text);
  }
}

function resetValidity(column: Column): void {
  column.valid.fill(0xff);
  column.nulls = false;
}
