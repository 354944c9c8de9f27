/** Reads token counts out of attributes and of the JSON inside them, and keeps in mind those that cannot be true. */
import type { FactSet } from '@burnbook/domain/factSet';
import type { Fact } from '@burnbook/domain/semconv';
import { CALL_TOKENS_MAX, isCallTokens } from '@burnbook/domain/usage';
import { valueAt, type JsonObject } from './jsonObject.js';

const TEXT_MAX = 40;
/** Keys of Semantic Kernel, which writes -1 where the answer does not tell. */
const SEMANTIC_KERNEL_KEY = /^gen_ai\.response\.(?:prompt|completion)_tokens$/;

export class TokenCounts {
  readonly #facts: FactSet;
  readonly #faults: string[] = [];

  constructor(facts: FactSet) {
    this.#facts = facts;
  }

  /** The fact's count; null when it is absent or untold, or impossible (then `fault` names its key). */
  of(fact: Fact): number | null {
    const value = this.#facts.value(fact);
    if (value === null) return null;
    const untold = value === -1 && SEMANTIC_KERNEL_KEY.test(this.#facts.key(fact) ?? '');
    return untold ? null : this.#count(value, () => this.#facts.key(fact) ?? fact);
  }

  /** The count of a member of a JSON object; `where` is the attribute that holds the object. */
  at(object: JsonObject | null, name: string, where: string): number | null {
    const value = valueAt(object, name);
    return value === undefined || value === null || value === ''
      ? null
      : this.#count(value, () => `${where}: ${name}`);
  }

  refuse(fault: string): void {
    if (!this.#faults.includes(fault)) this.#faults.push(fault);
  }

  /** Why the usage cannot be true as it was told, or null. */
  get fault(): string | null {
    return this.#faults.length === 0 ? null : `impossible usage: ${this.#faults.join(', ')}`;
  }

  #count(value: unknown, name: () => string): number | null {
    const number = typeof value === 'string' ? numberOf(value) : value;
    if (typeof number === 'number' && isCallTokens(number)) return number;
    this.refuse(
      `${name()} must be a whole number from 0 to ${CALL_TOKENS_MAX}, not ${shown(value)}`,
    );
    return null;
  }
}

/** Some emitters write counts as text, decimal point and all. */
const numberOf = (text: string): number =>
  /^-?\d{1,20}(?:\.\d{1,20})?$/.test(text.trim()) ? Number(text) : Number.NaN;

/** Whole numbers digit by digit: 2^63 would be shown rounded to ten thousands. */
const shown = (value: unknown): string =>
  String(Number.isInteger(value) ? BigInt(value as number) : value).slice(0, TEXT_MAX);
