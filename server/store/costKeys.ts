/**
 * Keys of what the rollup of costs tells as text: where cost comes from, and the run and batch that it is of. The macros
 * `cost_origin_key` and `cost_place_key` make the same ones of stored lines.
 */
import { hash } from 'node:crypto';
import type { LineRow, Owner } from './rows.js';

/** A row of `cost_origins`. */
export interface CostOrigin {
  readonly key: bigint;
  readonly kind: LineRow['kind'];
  readonly owner: Owner;
  readonly provider: string | null;
  readonly model: string | null;
  readonly attempt: number | null;
  readonly inAttempt: boolean;
}

/** A row of `cost_places`. */
export interface CostPlace {
  readonly key: bigint;
  readonly owner: Owner;
}

interface KeysOfOwner {
  readonly place: CostPlace;
  /** By what an owner does not tell. */
  readonly origins: Map<string, CostOrigin>;
}

/** What is kept of one owner, and of all: models and attempts are few, unless an emitter makes them up. */
const OWNER_ORIGINS_MAX = 200;
const ORIGINS_MAX = 20_000;

/** Makes keys, once for all lines of an owner. */
export class CostKeys {
  readonly #owners = new WeakMap<Owner, KeysOfOwner>();
  /** By what is hashed: the runs of a pipeline have the same ones. */
  readonly #origins = new Map<string, bigint>();

  placeOf({ owner }: LineRow): CostPlace {
    return this.#of(owner).place;
  }

  originOf(line: LineRow): CostOrigin {
    const { kind, owner, attempt } = line;
    const call = kind === 'model' ? line.span.call : null;
    const provider = call?.provider ?? null;
    const model = call?.model ?? null;
    const inAttempt = line.attemptKey !== null;
    const { origins } = this.#of(owner);
    const name = `${kind}\n${attempt}\n${inAttempt}\n${keyPart(provider)}${keyPart(model)}`;
    const known = origins.get(name);
    if (known) return known;
    const origin = { kind, owner, provider, model, attempt, inAttempt };
    const made = { key: this.#originKey(origin), ...origin };
    if (origins.size < OWNER_ORIGINS_MAX) origins.set(name, made);
    return made;
  }

  #originKey(origin: Omit<CostOrigin, 'key'>): bigint {
    const text = originText(origin);
    const known = this.#origins.get(text);
    if (known !== undefined) return known;
    const key = textKey(text);
    if (this.#origins.size >= ORIGINS_MAX) this.#origins.clear();
    this.#origins.set(text, key);
    return key;
  }

  #of(owner: Owner): KeysOfOwner {
    const known = this.#owners.get(owner);
    if (known) return known;
    const keys = { place: { key: placeKeyOf(owner), owner }, origins: new Map() };
    this.#owners.set(owner, keys);
    return keys;
  }
}

const originText = (origin: Omit<CostOrigin, 'key'>): string => {
  const { kind, owner, provider, model, attempt, inAttempt } = origin;
  const { pipeline, step, team, environment, tags } = owner;
  const number = attempt === null ? null : String(attempt);
  const before = keyPart(kind) + keyPart(pipeline) + keyPart(step) + keyPart(model);
  const after = keyPart(provider) + keyPart(team) + keyPart(environment) + keyPart(number);
  return before + after + keyPart(String(inAttempt)) + keyPart(tags);
};

/** The key of an origin. */
export const originKeyOf = (origin: Omit<CostOrigin, 'key'>): bigint => textKey(originText(origin));

/** The key of a place. */
export const placeKeyOf = ({ pipeline, run, batch }: Owner): bigint =>
  textKey(keyPart(pipeline) + keyPart(run) + keyPart(batch));

/** A text so that several of them, one after the other, read in one way only. */
const keyPart = (text: string | null): string =>
  text === null ? '-' : `${Buffer.byteLength(text)}:${text}`;

const textKey = (text: string): bigint => BigInt(`0x${hash('sha256', text).slice(0, 16)}`);
