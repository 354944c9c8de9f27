/**
 * Lists as CSV (RFC 4180), for whoever asks with `Accept: text/csv`.
 *
 * The columns follow the answer's schema, so that an empty page has its header too: parts of parts are named with a dot
 * (`cost.totalUsd`), lists within a row are JSON. Money stays the exact decimal that it is. An unknown value is an empty
 * cell. A text that a spreadsheet would take for a formula gets an apostrophe before it.
 */
import type { Context } from 'hono';
import { z } from 'zod';

/** Under which name an answer holds its list; the first that it has. */
const LIST_NAMES = ['items', 'lines', 'points', 'models', 'pipelines', 'spans', 'periods'] as const;

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

export interface CsvShape {
  readonly list: string;
  /** Each a path into a row. */
  readonly columns: readonly (readonly string[])[];
}

/** @returns null when the answer holds no list. */
export function csvShape(answer: z.ZodType): CsvShape | null {
  const { properties = {} } = z.toJSONSchema(answer, { unrepresentable: 'any' }) as JsonSchema;
  for (const list of LIST_NAMES) {
    const row = properties[list]?.items;
    if (row) return { list, columns: columnsOf(row) };
  }
  return null;
}

/** Whether CSV is asked for by name, and not less than JSON. */
export function wantsCsv(accept: string | undefined): boolean {
  const csv = quality(accept, 'text/csv');
  return csv > 0 && csv >= quality(accept, 'application/json');
}

/** The list of an answer, with a Link to the next page. */
export function sendCsv(
  context: Context,
  answer: Record<string, unknown>,
  shape: CsvShape,
): Response {
  const next = answer['nextCursor'];
  if (typeof next === 'string') {
    const url = new URL(context.req.url);
    url.searchParams.set('cursor', next);
    context.header('link', `<${url.pathname}${url.search}>; rel="next"`);
  }
  return context.body(csvText(answer[shape.list] as readonly unknown[], shape), 200, {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'cache-control': 'no-store',
  });
}

export function csvText(rows: readonly unknown[], { columns }: CsvShape): string {
  const header = columns.map((path) => cell(path.join('.')));
  const lines = rows.map((row) => columns.map((path) => cell(textOf(valueAt(row, path)))));
  return [header, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

function columnsOf(schema: JsonSchema): string[][] {
  const kinds = (schema.anyOf ?? schema.oneOf ?? [schema]).filter(({ type }) => type !== 'null');
  // What is sometimes a text and sometimes an object is one cell: a column a part would lose the text.
  if (kinds.length === 0 || !kinds.every(({ properties }) => properties)) return [[]];
  const parts: Record<string, JsonSchema> = Object.assign({}, ...kinds.map((k) => k.properties));
  return Object.entries(parts).flatMap(([name, part]) =>
    columnsOf(part).map((path) => [name, ...path]),
  );
}

function valueAt(row: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : null,
    row,
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return JSON.stringify(value);
  return FORMULA.test(value) && !DECIMAL.test(value) ? `'${value}` : value;
}

const DECIMAL = /^[+-]?\d+(?:\.\d+)?$/;
/** What spreadsheets take for the beginning of a formula, after what they skip. */
const FORMULA = /^\s*[=+\-@\t\r＝＋－＠]/;

const cell = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** 0 where the type is not named. */
function quality(accept: string | undefined, type: string): number {
  for (const entry of (accept ?? '').split(',')) {
    const [name = '', ...params] = entry.split(';').map((part) => part.trim().toLowerCase());
    if (name !== type) continue;
    const q = params.find((param) => param.startsWith('q='));
    const value = q === undefined ? 1 : Number(q.slice(2));
    return Number.isFinite(value) ? value : 0;
  }
  return 0;
}
