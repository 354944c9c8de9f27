import { LineCounter, parseDocument } from 'yaml';
import type { Head } from './head.js';
import type { RunbookFacts } from './runbookDocument.js';

/** What a document from elsewhere says of itself, and how it says it; whatever else its front matter holds is ignored. */
export interface ForeignFacts {
  facts: Omit<RunbookFacts, 'title'> & { title: string | null };
  /** Names of the fields that were found, for the linter's message. */
  fields: string[];
  /** Why the front matter cannot be read as it is meant, with the line of the file; null: it can. */
  fault: { line: number; message: string } | null;
  /** What stands between the lines is no front matter: a text between two rules. */
  isText: boolean;
  /** It says that it is a document: nothing is missing then. */
  isOnPurpose: boolean;
}

const FIELDS_MAX = 12;

/** Never throws: a value of any shape is either usable or left out. */
export function foreignFacts(head: Head): ForeignFacts {
  const { values, fault, isText } = valuesOf(head);
  const text = (name: string, charsMax: number): string | null => {
    const value = values.get(name);
    const said = typeof value === 'number' ? String(value) : value;
    return typeof said === 'string' && said.trim() !== '' ? said.trim().slice(0, charsMax) : null;
  };
  const day = (name: string): string | null => {
    const said = text(name, 40);
    return said !== null && /^\d{4}-\d{2}-\d{2}$/.test(said) ? said : null;
  };
  const severity = text('severity', 20);
  return {
    facts: {
      alert: null,
      title: text('title', 200),
      severity: severity === 'page' || severity === 'ticket' ? severity : null,
      owner: text('owner', 120),
      escalation: text('escalation', 240),
      slo: null,
      panels: [],
      reviewed: day('reviewed'),
      tested: day('tested'),
      expectedMinutes: null,
    },
    fields: [...values.keys()].slice(0, FIELDS_MAX),
    fault,
    isText,
    isOnPurpose: text('kind', 20) === 'document',
  };
}

type Values = Pick<ForeignFacts, 'fault' | 'isText'> & { values: Map<string, unknown> };

function valuesOf({ format, text }: Head): Values {
  const read = { fault: null, isText: false };
  if (format === 'yaml') return yamlValues(text);
  if (format === 'toml') return { ...read, values: tomlTexts(text) };
  if (format === 'json') return { ...read, values: new Map(Object.entries(JSON.parse(text))) };
  return { ...read, values: new Map() };
}

function yamlValues(text: string): Values {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      uniqueKeys: false,
      logLevel: 'silent',
      lineCounter: lines,
    });
    const [error] = document.errors;
    if (error) {
      const message = (error.message.split('\n')[0] ?? '').replace(/ at line \d+.*$/, '');
      // Line 1 of the file is the fence.
      return broken(text, { line: lines.linePos(error.pos[0]).line + 1, message });
    }
    // As a map: a key may be anything here, even a list.
    const value: unknown = document.toJS({ maxAliasCount: 0, mapAsMap: true });
    if (value === null) return { values: new Map(), fault: null, isText: false };
    if (!(value instanceof Map)) return { values: new Map(), fault: null, isText: true };
    const named = [...value].filter(
      (entry): entry is [string, unknown] => typeof entry[0] === 'string',
    );
    return { values: new Map(named), fault: null, isText: false };
  } catch (error) {
    // What the library throws for an alias. Whatever it makes of the rest: the text below is still worth reading.
    const message =
      error instanceof ReferenceError ? 'aliases are not followed' : 'it cannot be read';
    return broken(text, { line: 2, message });
  }
}

/** Of what is no YAML the lines that look like a plain field are read all the same; without any it is text. */
function broken(text: string, fault: ForeignFacts['fault']): Values {
  const fields = [...text.matchAll(/^([\w-]+):[ \t]+(.*)$/gm)].map(
    ([, name = '', said = '']) => [name, unquoted(said.trim())] as const,
  );
  const isText = !/^\s*["']?[\w-]+["']?[ \t]*:/.test(text);
  return { values: new Map<string, unknown>(isText ? [] : fields), fault, isText };
}

/** Without the quotes around it, or the one that was forgotten. */
function unquoted(text: string): string {
  return text.replace(/^(["'])(.*?)\1?$/, '$2');
}

/** The plain texts at the top of a TOML document: all that is used of it. */
function tomlTexts(text: string): Map<string, unknown> {
  const top = text.split(/^\s*\[/m, 1)[0] ?? '';
  return new Map(
    [
      ...top.matchAll(/^[ \t]*([\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|(.*))$/gm),
    ].map(([, name = '', quoted, literal, other]) => [
      name,
      quoted === undefined ? (literal ?? other?.trim()) : unescaped(quoted),
    ]),
  );
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    // An escape that only TOML knows.
    return text;
  }
}
