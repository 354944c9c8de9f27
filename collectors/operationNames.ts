import { randomUUID } from 'node:crypto';

/** Idempotency keys remembered per run; a run with more gets a UUID on every one after. */
const KEYS_MAX = 10_000;

/** Gives every operation of a run an id that no other operation of that run has. */
export class OperationNames {
  readonly #uses = new Map<string, number>();

  /** The key itself the first time, `key#2` the second; a random UUID where there is no key. */
  next(key: string | undefined): string {
    if (key === undefined) return randomUUID();
    const uses = (this.#uses.get(key) ?? 0) + 1;
    if (uses === 1 && this.#uses.size >= KEYS_MAX) return `${key}#${randomUUID()}`;
    this.#uses.set(key, uses);
    return uses === 1 ? key : `${key}#${uses}`;
  }
}
