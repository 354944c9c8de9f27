/**
 * What changed between two periods: the difference in cost, split into factors that add up to it exactly.
 *
 * A model that was used in both periods is a product of five factors,
 *
 *     cost = volume × tokens per row × mix × price × retries
 *          =   R    ×     T'/R       × t'/T' × u/t' ×  c/u
 *
 * where c is the model's cost, u the part of it that was not lost on failed attempts, t' the tokens behind u, T' the sum
 * of t' over the models, R the rows. The difference is split among the factors by their Shapley values: the mean of what
 * each adds over all orders in which the factors can change. Nothing is left over, and no order is preferred.
 *
 * - `t'` is t · u/c: tokens of lost attempts are not recorded apart, and cost the same as the others of their model.
 * - `price` is dollars per token as it came out: unit prices, and which classes of tokens (input, output, cached) and
 *   tiers were used. Tokens without a known price are in t, not in c: a change of what is unpriced shows here too.
 * - Without rows in either period, volume is counted in calls that were not lost, and `tokensPerRow` is tokens per call.
 * - A model without tokens in one of the periods (billed by image, request or second) is measured in calls, apart.
 * - Models that were used in one period alone are `new` and `gone`; compute is a bar of its own.
 * - A model whose cost was lost as a whole in one of the periods changed by `retries`: nothing tells the rest apart.
 *
 * Rounding: a model's shares are cut to whole nano-USD towards zero, and the rest (under five) goes to the factors that
 * were cut most, one each, in the order of `FACTORS` where two were cut alike.
 */
import { add, divide, rational, type Rational } from './rational.js';

export const FACTORS = ['volume', 'tokensPerRow', 'mix', 'price', 'retries'] as const;
export type Factor = (typeof FACTORS)[number];
export const BARS = [...FACTORS, 'new', 'gone', 'compute'] as const;
export type Bar = (typeof BARS)[number];

/** What one model did in one period. All counts are ≥ 0. */
export interface ModelPeriod {
  readonly costNano: bigint;
  /** Part of `costNano` on attempts that lost: retry waste and failure cost. */
  readonly lostNano: bigint;
  readonly tokens: bigint;
  readonly calls: bigint;
}

export interface Period {
  /** Rows that the scope processed; null: it does not tell. */
  readonly rows: bigint | null;
  readonly computeNano: bigint;
  readonly models: ReadonlyMap<string, ModelPeriod>;
}

export type Bars = Readonly<Record<Bar, bigint>>;

export interface Waterfall {
  readonly beforeNano: bigint;
  readonly afterNano: bigint;
  /** Each in nano-USD; they add up to `afterNano - beforeNano`. */
  readonly bars: Bars;
  /** The same by model, dearest first; `compute` is 0 here. `model` null: the rest beyond `MODELS_MAX`, as one. */
  readonly models: readonly {
    readonly model: string | null;
    readonly beforeNano: bigint;
    readonly afterNano: bigint;
    readonly bars: Bars;
  }[];
  /** What `volume` counts. */
  readonly volumeIn: 'rows' | 'calls';
}

/** Fractions grow with every model that they sum over; cheaper ones beyond are taken together. */
export const MODELS_MAX = 50;

export function waterfall(before: Period, after: Period): Waterfall {
  const volumeIn = (before.rows ?? 0n) > 0n && (after.rows ?? 0n) > 0n ? 'rows' : 'calls';
  const pairs = pairModels(before.models, after.models);
  const families = { tokens: familyOf('tokens', pairs), calls: familyOf('calls', pairs) };
  const rows = { before: before.rows ?? 0n, after: after.rows ?? 0n };
  const models = pairs.map((pair) => ({
    model: pair.model,
    beforeNano: pair.before.costNano,
    afterNano: pair.after.costNano,
    bars:
      pair.unit === null ? oneSided(pair) : split(pair, families[pair.unit], { rows, volumeIn }),
  }));
  const compute = after.computeNano - before.computeNano;
  const total = (of: (model: (typeof models)[number]) => bigint): bigint =>
    models.reduce((sum, model) => sum + of(model), 0n);
  return {
    beforeNano: before.computeNano + total(({ beforeNano }) => beforeNano),
    afterNano: after.computeNano + total(({ afterNano }) => afterNano),
    bars: bars((bar) => (bar === 'compute' ? compute : total((model) => model.bars[bar]))),
    models,
    volumeIn,
  };
}

