import { randomUUID } from 'node:crypto';
import { KEY } from '@burnbook/domain/semconv';
import { checkFunction, checkNumber, checkOneOf, checkText, shown } from './optionCheck.js';
import type { ReservationClient, ServerAnswer } from './reservationClient.js';
import { currentScope, within, type Scope } from './scope.js';

/** How much is to be held, and for what. Pipeline, batch, team, environment and tags are those of the enclosing run. */
export interface ReservationOptions {
  /** US dollars as decimal text, `'2.50'`; or `tokens` of a `model`. */
  amountUsd?: string;
  /** Priced by the server. Cached and audio tokens are parts of `input` or `output`. */
  tokens?: Readonly<
    Partial<
      Record<
        | 'input'
        | 'output'
        | 'cacheRead'
        | 'cacheWrite'
        | 'cacheWrite1h'
        | 'audioInput'
        | 'audioOutput',
        number
      >
    >
  >;
  model?: string;
  provider?: string;
  /** Of the price: `batch`, `flex`. Standard when left out. */
  tier?: string;
  /** One budget with a hard limit; every one that matches when left out. */
  budget?: string;
  /** Only outside of a run, or for another pipeline. */
  pipeline?: string;
  /** The lease: it is renewed while `fn` runs, and lets go when the process dies. Default 300. */
  ttlSeconds?: number;
  /** The same key gets the same reservation, also after a crash of this process. Default: a new one each time. */
  idempotencyKey?: string;
  /** What to do when the server cannot be asked. Default `allow`: `fn` runs unreserved. */
  onUnavailable?: 'allow' | 'deny';
  /** Of each of three tries. Default 2,000. */
  timeoutMs?: number;
}

/** The reservation that `fn` runs under. */
export interface ReservationHandle {
  /** null: it runs unreserved, since the server could not be asked. */
  readonly id: string | null;
  /** Adds to what it cost in the end: US dollars as decimal text. Never said: telemetry alone tells. */
  readonly spent: (usd: string) => void;
}

/** `exhausted`: a hard limit has no room. `unpriced`: it denies what has no price. `unavailable`: nobody could be asked. */
export type RefusalReason = 'exhausted' | 'unpriced' | 'unavailable';

/** No money for it: `fn` was not called. */
export class ReservationRefused extends Error {
  override readonly name = 'ReservationRefused';
  readonly reason: RefusalReason;
  /** The budget that refuses; null: `unavailable`. */
  readonly budget: string | null;
  /** What it has left, US dollars, exact; null: unknown. */
  readonly leftUsd: string | null;
  /** When there is room again if nothing more is spent; null: unknown, or not by the passing of time alone. */
  readonly resetsAt: Date | null;

  constructor(reason: RefusalReason, message: string, body: Readonly<Record<string, unknown>>) {
    super(message);
    this.reason = reason;
    this.budget = textOf(body['budget']);
    this.leftUsd = textOf(body['leftUsd']);
    const resetsAt = textOf(body['resetsAt']);
    this.resetsAt = resetsAt === null ? null : new Date(resetsAt);
  }
}

const TTL_SECONDS = 300;
const TIMEOUT_MS = 2_000;
/** What `fn` has recorded reaches the server before its hold is given back, if that takes no longer. */
const FLUSH_MS = 1_000;
const NANO_PLACES = 9;

/**
 * Holds money while `fn` runs: spans inside carry the reservation's id, so that what they cost is not counted twice. When
 * `fn` ends, however it ends, the reservation is settled with what `spent` was told; or, where it was told nothing, given
 * back once the telemetry is delivered.
 * @returns what `fn` returns. @throws what `fn` throws; ReservationRefused before `fn` is called; a TypeError naming the
 * option, its rule and the value.
 */
export async function withReservation<T>(
  options: ReservationOptions,
  fn: (reservation: ReservationHandle) => T | PromiseLike<T>,
): Promise<T> {
  checkFunction('the callback of withReservation', fn);
  const scope = currentScope();
  const pipeline = options.pipeline ?? scope.identity[KEY.pipelineName];
  checkOptions(options, pipeline);
  const spent = new Spent();
  const client = scope.core.reservations;
  const id = client && (await reserve(client, scope, { ...options, pipeline: String(pipeline) }));
  const handle: ReservationHandle = { id: id ?? null, spent: (usd) => spent.add(usd) };
  if (!client || !id) return within(scope, () => fn(handle));
  const { ttlSeconds = TTL_SECONDS, timeoutMs = TIMEOUT_MS } = options;
  const over = new AbortController();
  void renewing(client, { id, ttlSeconds, timeoutMs, scope, signal: over.signal });
  try {
    const identity = { ...scope.identity, [KEY.reservationId]: id };
    return await within({ ...scope, identity }, () => fn(handle));
  } finally {
    over.abort();
    await end(client, { id, actualUsd: spent.total, timeoutMs, scope });
  }
}

