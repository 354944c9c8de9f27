/** Bounds of a numeric option, both inclusive. */
export interface NumberRule {
  option: string;
  value: unknown;
  min: number;
  max?: number;
  integer?: boolean;
}

/** @throws TypeError naming the option, its rule and the value that was given. */
export function checkNumber({
  option,
  value,
  min,
  max = Number.POSITIVE_INFINITY,
  integer,
}: NumberRule): void {
  const ok =
    typeof value === 'number' &&
    value >= min &&
    value <= max &&
    (integer !== true || Number.isSafeInteger(value));
  if (ok) return;
  const kind = integer === true ? 'an integer' : 'a number';
  const range = Number.isFinite(max) ? `from ${min} to ${max}` : `of at least ${min}`;
  throw new TypeError(`option ${option} must be ${kind} ${range}, got ${shown(value)}`);
}

/** Longest identity that goes on every span; longer ones would be paid for on every span. */
const TEXT_CHARS_MAX = 512;

/** @throws TypeError unless the value is a string of 1 to 512 characters. */
export function checkText(option: string, value: unknown): void {
  if (typeof value === 'string' && value.length > 0 && value.length <= TEXT_CHARS_MAX) return;
  throw new TypeError(
    `option ${option} must be a string of 1 to ${TEXT_CHARS_MAX} characters, got ${shown(value)}`,
  );
}

/** @throws TypeError unless the value is one of the names. */
export function checkOneOf(option: string, value: unknown, names: readonly string[]): void {
  if (typeof value === 'string' && names.includes(value)) return;
  throw new TypeError(`option ${option} must be one of ${names.join(', ')}, got ${shown(value)}`);
}

/** @throws TypeError unless the value is an AbortSignal. */
export function checkSignal(option: string, value: unknown): void {
  if (value instanceof AbortSignal) return;
  throw new TypeError(`option ${option} must be an AbortSignal, got ${shown(value)}`);
}

/** @throws TypeError unless the value is a function. */
export function checkFunction(option: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new TypeError(`${option} must be a function, got ${shown(value)}`);
}

/** A value as it stands in a message: short, and never an object's content, which may hold a secret. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (value === null || typeof value !== 'object') return String(value).slice(0, 60);
  return Array.isArray(value) ? 'an array' : 'an object';
}
