/**
 * Keeps the store's ledger of prices in step with what is known: the installed catalogue, what providers publish about
 * their tiers, and `prices.yaml`. An unchanged snapshot costs one small query; the start does not wait for it.
 */
import { createHash } from 'node:crypto';
import { hash64 } from '@burnbook/domain/hash64';
import type { PriceVersion } from '@burnbook/domain/price';
import { parseMultiplier } from '@burnbook/domain/priceTier';
import type { LedgerRow } from '../store/commands/recordPrices.js';
import { StoreError, type StoreFailure } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { catalogueSnapshot, type DatedPrice } from './catalogue.js';
import { overlayPrices, tierRules, type RuledPrice } from './overlay.js';
import type { PriceRules } from './priceBook.js';
import { TIER_FACTS } from './tierFacts.js';

export interface PriceLedgerOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export type PriceOrigin = 'catalogue' | 'published' | 'prices.yaml';

/** Reasons that another try may do away with. */
const PASSING: ReadonlySet<StoreFailure> = new Set(['unavailable', 'timeout', 'busy']);
const RETRY_MS = 1_000;
/** While the store's process is away. */
const TRIES_MAX = 30;

interface Snapshot {
  readonly rows: readonly LedgerRow[];
  readonly hash: string;
}

/** The installed catalogue stays the same while the process lives, however many servers it starts. */
let installed: Promise<Snapshot> | undefined;

export class PriceLedger {
  readonly #o: PriceLedgerOptions;
  #settled: Promise<void>;
  /** The newest rules that nobody has begun to record. */
  #waiting: PriceRules | null = null;
  #closed = false;

  constructor(options: PriceLedgerOptions) {
    this.#o = options;
    this.#settled = this.#record('catalogue', () => (installed ??= installedCatalogue()));
    this.#enqueue('published', () => snapshotOf(TIER_FACTS.map(factRow)));
  }

  /** Takes over new rules. */
  publish(rules: PriceRules): void {
    const isNext = this.#waiting !== null;
    this.#waiting = rules;
    if (isNext) return;
    this.#enqueue('prices.yaml', () => {
      const newest = this.#waiting ?? rules;
      this.#waiting = null;
      return snapshotOf(overlayRows(newest));
    });
  }

  /** Resolves when all that was published is in the ledger, or has failed. */
  settled(): Promise<void> {
    return this.#settled;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#settled;
  }

  #enqueue(origin: PriceOrigin, snapshot: () => Snapshot): void {
    this.#settled = this.#settled.then(() => this.#record(origin, snapshot));
  }

  async #record(origin: PriceOrigin, snapshot: () => Snapshot | Promise<Snapshot>): Promise<void> {
    const { store, nowNs, sleep, onError } = this.#o;
    try {
      const { rows, hash } = await snapshot();
      for (let tries = 1; ; tries++) {
        try {
          const [known] = await store.query('price_snapshot', { origin });
          if (known?.['hash'] !== hash) {
            await store.command('recordPrices', { origin, hash, knownAtNs: nowNs(), rows });
          }
          return;
        } catch (error) {
          const passes = error instanceof StoreError && PASSING.has(error.reason);
          if (!passes || tries >= TRIES_MAX || this.#closed) throw error;
          await sleep(RETRY_MS);
        }
      }
    } catch (error) {
      if (!this.#closed) onError(error);
    }
  }
}

async function installedCatalogue(): Promise<Snapshot> {
  return snapshotOf((await catalogueSnapshot()).flatMap(catalogueRows));
}

const snapshotOf = (rows: readonly LedgerRow[]): Snapshot => ({ rows, hash: hashOf(rows) });

function catalogueRows({ price, validFromNs, validToNs, daily }: DatedPrice): LedgerRow[] {
  const when = {
    validFromNs,
    validToNs,
    dailyFrom: daily?.from ?? null,
    dailyTo: daily?.to ?? null,
  };
  // A new release of the catalogue that says the same is no news: its name stays out of the key.
  return unitRows(price, when, '');
}

