/** Our prices against those that others wrote down: models.dev, and the providers' own pages. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatUsd, parseUsd } from '@burnbook/domain/money';
import { priceUsage, TOKEN_CLASSES, type TokenClass } from '@burnbook/domain/price';
import { parseTime } from '@burnbook/domain/time';
import { NO_USAGE, type Usage } from '@burnbook/domain/usage';
import { PriceBook, type PriceAnswer } from '../../server/cost/priceBook.js';

type Prices = Partial<Record<TokenClass, string>>;

interface CheckedModel {
  readonly provider: string;
  readonly model: string;
  readonly usdPerMillion: Prices;
  readonly step?: { readonly above: number; readonly usdPerMillion: Prices };
  /** Token class, or `step` for the long-context prices → why ours differs. */
  readonly explained?: Readonly<Record<string, string>>;
  readonly commit?: string;
  readonly page?: string;
}

const { models, checkedOn } = JSON.parse(
  readFileSync(new URL('./data/secondCatalogue.json', import.meta.url), 'utf8'),
) as { models: readonly CheckedModel[]; checkedOn: string };

const COUNT = 1_000;
/** A call of nothing but a thousand tokens of one class. */
const ONLY: Readonly<Record<TokenClass, Partial<Usage>>> = {
  input: { inputTokens: COUNT },
  cacheRead: { inputTokens: COUNT, cacheReadTokens: COUNT },
  cacheWrite: { inputTokens: COUNT, cacheWriteTokens: COUNT },
  cacheWrite1h: { inputTokens: COUNT, cacheWrite1hTokens: COUNT },
  output: { inputTokens: 0, outputTokens: COUNT },
  reasoning: { inputTokens: 0, outputTokens: COUNT, reasoningTokens: COUNT },
  audioInput: { inputTokens: COUNT, audioInputTokens: COUNT },
  audioCacheRead: {
    inputTokens: COUNT,
    cacheReadTokens: COUNT,
    audioInputTokens: COUNT,
    audioCacheReadTokens: COUNT,
  },
  audioOutput: { inputTokens: 0, outputTokens: COUNT, audioOutputTokens: COUNT },
  imageInput: { inputTokens: COUNT, imageInputTokens: COUNT },
  imageCacheRead: {
    inputTokens: COUNT,
    cacheReadTokens: COUNT,
    imageInputTokens: COUNT,
    imageCacheReadTokens: COUNT,
  },
  imageOutput: { inputTokens: 0, outputTokens: COUNT, imageOutputTokens: COUNT },
};

const book = new PriceBook();
const atNs = parseTime(`${checkedOn}T12:00:00Z`) ?? 0n;
const ours = ({ provider, model }: CheckedModel): PriceAnswer =>
  book.resolve({ provider, model, requestModel: null, tier: 'standard' }, atNs);

/** What we charge for a million tokens of a class, or null when that is unknown. */
function chargedUsd(answer: PriceAnswer, tokenClass: TokenClass): string | null {
  if ('unpriced' in answer) return null;
  const priced = priceUsage(answer.price, { ...NO_USAGE, ...ONLY[tokenClass] });
  return 'unpriced' in priced ? null : formatUsd((priced.costNanoUsd * 1_000_000n) / BigInt(COUNT));
}

/** `200000: input 2.5, …`: what a long context costs, as text that can be compared. */
function stepText(answer: PriceAnswer, told: Prices): string {
  if ('unpriced' in answer) return '';
  const classes = TOKEN_CLASSES.filter((name) => told[name] !== undefined);
  return classes
    .flatMap((name) =>
      (answer.price.units[name]?.steps ?? []).map(
        ({ above, perMillion }) => `${above}: ${name} ${formatUsd(perMillion)}`,
      ),
    )
    .join(', ');
}

function toldStepText({ step }: CheckedModel): string {
  if (!step) return '';
  return TOKEN_CLASSES.flatMap((name) => {
    const usd = step.usdPerMillion[name];
    return usd === undefined ? [] : [`${step.above}: ${name} ${formatUsd(parseUsd(usd))}`];
  }).join(', ');
}

function differences(checked: CheckedModel): string[] {
  const answer = ours(checked);
  const told = checked.usdPerMillion;
  const classes = TOKEN_CLASSES.filter((name) => {
    const usd = told[name];
    return usd !== undefined && chargedUsd(answer, name) !== formatUsd(parseUsd(usd));
  });
  return stepText(answer, told) === toldStepText(checked) ? classes : [...classes, 'step'];
}

describe('a second catalogue', () => {
  test.each(models)(
    'agrees on $provider $model, or the difference is explained and still there',
    (checked) => {
      const explained = checked.explained ?? {};
      expect(differences(checked).toSorted()).toEqual(Object.keys(explained).toSorted());
      for (const why of Object.values(explained)) expect(why.length).toBeGreaterThan(20);
      expect(checked.commit ?? checked.page).toMatch(/^(?:[0-9a-f]{7}|https:\/\/.*)$/);
    },
  );

  test('covers at least 50 models and every class that a price can have', () => {
    expect(
      new Set(models.map(({ provider, model }) => `${provider} ${model}`)).size,
    ).toBeGreaterThan(50);
    const told = new Set(models.flatMap(({ usdPerMillion }) => Object.keys(usdPerMillion)));
    expect([...told].toSorted()).toEqual([...TOKEN_CLASSES].toSorted());
  });
});
