/** The lines before the text of a Markdown file: front matter in YAML, TOML or JSON, or none. */
export interface Head {
  format: 'yaml' | 'toml' | 'json' | 'none';
  /** Without the lines around it. */
  text: string;
  body: string;
  /** Line of the file, from 1, on which the body starts. */
  bodyLine: number;
}

const fences = {
  yaml: /^---[ \t]*\n(?:([\s\S]*?)\n)??(?:---|\.\.\.)[ \t]*(?:\n|$)/,
  toml: /^\+\+\+[ \t]*\n(?:([\s\S]*?)\n)??\+\+\+[ \t]*(?:\n|$)/,
} as const;

/** Lines of a head in JSON; what is longer is text. */
const JSON_LINES_MAX = 200;

/** Splits a file; `text` has `\n` line ends and no byte order mark. */
export function splitHead(text: string): Head {
  for (const format of ['yaml', 'toml'] as const) {
    const found = fences[format].exec(text);
    if (found) {
      const [whole, inner = ''] = found;
      const bodyLine = whole.split('\n').length;
      return { format, text: inner, body: text.slice(whole.length), bodyLine };
    }
  }
  return jsonHead(text) ?? noHead(text);
}

/** All of a file as its text. */
export function noHead(text: string): Head {
  return { format: 'none', text: '', body: text, bodyLine: 1 };
}

/** A JSON object that the file starts with, up to the end of a line. */
function jsonHead(text: string): Head | null {
  if (!text.startsWith('{')) return null;
  const lines = text.split('\n', JSON_LINES_MAX);
  for (const [index, line] of lines.entries()) {
    if (!line.trimEnd().endsWith('}')) continue;
    const inner = lines.slice(0, index + 1).join('\n');
    if (!isJson(inner)) continue;
    return {
      format: 'json',
      text: inner,
      body: text.slice(inner.length + 1),
      bodyLine: index + 2,
    };
  }
  return null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const OURS =
  /^["']?(?:alert["']?[ \t]*:|kind["']?[ \t]*:[ \t]*["']?procedure["']?[ \t]*(?:#.*)?$)/m;

/** Whether the file means to be a runbook of ours: it names an alert, or says that it is a procedure. */
export function isOurs(text: string, head: Head): boolean {
  if (head.format === 'yaml') return OURS.test(head.text);
  // Front matter that nobody closed ends, as far as anybody can tell, with its first empty line.
  return text.startsWith('---\n') && OURS.test(text.split('\n\n', 1)[0] ?? '');
}

/** Line of the file on which each field at the top of the front matter stands. */
export function fieldLinesOf({ format, text }: Head): ReadonlyMap<string, number> {
  if (format === 'none' || format === 'json') return new Map();
  return new Map(
    text.split('\n').flatMap((line, index) => {
      const name = /^["']?([\w-]+)["']?[ \t]*[:=]/.exec(line)?.[1];
      // Line 1 is the fence.
      return name === undefined ? [] : [[name, index + 2] as const];
    }),
  );
}
