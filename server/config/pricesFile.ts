/** `prices.yaml`: contracted prices, self-hosted models, tiers and aliases, over the catalogue. */
import { z } from 'zod';
import { TOKEN_CLASSES, type TokenClass } from '@burnbook/domain/price';
import { parseMultiplier } from '@burnbook/domain/priceTier';
import { perMillion, unitPrice, usdOnly } from './amounts.js';
import { refuseOverlaps } from './priceOverlaps.js';

const multiplier = z
  .string({ error: 'write the multiplier as a quoted decimal number, such as "0.5"' })
  .refine(
    (text) => isMultiplier(text),
    'not a multiplier above 0 and up to 1000 with at most 6 decimal places',
  );
const pattern = z
  .string()
  .min(1)
  .refine((text) => !text.slice(0, -1).includes('*'), 'a star may only stand at the end');
const currency = usdOnly('prices');
const day = z.iso.date({ error: 'must be a day such as 2026-11-22' });
const devices = z.number().int().min(1).max(1_024).default(1);
const tierName = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[a-z0-9_.-]+$/, 'write the tier in lower case, as its provider names it');

/** `inputUsdPerMillion`, `cacheReadUsdPerMillion` … one a token class. */
const tokenPrices = Object.fromEntries(
  TOKEN_CLASSES.map((tokenClass) => [`${tokenClass}UsdPerMillion`, perMillion.optional()]),
) as Record<`${TokenClass}UsdPerMillion`, z.ZodOptional<typeof perMillion>>;
const tokenKeys = Object.keys(tokenPrices);
const FLAT_KEYS = ['cpuSecondUsd', 'gpuSecondUsd', 'imageUsd'] as const;

const validity = {
  /** First day (UTC) on which it holds; none: it always did. */
  validFrom: day.optional(),
  /** First day on which it does not hold any more. */
  validTo: day.optional(),
};
const provenance = { source: z.string().min(1).max(500), checkedOn: day.optional() };

const priceEntry = z
  .strictObject({
    provider: z.string().min(1),
    /** Exact name, or a prefix with `*` at its end. */
    model: pattern,
    tier: tierName.default('standard'),
    currency,
    ...tokenPrices,
    /** Prices of the whole call once its input exceeds so many tokens. */
    longContext: z
      .array(z.strictObject({ aboveTokens: z.number().int().min(1), ...tokenPrices }))
      .min(1)
      .optional(),
    requestUsd: unitPrice.optional(),
    imageUsd: unitPrice.optional(),
    cpuSecondUsd: unitPrice.optional(),
    /** CPUs that a call occupies. */
    cpus: devices,
    gpuSecondUsd: unitPrice.optional(),
    gpus: devices,
    /** Tier → its part of this price. */
    tiers: z.record(tierName, multiplier).optional(),
    ...validity,
    ...provenance,
  })
  .superRefine((entry, context) => {
    const has = (keys: readonly string[]): boolean =>
      keys.some((key) => entry[key as keyof typeof entry] !== undefined);
    const refuse = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (!has(tokenKeys) && !has(FLAT_KEYS) && entry.requestUsd === undefined) {
      refuse('model', 'the entry says no price: add inputUsdPerMillion, gpuSecondUsd or another');
    }
    if (has(tokenKeys) && has(FLAT_KEYS)) {
      const key = FLAT_KEYS.find((name) => entry[name] !== undefined) ?? '';
      refuse(key, 'a model is priced by tokens, or by time and image, not by both');
    }
    if (entry.validTo !== undefined && entry.validTo <= (entry.validFrom ?? '')) {
      refuse('validTo', 'must be after validFrom');
    }
    if (entry.tiers && entry.tier !== 'standard') {
      refuse('tiers', 'only a price of the standard tier has tiers');
    }
    if (entry.tiers && Object.hasOwn(entry.tiers, 'standard')) {
      refuse('tiers', 'the standard tier is the price itself');
    }
    entry.longContext?.forEach((step, index) => {
      for (const key of tokenKeys) {
        const said = step[key as keyof typeof step] !== undefined;
        if (said && entry[key as keyof typeof entry] === undefined) {
          refuse('longContext', `${key} of step ${index + 1} needs a price below the step too`);
        }
      }
    });
  });

const tierEntry = z
  .strictObject({
    tier: tierName.refine((tier) => tier !== 'standard', 'the standard tier is the price itself'),
    /** Of whom; none: of every provider. */
    provider: z.string().min(1).optional(),
    model: pattern.optional(),
    multiplier,
    ...validity,
    ...provenance,
  })
  .superRefine((entry, context) => {
    if (entry.model !== undefined && entry.provider === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['model'],
        message: 'needs its provider beside it',
      });
    }
    if (entry.validTo !== undefined && entry.validTo <= (entry.validFrom ?? '')) {
      context.addIssue({ code: 'custom', path: ['validTo'], message: 'must be after validFrom' });
    }
  });

export const pricesSchema = z
  .strictObject({
    currency,
    prices: z.array(priceEntry).nullish(),
    /** Tiers that cost a part of the standard price. */
    tiers: z.array(tierEntry).nullish(),
    /** Names that mean another provider, or a model of it (a deployment's name, say). */
    aliases: z
      .array(
        z.strictObject({
          provider: z.string().min(1),
          model: z.string().min(1).optional(),
          isProvider: z.string().min(1).optional(),
          isModel: z.string().min(1).optional(),
        }),
      )
      .nullish(),
  })
  .superRefine(refuseOverlaps);

export type PricesFile = z.input<typeof pricesSchema>;

function isMultiplier(text: string): boolean {
  try {
    return parseMultiplier(text) > 0n;
  } catch {
    return false;
  }
}