function overlayRows(rules: PriceRules): LedgerRow[] {
  const ruled = overlayPrices(rules.prices ?? []);
  const prices = ruled.flatMap((entry) => {
    const when = {
      validFromNs: entry.validFromNs,
      validToNs: endOf(entry, ruled),
      dailyFrom: null,
      dailyTo: null,
    };
    return [entry.price, ...entry.tierPrices.values()].flatMap((price) =>
      unitRows(price, when, price.source),
    );
  });
  const multipliers = tierRules(rules.tiers ?? []).map(({ rule, validFromNs, validToNs }) =>
    keyed(
      {
        provider: rule.provider ?? '',
        model: rule.model ?? '',
        tier: rule.tier,
        unit: 'multiplier',
        aboveTokens: 0,
        amount: parseMultiplier(rule.multiplier),
        validFromNs,
        validToNs,
        dailyFrom: null,
        dailyTo: null,
        source: `prices.yaml: ${rule.source}`,
        checkedOn: rule.checkedOn ?? null,
        priceId: null,
      },
      rule.source,
    ),
  );
  return [...prices, ...multipliers];
}

/** Its own end, or the beginning of the rule that takes over. */
function endOf(entry: RuledPrice, all: readonly RuledPrice[]): bigint | null {
  let end = entry.validToNs;
  for (const { provider, model, tier, validFromNs } of all) {
    const isNext =
      provider === entry.provider &&
      model === entry.model &&
      tier === entry.tier &&
      validFromNs !== null &&
      validFromNs > (entry.validFromNs ?? -1n);
    if (isNext && (end === null || validFromNs < end)) end = validFromNs;
  }
  return end;
}

function factRow(fact: (typeof TIER_FACTS)[number]): LedgerRow {
  return keyed(
    {
      provider: fact.provider,
      model: '',
      tier: fact.tier,
      unit: 'multiplier',
      aboveTokens: 0,
      amount: parseMultiplier(fact.multiplier),
      validFromNs: null,
      validToNs: null,
      dailyFrom: null,
      dailyTo: null,
      source: fact.source,
      checkedOn: fact.checkedOn,
      priceId: null,
    },
    fact.source,
  );
}

type When = Pick<LedgerRow, 'validFromNs' | 'validToNs' | 'dailyFrom' | 'dailyTo'>;

function unitRows(price: PriceVersion, when: When, provenance: string): LedgerRow[] {
  const row = (unit: string, amount: bigint, aboveTokens = 0): LedgerRow =>
    keyed(
      {
        ...when,
        provider: price.provider,
        model: price.model,
        tier: price.tier,
        unit,
        aboveTokens,
        amount,
        source: price.source,
        checkedOn: price.checkedOn ?? null,
        priceId: price.id,
      },
      provenance,
    );
  const flat: readonly (readonly [string, bigint])[] = [
    ['request', price.perMillionRequests],
    ['second', price.perMillionSeconds ?? 0n],
    ['image', price.perMillionImages ?? 0n],
  ];
  return [
    ...Object.entries(price.units).flatMap(([unit, { perMillion, steps }]) => [
      row(unit, perMillion),
      ...steps.map((step) => row(unit, step.perMillion, step.above)),
    ]),
    ...flat.flatMap(([unit, amount]) => (amount > 0n ? [row(unit, amount)] : [])),
  ];
}

function keyed(row: Omit<LedgerRow, 'factKey'>, provenance: string): LedgerRow {
  const { source: _, priceId: __, ...facts } = row;
  return { ...row, factKey: hash64(textOf([provenance, ...Object.values(facts)])) };
}

const hashOf = (rows: readonly LedgerRow[]): string =>
  createHash('sha256')
    .update(rows.map(({ factKey }) => String(factKey)).join(' '))
    .digest('hex');

const textOf = (values: readonly unknown[]): string =>
  JSON.stringify(values, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
