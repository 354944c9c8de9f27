/** A limit on what may be spent in a period, and which spend counts against it. */
import type { BudgetPeriod } from './budgetPeriod.js';

/** What a scope may name besides `tag.x`. */
export const SCOPE_KEYS = ['pipeline', 'model', 'provider', 'team', 'environment'] as const;
const TAG = 'tag.';
export type ScopeKey = (typeof SCOPE_KEYS)[number];

/**
 * By key the value that spend must have; a value that ends in `*` stands for all that begin like it. Several keys
 * narrow; without any, everything counts.
 */
export type BudgetScope = Readonly<Record<string, string>>;

export interface CostBudget {
  readonly id: string;
  readonly scope: BudgetScope;
  readonly period: BudgetPeriod;
  /** IANA; days of the forecast are its days, also for a rolling period. */
  readonly timeZone: string;
  /** Nano-USD, more than 0. */
  readonly amountNano: bigint;
  /** Whether reservations are refused that do not fit in what is left. */
  readonly hardLimit: boolean;
  /** Percent of the amount, ascending; each alerts once a period. */
  readonly thresholds: readonly number[];
  /** Percent of the amount; a forecast above it alerts once a period. null: none does. */
  readonly forecastOver: number | null;
  /** Whether a hard limit grants what has no price. */
  readonly unpriced: 'deny' | 'allow';
  readonly owner: string | null;
  /** Runbook of all its alerts; null: each has its own. */
  readonly runbook: string | null;
  /** In force from here, UTC nanoseconds; null: since ever. */
  readonly fromNs: bigint | null;
  /** In force until here; null: for ever. */
  readonly toNs: bigint | null;
}

/** What is known of a piece of spend, or of a wish to spend; null: unknown, which no value of a scope matches. */
export interface SpendOrigin {
  readonly pipeline: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly team: string | null;
  readonly environment: string | null;
  /** By name: `x` of `tag.x`. */
  readonly tags: Readonly<Record<string, string>>;
}

export function isScopeKey(key: string): boolean {
  return isPlainKey(key) || (key.startsWith(TAG) && /^\S+$/.test(key.slice(TAG.length)));
}

/** Whether spend of this origin counts against a budget of this scope. */
export function scopeMatches(scope: BudgetScope, origin: SpendOrigin): boolean {
  return Object.entries(scope).every(([key, wanted]) => {
    const value = isPlainKey(key) ? origin[key] : tagOf(origin, key.slice(TAG.length));
    if (value === null) return false;
    return wanted.endsWith('*') ? value.startsWith(wanted.slice(0, -1)) : value === wanted;
  });
}

/** A tag may have the name of what every object inherits. */
const tagOf = ({ tags }: SpendOrigin, name: string): string | null =>
  Object.hasOwn(tags, name) ? (tags[name] ?? null) : null;

/** Whether a budget counts and alerts at an instant. */
export function isInForce({ fromNs, toNs }: CostBudget, nowNs: bigint): boolean {
  return (fromNs === null || nowNs >= fromNs) && (toNs === null || nowNs < toNs);
}

/** Whether a part of an amount is at least so many percent of it, exactly. */
export function reaches(partNano: bigint, amountNano: bigint, percent: number): boolean {
  return partNano * 100n >= amountNano * BigInt(percent);
}

/** For display; comparisons use `reaches`. */
export function shareOf(partNano: bigint, amountNano: bigint): number {
  return Number(partNano) / Number(amountNano);
}

function isPlainKey(key: string): key is ScopeKey {
  return (SCOPE_KEYS as readonly string[]).includes(key);
}
