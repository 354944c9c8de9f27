/** The rules of `prices.yaml` as prices: who they are for, when they hold, and which of them goes first. */
import { parseUsd, parseUsdPerUnit } from '@burnbook/domain/money';
import {
  TOKEN_CLASSES,
  type PriceVersion,
  type TokenClass,
  type UnitPrice,
} from '@burnbook/domain/price';
import { parseMultiplier, scalePrice } from '@burnbook/domain/priceTier';
import { parseTime } from '@burnbook/domain/time';
import { priceVersion } from './priceVersion.js';

type TokenPrices = {
  readonly [Key in `${TokenClass}UsdPerMillion`]?: string | undefined;
};

interface Dated {
  /** First day, UTC. */
  readonly validFrom?: string | undefined;
  /** First day after. */
  readonly validTo?: string | undefined;
  readonly source: string;
  readonly checkedOn?: string | undefined;
}

/** One entry of `prices.yaml`: decimal US dollars as text. */
export interface OverlayPrice extends TokenPrices, Dated {
  readonly provider: string;
  readonly model: string;
  readonly tier?: string | undefined;
  readonly longContext?: readonly (TokenPrices & { readonly aboveTokens: number })[] | undefined;
  readonly requestUsd?: string | undefined;
  readonly imageUsd?: string | undefined;
  readonly cpuSecondUsd?: string | undefined;
  readonly cpus?: number | undefined;
  readonly gpuSecondUsd?: string | undefined;
  readonly gpus?: number | undefined;
  readonly tiers?: Readonly<Record<string, string>> | undefined;
}

export interface TierRule extends Dated {
  readonly tier: string;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly multiplier: string;
}

/** A rule and when it holds. */
export interface Ruled<T> {
  readonly rule: T;
  readonly provider: string | null;
  /** Exact name, prefix with `*`, or null: all. */
  readonly model: string | null;
  readonly tier: string;
  readonly validFromNs: bigint | null;
  readonly validToNs: bigint | null;
}

export type RuledPrice = Ruled<OverlayPrice> & {
  readonly price: PriceVersion;
  /** Tiers that the entry itself sets. */
  readonly tierPrices: ReadonlyMap<string, PriceVersion>;
};

const OVERLAY = 'prices.yaml';

export const overlayPrices = (entries: readonly OverlayPrice[]): readonly RuledPrice[] =>
  inOrder(
    entries.map((entry) => {
      const price = overlayPrice(entry);
      const tierPrices = new Map(
        Object.entries(entry.tiers ?? {}).map(([tier, multiplier]) => [
          tier,
          tierPrice(price, { tier, multiplier, source: `${OVERLAY}: ${entry.source}` }),
        ]),
      );
      return { ...ruled(entry, entry.tier ?? 'standard'), price, tierPrices };
    }),
  );

export const tierRules = (entries: readonly TierRule[]): readonly Ruled<TierRule>[] =>
  inOrder(entries.map((entry) => ruled(entry, entry.tier)));

/** The first rule in order that covers the call. */
export function ruleFor<Rule extends Ruled<unknown>>(
  rules: readonly Rule[],
  call: {
    readonly names: readonly (readonly [string | null, string])[];
    readonly tier: string;
    readonly startNs: bigint;
  },
): Rule | undefined {
  const { names, tier, startNs } = call;
  return rules.find(
    (rule) =>
      rule.tier === tier &&
      (rule.validFromNs === null || startNs >= rule.validFromNs) &&
      (rule.validToNs === null || startNs < rule.validToNs) &&
      names.some(
        ([provider, model]) =>
          (rule.provider === null || rule.provider === provider) && covers(rule.model, model),
      ),
  );
}

/** The standard price in another tier. */
export function tierPrice(
  standard: PriceVersion,
  rule: {
    readonly tier: string;
    readonly multiplier: string;
    readonly source: string;
    readonly keeps?: readonly TokenClass[];
  },
): PriceVersion {
  const { id: _, ...facts } = standard;
  const scaled = scalePrice(facts, parseMultiplier(rule.multiplier), new Set(rule.keeps));
  return priceVersion({
    ...scaled,
    tier: rule.tier,
    source: `${standard.source}; ${rule.tier} × ${rule.multiplier} (${rule.source})`,
  });
}

const covers = (pattern: string | null, model: string): boolean =>
  pattern === null ||
  (pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : pattern === model);

/** The narrower rule goes first; of equally narrow ones the one that began last. */
const inOrder = <Rule extends Ruled<unknown>>(rules: readonly Rule[]): readonly Rule[] =>
  rules.toSorted(
    (a, b) =>
      narrowness(b) - narrowness(a) ||
      Number((b.validFromNs ?? -1n) > (a.validFromNs ?? -1n)) -
        Number((b.validFromNs ?? -1n) < (a.validFromNs ?? -1n)),
  );

function narrowness({ provider, model }: Ruled<unknown>): number {
  if (model === null) return provider === null ? 0 : 1;
  return model.endsWith('*') ? 1 + model.length : Number.MAX_SAFE_INTEGER;
}

function ruled<Entry extends Dated & { readonly provider?: string | undefined }>(
  rule: Entry & { readonly model?: string | undefined },
  tier: string,
): Ruled<Entry> {
  return {
    rule,
    provider: rule.provider?.toLowerCase() ?? null,
    model: rule.model ?? null,
    tier,
    validFromNs: dayNs(rule.validFrom),
    validToNs: dayNs(rule.validTo),
  };
}

const dayNs = (day: string | undefined): bigint | null =>
  day === undefined ? null : parseTime(`${day}T00:00:00Z`);

function overlayPrice(entry: OverlayPrice): PriceVersion {
  const units: Partial<Record<TokenClass, UnitPrice>> = {};
  for (const tokenClass of TOKEN_CLASSES) {
    const usd = entry[`${tokenClass}UsdPerMillion`];
    if (usd === undefined) continue;
    const steps = (entry.longContext ?? []).flatMap((step) => {
      const above = step[`${tokenClass}UsdPerMillion`];
      return above === undefined ? [] : [{ above: step.aboveTokens, perMillion: parseUsd(above) }];
    });
    units[tokenClass] = {
      perMillion: parseUsd(usd),
      steps: steps.toSorted((a, b) => a.above - b.above),
    };
  }
  const perUnit = (usd: string | undefined, times = 1): bigint =>
    usd === undefined ? 0n : parseUsdPerUnit(usd) * BigInt(times);
  const seconds = perUnit(entry.cpuSecondUsd, entry.cpus) + perUnit(entry.gpuSecondUsd, entry.gpus);
  const images = perUnit(entry.imageUsd);
  return priceVersion({
    provider: entry.provider,
    model: entry.model,
    tier: entry.tier ?? 'standard',
    source: `${OVERLAY}: ${entry.source}`,
    units,
    perMillionRequests: perUnit(entry.requestUsd),
    ...(seconds > 0n ? { perMillionSeconds: seconds } : {}),
    ...(images > 0n ? { perMillionImages: images } : {}),
    ...(entry.checkedOn === undefined ? {} : { checkedOn: entry.checkedOn }),
  });
}
