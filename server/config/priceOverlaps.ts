/** Two rules of `prices.yaml` that say different things of the same call: refused, with both lines. */
import type { z } from 'zod';

interface Rule {
  /** What it is about; equal keys are about the same calls. */
  readonly key: string;
  readonly path: readonly (string | number)[];
  readonly from: string;
  /** Exclusive; '': no end. */
  readonly to: string;
}

interface Dated {
  readonly validFrom?: string | undefined;
  readonly validTo?: string | undefined;
}

interface PriceRules {
  readonly prices?:
    | readonly (Dated & {
        readonly provider: string;
        readonly model: string;
        readonly tier: string;
        readonly tiers?: Readonly<Record<string, string>> | undefined;
      })[]
    | null
    | undefined;
  readonly tiers?:
    | readonly (Dated & {
        readonly provider?: string | undefined;
        readonly model?: string | undefined;
        readonly tier: string;
      })[]
    | null
    | undefined;
  readonly aliases?:
    | readonly { readonly provider: string; readonly model?: string | undefined }[]
    | null
    | undefined;
}

/**
 * Rules may follow each other (a later `validFrom` takes over from one without an end) and a narrower pattern goes
 * before a wider one; the same pattern twice for the same day is a contradiction.
 */
export function refuseOverlaps(file: PriceRules, context: z.RefinementCtx): void {
  for (const rules of [priceRules(file), tierRules(file), aliasRules(file)]) {
    for (const [earlier, later] of overlaps(rules)) {
      context.addIssue({
        code: 'custom',
        path: [...later.path],
        message: `overlaps with ${earlier.path.join('.')}: both hold for the same provider, model, tier and day`,
        params: { other: earlier.path },
      });
    }
  }
}

function priceRules({ prices }: PriceRules): Rule[] {
  return (prices ?? []).flatMap((entry, index) => {
    const { provider, model, tier, tiers, validFrom = '', validTo = '' } = entry;
    const of = (name: string, path: readonly (string | number)[]): Rule => ({
      key: JSON.stringify([provider.toLowerCase(), model, name]),
      path,
      from: validFrom,
      to: validTo,
    });
    return [
      of(tier, ['prices', index]),
      ...Object.keys(tiers ?? {}).map((name) => of(name, ['prices', index, 'tiers', name])),
    ];
  });
}

const tierRules = ({ tiers }: PriceRules): Rule[] =>
  (tiers ?? []).map(({ provider, model, tier, validFrom = '', validTo = '' }, index) => ({
    key: JSON.stringify([provider?.toLowerCase() ?? null, model ?? null, tier]),
    path: ['tiers', index],
    from: validFrom,
    to: validTo,
  }));

const aliasRules = ({ aliases }: PriceRules): Rule[] =>
  (aliases ?? []).map(({ provider, model }, index) => ({
    key: JSON.stringify([provider.toLowerCase(), model ?? null]),
    path: ['aliases', index],
    from: '',
    to: '',
  }));

/** Neighbours in time that contradict: the same beginning, or an end after the next one's beginning. */
function* overlaps(rules: readonly Rule[]): Generator<readonly [Rule, Rule]> {
  const byKey = new Map<string, Rule[]>();
  for (const rule of rules) byKey.set(rule.key, [...(byKey.get(rule.key) ?? []), rule]);
  for (const same of byKey.values()) {
    const ordered = same.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
    for (const [index, rule] of ordered.entries()) {
      const next = ordered[index + 1];
      if (next && (next.from === rule.from || (rule.to !== '' && rule.to > next.from))) {
        yield [rule, next];
      }
    }
  }
}
