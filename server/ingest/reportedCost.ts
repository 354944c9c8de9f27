/**
 * What the emitter itself says that a call cost. It is shown beside the computed cost and never becomes part of it.
 *
 * An amount of another currency is refused, with a note: no rate is known here, and taken as dollars it would be wrong.
 */
import type { FactSet } from '@burnbook/domain/factSet';
import { readUsd } from '@burnbook/domain/money';
import { asObject, objectAt, parseObject, valueAt, type JsonObject } from './jsonObject.js';

export interface ReportedCost {
  readonly nanoUsd: bigint | null;
  /** Why what was reported is not a cost in US dollars, or null. */
  readonly note: string | null;
}

const NONE: ReportedCost = { nanoUsd: null, note: null };
const TEXT_MAX = 40;

/** @param metadata the Vercel AI SDK's provider metadata: gateways tell their price there. */
export function readReportedCost(facts: FactSet, metadata: JsonObject | null): ReportedCost {
  const told = toldAmount(facts, metadata);
  if (told === null) return NONE;
  const currency = facts.text('reportedCurrency');
  if (currency !== null && currency.trim().toUpperCase() !== 'USD') {
    const key = facts.key('reportedCurrency') ?? '';
    return refused(`is in ${shown(currency)} (${key}), not in US dollars`);
  }
  const nanoUsd = amountOf(told.value);
  return nanoUsd !== null && nanoUsd >= 0n
    ? { nanoUsd, note: null }
    : refused(`is no amount of US dollars: ${told.key} is ${shown(told.value)}`);
}

const refused = (why: string): ReportedCost => ({
  nanoUsd: null,
  note: `the cost that the emitter reports ${why}`,
});

function toldAmount(
  facts: FactSet,
  metadata: JsonObject | null,
): { readonly key: string; readonly value: unknown } | null {
  const value = facts.value('reportedCostUsd');
  if (value !== null) return { key: facts.key('reportedCostUsd') ?? '', value };
  const details = facts.text('costDetails');
  if (details !== null) {
    const amounts = parseObject(details);
    const key = facts.key('costDetails') ?? '';
    return { key, value: amounts === null ? details : totalOf(amounts) };
  }
  const gateway = valueAt(objectAt(metadata, 'gateway'), 'cost');
  if (gateway !== undefined) return { key: 'gateway.cost', value: gateway };
  const router = valueAt(objectAt(metadata, 'openrouter', 'usage'), 'cost');
  return router === undefined ? null : { key: 'openrouter.usage.cost', value: router };
}

/** Langfuse: `total`, or else the sum of the parts. */
function totalOf(amounts: JsonObject): unknown {
  const total = valueAt(amounts, 'total');
  if (total !== undefined && total !== null) return total;
  let sum = 0n;
  for (const value of Object.values(amounts)) {
    const amount = amountOf(value);
    if (amount === null) return value;
    sum += amount;
  }
  return sum;
}

/** A double is taken by its shortest decimal, a text exactly. */
function amountOf(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' || typeof value === 'string' ? readUsd(String(value)) : null;
}

const shown = (value: unknown): string =>
  (asObject(value) ? JSON.stringify(value) : String(value)).slice(0, TEXT_MAX);
