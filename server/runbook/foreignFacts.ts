import { parseDocument } from 'yaml';
import type { Head } from './head.js';
import type { RunbookFacts } from './runbookDocument.js';

/** What a document from elsewhere says of itself, and how it says it; whatever else its front matter holds is ignored. */
export interface ForeignFacts {
  facts: Omit<RunbookFacts, 'title'> & { title: string | null };
  /** Names of the fields that were found, for the linter's message. */
  fields: string[];
  isBroken: boolean;
  /** It says that it is a document: nothing is missing then. */
  isOnPurpose: boolean;
}

const FIELDS_MAX = 12;

/** Never throws: a value of any shape is either usable or left out. */
export function foreignFacts(head: Head): ForeignFacts {
  const { values, isBroken } = valuesOf(head);
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
    isBroken,
    isOnPurpose: text('kind', 20) === 'document',
  };
}

function valuesOf({ format, text }: Head): { values: Map<string, unknown>; isBroken: boolean } {
  if (format === 'yaml') return yamlValues(text);
  if (format === 'toml') return { values: tomlTexts(text), isBroken: false };
  return { values: new Map(), isBroken: false };
}

function yamlValues(text: string): { values: Map<string, unknown>; isBroken: boolean } {
  const broken = { values: new Map<string, unknown>(), isBroken: true };
  try {
    const document = parseDocument(text, { uniqueKeys: false, logLevel: 'silent' });
    if (document.errors.length > 0) return broken;
    // As a map: a key may be anything here, even a list.
    const value: unknown = document.toJS({ maxAliasCount: 0, mapAsMap: true });
    if (value === null) return { ...broken, isBroken: false };
    if (!(value instanceof Map)) return broken;
    const named = [...value].filter(
      (entry): entry is [string, unknown] => typeof entry[0] === 'string',
    );
    return { values: new Map(named), isBroken: false };
  } catch {
    // Whatever the library makes of it: the document below is still worth reading.
    return broken;
  }
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
