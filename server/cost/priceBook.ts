/**
 * The unit price of a model call: `prices.yaml` first, then the catalogue, then a tier's part of either.
 *
 * A price is looked up once a (provider, model, tier, half hour), since some prices change with the time of day.
 */
import type { PriceVersion } from '@burnbook/domain/price';
import { PRICE_GRAIN_NS } from '../store/priceGrain.js';
import { fromCatalogue } from './catalogue.js';
import {
  overlayPrices,
  ruleFor,
  tierPrice,
  tierRules,
  type OverlayPrice,
  type Ruled,
  type RuledPrice,
  type TierRule,
} from './overlay.js';
import { namesOf, type NamedModel } from './providerNames.js';
import { TIER_FACTS } from './tierFacts.js';

export interface PriceAlias {
  readonly provider: string;
  readonly model?: string | undefined;
  readonly isProvider?: string | undefined;
  readonly isModel?: string | undefined;
}

/** `prices.yaml`, checked. */
export interface PriceRules {
  readonly prices?: readonly OverlayPrice[] | null | undefined;
  readonly tiers?: readonly TierRule[] | null | undefined;
  readonly aliases?: readonly PriceAlias[] | null | undefined;
}

export interface PriceQuestion {
  readonly provider: string | null;
  readonly model: string | null;
  /** The model that was asked for, where the answer named another. */
  readonly requestModel: string | null;
  readonly tier: string;
}

export type PriceAnswer = { readonly price: PriceVersion } | { readonly unpriced: string };

const CACHE_MAX = 50_000;
const STANDARD = 'standard';

export class PriceBook {
  #overlays: readonly RuledPrice[] = [];
  #tiers: readonly Ruled<TierRule>[] = [];
  #aliases: readonly PriceAlias[] = [];
  readonly #cache = new Map<string, PriceAnswer>();

  /** Takes new rules: they price what arrives from now on. */
  publish({ prices, tiers, aliases }: PriceRules): void {
    this.#overlays = overlayPrices(prices ?? []);
    this.#tiers = tierRules(tiers ?? []);
    this.#aliases = aliases ?? [];
    this.#cache.clear();
  }

  /** @param startNs the call's own time, UTC nanoseconds. */
  resolve(question: PriceQuestion, startNs: bigint): PriceAnswer {
    const { provider, model, requestModel, tier } = question;
    const key = JSON.stringify([
      provider,
      model,
      requestModel,
      tier,
      `${startNs / PRICE_GRAIN_NS}`,
    ]);
    const known = this.#cache.get(key);
    if (known) return known;
    if (this.#cache.size >= CACHE_MAX) this.#cache.clear();
    const answer = this.#find(question, startNs);
    this.#cache.set(key, answer);
    return answer;
  }

  #find(question: PriceQuestion, startNs: bigint): PriceAnswer {
    const { model, requestModel, tier } = question;
    if (model === null) return { unpriced: 'the span names no model' };
    let hasStandard = false;
    for (const name of requestModel === null ? [model] : [model, requestModel]) {
      const aliased = this.#alias(question.provider, name);
      const found = this.#findNamed(aliased, tier, startNs);
      if (typeof found === 'object') return { price: found };
      hasStandard ||= found === 'standard only';
    }
    const whose = question.provider === null ? '' : `${question.provider} `;
    const which = tier === STANDARD ? '' : ` in the ${tier} tier`;
    const help = hasStandard
      ? '; its standard price is known: add the tier, or its multiplier, to prices.yaml'
      : '';
    return { unpriced: `no price is known for ${whose}${model}${which}${help}` };
  }

  #findNamed(
    { provider, model }: { readonly provider: string | null; readonly model: string },
    tier: string,
    startNs: bigint,
  ): PriceVersion | 'standard only' | 'none' {
    const said: NamedModel[] = provider === null ? [] : [[provider, model]];
    const names = [...said, ...namesOf(provider, model)];
    const own = ruleFor(this.#overlays, { names, tier, startNs });
    if (own) return own.price;
    const standard = ruleFor(this.#overlays, { names, tier: STANDARD, startNs });
    if (tier === STANDARD)
      return standard?.price ?? fromCatalogue(provider, model, startNs) ?? 'none';
    const inline = standard?.tierPrices.get(tier);
    if (inline) return inline;
    const base = standard?.price ?? fromCatalogue(provider, model, startNs);
    if (!base) return 'none';
    const multiplied: NamedModel[] = [...names, [base.provider, model]];
    const rule = ruleFor(this.#tiers, { names: multiplied, tier, startNs })?.rule;
    if (rule) return tierPrice(base, { ...rule, source: `prices.yaml: ${rule.source}` });
    // What a provider publishes is about its list prices, not about a contract.
    const fact = standard
      ? undefined
      : TIER_FACTS.find((known) => known.provider === base.provider && known.tier === tier);
    return fact ? tierPrice({ ...base, checkedOn: fact.checkedOn }, fact) : 'standard only';
  }

  #alias(provider: string | null, model: string): { provider: string | null; model: string } {
    const alias = this.#aliases
      .filter(
        (entry) =>
          entry.provider.toLowerCase() === provider &&
          (entry.model === undefined || entry.model === model),
      )
      .toSorted((a, b) => Number(b.model !== undefined) - Number(a.model !== undefined))[0];
    return {
      provider: alias?.isProvider?.toLowerCase() ?? provider,
      model: alias?.isModel ?? model,
    };
  }
}
