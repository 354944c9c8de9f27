/**
 * Whether a text can be the SQL of an indicator: one SELECT, with the stretch of time as its parameters. What it may read is
 * the store's to say; this tells slips of the pen where they stand.
 */

const PARAMETERS = ['$from', '$to'];
const FORBIDDEN =
  /\b(attach|call|checkpoint|copy|create|delete|detach|drop|export|import|insert|install|load|merge|pragma|reset|set|truncate|update|use|vacuum)\b/i;
/** A text where a table is expected is a file's name; texts are blanked to NUL. */
const FILE_NAME = /\b(?:from|join)\s*\0/i;
const FILE_READERS = /\b(read_\w+|\w+_scan|glob|getenv|which_secret)\s*\(/i;

/** @returns what is wrong; null: nothing. */
export function sqlProblem(sql: string): string | null {
  const code = withoutTexts(sql);
  if (code === null) return 'a quote or a comment is not closed';
  if (!/^\s*(select|with)\b/i.test(code)) return 'must be a SELECT of at, good and total';
  if (code.includes(';')) return 'must be one statement, without a semicolon';
  const missing = PARAMETERS.filter((name) => !new RegExp(`\\${name}\\b`).test(code));
  if (missing.length > 0) return `must ask for its stretch of time by ${missing.join(' and ')}`;
  const other = [...code.matchAll(/\$\w+/g)].find(([name]) => !PARAMETERS.includes(name));
  if (other) return `has no parameter ${other[0]}; there are ${PARAMETERS.join(' and ')}`;
  const word = FORBIDDEN.exec(code)?.[1] ?? FILE_READERS.exec(code)?.[1];
  if (FILE_NAME.test(code)) return 'may only read what Burnbook stored: no file';
  return word ? `may only read what Burnbook stored: ${word} is not allowed` : null;
}

/** The SQL with its texts, names in quotes and comments blanked; null: one of them has no end. */
function withoutTexts(sql: string): string | null {
  const blanked = sql.replaceAll(
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g,
    (part) => (part.startsWith("'") || part.startsWith('"') ? '\0' : ' '),
  );
  return /['"]|\/\*/.test(blanked) ? null : blanked;
}