/** @returns the id; null: nobody could be asked, and that allows it. */
async function reserve(
  client: ReservationClient,
  scope: Scope,
  options: ReservationOptions & { readonly pipeline: string },
): Promise<string | null> {
  const { budget, timeoutMs = TIMEOUT_MS, ttlSeconds = TTL_SECONDS } = options;
  const { onUnavailable = 'allow', idempotencyKey = randomUUID(), ...rest } = options;
  const { amountUsd, tokens, model, provider, tier, pipeline } = rest;
  const said = (key: string): string | undefined => textOf(scope.identity[key]) ?? undefined;
  const tags = Object.entries(scope.identity).flatMap(([key, value]) =>
    key.startsWith('tag.') && typeof value === 'string' ? [[key.slice(4), value]] : [],
  );
  const path = budget === undefined ? '' : `/budgets/${encodeURIComponent(budget)}`;
  const body = {
    amountUsd,
    tokens,
    model,
    provider,
    tier,
    ttlSeconds,
    idempotencyKey,
    pipeline,
    batch: said(KEY.batchId) ?? said(KEY.partition) ?? said(KEY.nominalTime),
    team: said(KEY.team),
    environment: said(KEY.environment),
    tags: Object.fromEntries(tags) as Record<string, string>,
  };
  const answer = await client.send('POST', `/api${path}/reservations`, { body, timeoutMs });
  const id = answer.kind === 'ok' ? textOf(answer.body['id']) : null;
  if (id !== null) return id;
  const refusal = refusalOf(answer);
  if (refusal.reason === 'unavailable' && onUnavailable === 'allow') return null;
  throw refusal;
}

/** A request that the server does not understand has asked nobody either. */
function refusalOf(answer: ServerAnswer): ReservationRefused {
  if (answer.kind !== 'refused') {
    const why = answer.kind === 'away' ? answer.why : 'the answer has no id';
    return new ReservationRefused('unavailable', `no reservation can be had: ${why}`, {});
  }
  const { status, body } = answer;
  const detail = textOf(body['detail']) ?? `HTTP ${status}`;
  if (status === 409 && 'budget' in body) return new ReservationRefused('exhausted', detail, body);
  if (status === 422 && 'budget' in body) return new ReservationRefused('unpriced', detail, body);
  return new ReservationRefused('unavailable', `no reservation can be had: ${detail}`, {});
}

interface Lease {
  readonly id: string;
  readonly timeoutMs: number;
  readonly scope: Scope;
}

/** Renews the lease three times as often as it must, until the signal. */
async function renewing(
  client: ReservationClient,
  {
    id,
    timeoutMs,
    scope,
    ttlSeconds,
    signal,
  }: Lease & { readonly ttlSeconds: number; readonly signal: AbortSignal },
): Promise<void> {
  for (;;) {
    await scope.core.runtime.sleep((ttlSeconds * 1_000) / 3, signal);
    if (signal.aborted) return;
    await client.send('POST', `/api/reservations/${id}/renew`, { body: { ttlSeconds }, timeoutMs });
  }
}

/** Settles or gives back. Where neither arrives, the lease runs out by itself. */
async function end(
  client: ReservationClient,
  { id, actualUsd, timeoutMs, scope }: Lease & { readonly actualUsd: string | null },
): Promise<void> {
  const path = `/api/reservations/${id}`;
  if (actualUsd !== null) {
    await client.send('POST', `${path}/settle`, { body: { actualUsd }, timeoutMs });
    return;
  }
  // What is given back before its telemetry is there would be free for others meanwhile.
  if (await scope.core.flush({ timeoutMs: FLUSH_MS })) {
    await client.send('DELETE', path, { timeoutMs });
  }
}

/** A sum of decimal texts, exact. */
class Spent {
  #nano: bigint | null = null;

  add(usd: string): void {
    const match = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(usd);
    if (!match) return;
    const nano = BigInt(`${match[1]}${(match[2] ?? '').padEnd(NANO_PLACES, '0')}`);
    this.#nano = (this.#nano ?? 0n) + nano;
  }

  get total(): string | null {
    if (this.#nano === null) return null;
    const digits = this.#nano.toString().padStart(NANO_PLACES + 1, '0');
    return `${digits.slice(0, -NANO_PLACES)}.${digits.slice(-NANO_PLACES)}`;
  }
}

function checkOptions(options: ReservationOptions, pipeline: unknown): void {
  const { amountUsd, tokens, onUnavailable, ttlSeconds, timeoutMs } = options;
  if ((amountUsd === undefined) === (tokens === undefined)) {
    throw new TypeError('withReservation needs either option amountUsd or option tokens');
  }
  // A number would be refused by the server, which counts as nobody asked: the money would not be held.
  const said: unknown = amountUsd;
  if (said !== undefined && !(typeof said === 'string' && /^\d{1,9}(\.\d{1,9})?$/.test(said))) {
    throw new TypeError(`option amountUsd must be decimal text such as "2.50", got ${shown(said)}`);
  }
  if (tokens !== undefined) checkText('model', options.model);
  for (const option of ['model', 'provider', 'tier', 'budget', 'idempotencyKey'] as const) {
    if (options[option] !== undefined) checkText(option, options[option]);
  }
  checkText('pipeline', pipeline);
  if (onUnavailable !== undefined) checkOneOf('onUnavailable', onUnavailable, ['allow', 'deny']);
  if (ttlSeconds !== undefined) {
    checkNumber({ option: 'ttlSeconds', value: ttlSeconds, min: 1, max: 86_400, integer: true });
  }
  if (timeoutMs !== undefined) {
    checkNumber({ option: 'timeoutMs', value: timeoutMs, min: 1, max: 60_000 });
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