/** How a model's work is measured; null where it has neither tokens nor calls in one of the periods. */
type Unit = 'tokens' | 'calls' | null;

interface Pair {
  readonly model: string | null;
  readonly before: ModelPeriod;
  readonly after: ModelPeriod;
  readonly unit: Unit;
  /** Everything was lost in both periods: retries did not change, and nothing is known of what would not be lost. */
  readonly allLost: boolean;
}

const NOTHING: ModelPeriod = { costNano: 0n, lostNano: 0n, tokens: 0n, calls: 0n };

function pairModels(
  before: ReadonlyMap<string, ModelPeriod>,
  after: ReadonlyMap<string, ModelPeriod>,
): Pair[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const sized = names
    .map((model) => {
      const pair = {
        model,
        before: before.get(model) ?? NOTHING,
        after: after.get(model) ?? NOTHING,
      };
      return { ...pair, both: pair.before.costNano + pair.after.costNano };
    })
    .toSorted((a, b) => compare(b.both, a.both) || (a.model < b.model ? -1 : 1));
  const rest = sized.slice(MODELS_MAX);
  const kept = sized.slice(0, MODELS_MAX).map((pair) => pairOf(pair.model, pair));
  if (rest.length === 0) return kept;
  return [
    ...kept,
    pairOf(null, {
      before: rest.map((pair) => pair.before).reduce(together),
      after: rest.map((pair) => pair.after).reduce(together),
    }),
  ];
}

function pairOf(
  model: string | null,
  { before, after }: { readonly before: ModelPeriod; readonly after: ModelPeriod },
): Pair {
  const allLost = isAllLost(before) && isAllLost(after);
  const measured = (unit: 'tokens' | 'calls'): boolean => before[unit] > 0n && after[unit] > 0n;
  const unit = measured('tokens') ? 'tokens' : measured('calls') ? 'calls' : null;
  return { model, before, after, unit, allLost };
}

const isThere = ({ costNano, tokens, calls }: ModelPeriod): boolean =>
  costNano > 0n || tokens > 0n || calls > 0n;

const isAllLost = ({ costNano, lostNano }: ModelPeriod): boolean =>
  costNano > 0n && lostNano >= costNano;

const together = (a: ModelPeriod, b: ModelPeriod): ModelPeriod => ({
  costNano: a.costNano + b.costNano,
  lostNano: a.lostNano + b.lostNano,
  tokens: a.tokens + b.tokens,
  calls: a.calls + b.calls,
});

/** The models that are measured in one unit, with their sums. */
interface Family {
  readonly size: Both;
  readonly calls: Both;
}
interface Both {
  readonly before: Rational;
  readonly after: Rational;
}

function familyOf(unit: 'tokens' | 'calls', pairs: readonly Pair[]): Family {
  const own = pairs.filter((pair) => pair.unit === unit && !isOneLost(pair));
  const sum = (of: 'tokens' | 'calls', when: 'before' | 'after'): Rational =>
    own.map((pair) => keptOf(pair, { of, when })).reduce(add, rational(0n));
  const both = (of: 'tokens' | 'calls'): Both => ({
    before: sum(of, 'before'),
    after: sum(of, 'after'),
  });
  return { size: both(unit), calls: both('calls') };
}

/** Everything was lost in one period alone: what it would have used without is not known. */
const isOneLost = (pair: Pair): boolean =>
  !pair.allLost && (isAllLost(pair.before) || isAllLost(pair.after));

/** Tokens or calls behind the cost that was not lost. */
function keptOf(
  pair: Pair,
  { of, when }: { readonly of: 'tokens' | 'calls'; readonly when: 'before' | 'after' },
): Rational {
  const period = pair[when];
  if (pair.allLost || period.costNano === 0n) return rational(period[of]);
  return rational(period[of] * keptNano(period), period.costNano);
}

const keptNano = ({ costNano, lostNano }: ModelPeriod): bigint => costNano - lostNano;

function oneSided({ before, after }: Pair): Bars {
  const change = after.costNano - before.costNano;
  if (!isThere(before)) return only('new', change);
  if (!isThere(after)) return only('gone', change);
  // A cost in both periods with neither tokens nor calls in one of them: nothing but a price tells them apart.
  return only('price', change);
}

