import { unturned } from '@burnbook/domain/unturned';

/** What a request may say about the place where a runbook is opened, each with what it names. */
export const placeholderNames = [
  /** Origin of this server as the browser sees it, for commands to copy. */
  'server',
  'pipeline',
  'batch',
  'budget',
  'slo',
  'alert',
  'incident',
  'model',
  'provider',
  'destination',
  'heartbeat',
] as const;
export type PlaceholderName = (typeof placeholderNames)[number];

/** A missing one stays visible as written. */
export type PlaceholderValues = { readonly [Name in PlaceholderName]?: string };

/** `text`: for the eye. `exact`: for programs, as it is. `url`: for links and commands. */
type Spelling = 'text' | 'exact' | 'url';

const pattern = /\{\{\s*([^{}]*?)\s*\}\}/g;
const origin = /^https?:\/\/(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * Fills `{{pipeline}}`, `{{server}}` and the like. In a link or a command a value is percent-encoded down to
 * letters, digits and `-._~`: right for a path or a query, and without a meaning to any shell, so that a batch
 * with a hostile name cannot turn a copied command into another one.
 */
export function fillPlaceholders(
  text: string,
  values: PlaceholderValues,
  spelling: Spelling,
): string {
  return text.replace(pattern, (whole, name: string) => {
    if (!isPlaceholder(name)) return whole;
    const value = values[name];
    if (value === undefined || (name === 'server' && !origin.test(value))) return whole;
    if (name === 'server') return value;
    if (spelling === 'exact') return value;
    return spelling === 'text' ? unturned(value) : urlPart(value);
  });
}

/** The names between double braces, known or not. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name ?? '');
}

export function isPlaceholder(name: string): name is PlaceholderName {
  return (placeholderNames as readonly string[]).includes(name);
}

/** A value as one part of a path or a query; half a surrogate pair becomes U+FFFD instead of an error. */
export function urlPart(value: string): string {
  return encodeURIComponent(value.replace(/\p{Cs}/gu, '\uFFFD')).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
