/** `budgets.yaml`: how much may be spent on what, and when to tell. */
import { z } from 'zod';
import { alertNames } from '@burnbook/domain/alertNames';
import type { BudgetDefinition } from '@burnbook/domain/budgetDefinition';
import { parseRolling, PERIOD_UNITS } from '@burnbook/domain/budgetPeriod';
import { isScopeKey, SCOPE_KEYS } from '@burnbook/domain/costBudget';
import { parseUsd } from '@burnbook/domain/money';
import { isTimeZone } from '@burnbook/domain/time';
import { parseDay } from '@burnbook/domain/timeZone';

/** Each is measured after every commit. */
const BUDGETS_MAX = 200;
const PERCENT_MAX = 1_000;
const THRESHOLDS_MAX = 20;
const TEXT_LENGTH_MAX = 256;
/** Beyond it, what was spent would not fit into 64 bits. */
const AMOUNT_USD_MAX = 1_000_000_000n;

const text = z.string().min(1).max(TEXT_LENGTH_MAX);

const amountUsd = z
  .string({ error: 'write the amount as a quoted decimal number of US dollars, such as "250.00"' })
  .refine(isAmount, 'not an amount of US dollars with at most 9 decimal places, above 0')
  .refine(
    (said) => !isAmount(said) || parseUsd(said) <= AMOUNT_USD_MAX * 1_000_000_000n,
    `must be at most ${AMOUNT_USD_MAX} US dollars`,
  );

const currency = z
  .literal('USD', { error: 'budgets are in US dollars: write the amount in USD' })
  .optional();

const percent = z
  .number({ error: 'must be a number of percent' })
  .int('must be a whole number of percent')
  .min(1, 'must be from 1 to 1000 percent')
  .max(PERCENT_MAX, 'must be from 1 to 1000 percent');

const day = z
  .string({ error: 'write a day as 2026-01-31' })
  .refine((said) => parseDay(said) !== null, 'write a day as 2026-01-31');

const PERIOD_WANTED =
  'must be day, week, month, quarter, or { rolling: 7d } with a length from 1h to 400d';

const period = z.union(
  [
    z.enum(PERIOD_UNITS),
    z.strictObject({
      rolling: z
        .string({ error: PERIOD_WANTED })
        .refine((said) => parseRolling(said) !== null, PERIOD_WANTED),
    }),
  ],
  { error: PERIOD_WANTED },
);

const scope = z
  .record(z.string(), text, { error: 'must be keys with values, such as { pipeline: mail-etl }' })
  .superRefine((keys, context) => {
    for (const [key, value] of Object.entries(keys)) {
      if (!isScopeKey(key)) {
        const known = [...SCOPE_KEYS, 'tag.x'].join(', ');
        const message = `there is no scope ${JSON.stringify(key)}; there are ${known}`;
        context.addIssue({ code: 'custom', path: [key], message });
      } else if (value.slice(0, -1).includes('*')) {
        const message = 'a star may only stand at the end of a value';
        context.addIssue({ code: 'custom', path: [key], message });
      }
    }
  });

/** One budget; what is left out has its default. */
export const budgetEntrySchema = z
  .strictObject({
    id: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
        'must be letters, digits and . _ - (at most 100)',
      ),
    scope: scope.default({}),
    period,
    timeZone: z
      .string()
      .refine(isTimeZone, 'must be an IANA time zone, such as Europe/Berlin')
      .default('UTC'),
    fiscalYearStart: z
      .number()
      .int()
      .min(1, 'must be a month, 1 to 12')
      .max(12, 'must be a month, 1 to 12')
      .default(1),
    amountUsd,
    currency,
    hardLimit: z.boolean().default(false),
    thresholds: z.array(percent).max(THRESHOLDS_MAX).default([50, 80, 100]),
    forecastOver: percent.nullable().default(100),
    unpriced: z.enum(['deny', 'allow'], { error: 'must be deny or allow' }).default('deny'),
    from: day.nullable().default(null),
    to: day.nullable().default(null),
    owner: text.nullable().default(null),
    runbook: z
      .enum(alertNames, { error: `must be a runbook: ${alertNames.join(', ')}` })
      .nullable()
      .default(null),
  })
  .superRefine(({ from, to }, context) => {
    if (from !== null && to !== null && to < from) {
      const message = `ends on ${to}, before its start on ${from}`;
      context.addIssue({ code: 'custom', path: ['to'], message });
    }
  })
  .transform(({ currency: _, ...definition }): BudgetDefinition => definition);

export const budgetsSchema = z.strictObject({
  currency,
  budgets: z
    .array(budgetEntrySchema)
    .max(BUDGETS_MAX, `there may be at most ${BUDGETS_MAX} budgets`)
    .nullish()
    .superRefine((budgets, context) => {
      const ids = budgets?.map(({ id }) => id) ?? [];
      ids.forEach((id, index) => {
        if (ids.indexOf(id) === ids.lastIndexOf(id)) return;
        context.addIssue({
          code: 'custom',
          path: [index, 'id'],
          message: `${id} stands here twice`,
        });
      });
    }),
});

export type BudgetsFile = z.infer<typeof budgetsSchema>;

function isAmount(said: string): boolean {
  try {
    return parseUsd(said) > 0n;
  } catch {
    return false;
  }
}