interface Volume {
  readonly rows: { readonly before: bigint; readonly after: bigint };
  readonly volumeIn: 'rows' | 'calls';
}

function split(pair: Pair, family: Family, volume: Volume): Bars {
  const change = pair.after.costNano - pair.before.costNano;
  if (isOneLost(pair)) return only('retries', change);
  const a = factorsOf(pair, { family, volume, when: 'before' });
  const b = factorsOf(pair, { family, volume, when: 'after' });
  const shares = wholeShares(shapley(a, b), change);
  return bars((bar) => {
    const index = FACTORS.findIndex((factor) => factor === bar);
    return index < 0 ? 0n : (shares[index] ?? 0n);
  });
}

/** In the order of `FACTORS`; their product is the cost. */
function factorsOf(
  pair: Pair,
  at: { readonly family: Family; readonly volume: Volume; readonly when: 'before' | 'after' },
): Rational[] {
  const { family, volume, when } = at;
  const period = pair[when];
  const of = pair.unit ?? 'calls';
  const own = keptOf(pair, { of, when });
  const size = family.size[when];
  const amount = volume.volumeIn === 'rows' ? rational(volume.rows[when]) : callsOf(family, when);
  const kept = rational(pair.allLost ? period.costNano : keptNano(period));
  // What cost nothing lost nothing, as far as money tells.
  const retries = kept.num === 0n ? rational(1n) : divide(rational(period.costNano), kept);
  return [amount, divide(size, amount), divide(own, size), divide(kept, own), retries];
}

/** Calls that were not lost; where a period tells none, tokens stand for them and there is no per-call factor. */
function callsOf(family: Family, when: 'before' | 'after'): Rational {
  const told = family.calls.before.num > 0n && family.calls.after.num > 0n;
  return (told ? family.calls : family.size)[when];
}

/** Each factor's share of Π after − Π before, as numerators over one denominator. */
function shapley(
  before: readonly Rational[],
  after: readonly Rational[],
): { readonly nums: readonly bigint[]; readonly den: bigint } {
  const count = before.length;
  const one = rational(1n);
  const pairs = before.map((a, index) => {
    const b = after[index] ?? one;
    return { a: a.num * b.den, b: b.num * a.den, den: a.den * b.den };
  });
  const products = Array.from({ length: 2 ** count }, (_, changed) =>
    pairs.reduce((product, { a, b }, index) => product * ((changed >> index) & 1 ? b : a), 1n),
  );
  const nums = pairs.map((_, factor) =>
    products.reduce((sum, product, changed) => {
      if ((changed >> factor) & 1) return sum;
      const orders = factorial(bitsOf(changed)) * factorial(count - 1 - bitsOf(changed));
      return sum + orders * ((products[changed | (1 << factor)] ?? 0n) - product);
    }, 0n),
  );
  const den = pairs.reduce((product, pair) => product * pair.den, factorial(count));
  return { nums, den };
}

/** Whole nano-USD that add up to `total`, which is the sum of the fractions. */
function wholeShares(
  { nums, den }: { readonly nums: readonly bigint[]; readonly den: bigint },
  total: bigint,
): bigint[] {
  const shares = nums.map((num) => num / den);
  const rest = total - shares.reduce((sum, share) => sum + share, 0n);
  const sign = rest < 0n ? -1n : 1n;
  const most = nums
    .map((num, index) => ({ index, cut: sign * (num % den) }))
    .toSorted((a, b) => compare(b.cut, a.cut) || a.index - b.index)
    .slice(0, Number(sign * rest));
  for (const { index } of most) shares[index] = (shares[index] ?? 0n) + sign;
  return shares;
}

const bars = (of: (bar: Bar) => bigint): Bars =>
  Object.fromEntries(BARS.map((bar) => [bar, of(bar)])) as Record<Bar, bigint>;

const only = (name: Bar, nano: bigint): Bars => bars((bar) => (bar === name ? nano : 0n));

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

const factorial = (n: number): bigint => (n <= 1 ? 1n : BigInt(n) * factorial(n - 1));

function bitsOf(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest > 0; rest &= rest - 1) bits++;
  return bits;
}
