import { setTimeout as sleep } from 'node:timers/promises';
import { ReservationRefused, withReservation } from '@burnbook/collectors';
import type { ReservationOptions } from '@burnbook/collectors';

/** What a step does when a hard budget has no room for it. */
export interface SpendPolicy {
  /** `pause`: ask again until there is room; `downgrade`: take `cheaperModel`, and pause no more. */
  onRefusal: 'fail' | 'pause' | 'downgrade';
  /** A pause lasts at most this long, then the step fails. Default 3,600,000. */
  pauseMsMax?: number;
  cheaperModel?: string;
  /** Others may give back what they hold before the budget resets: a pause asks again this often. Default 60,000. */
  lookAgainMs?: number;
  /** What to do when nobody can be asked. Default `allow`. */
  onUnavailable?: 'allow' | 'deny';
}

/** What a step is going to ask of a model, at most. */
export interface SpendWish {
  provider: string;
  model: string;
  tokens: NonNullable<ReservationOptions['tokens']>;
  /** Whether another model's answers would be of use. Default true. */
  mayDowngrade?: boolean;
  signal: AbortSignal;
}

/**
 * Reserves before it works, and gives `work` the model that there is money for. Without a policy it only works.
 * @throws ReservationRefused when the policy has nothing left to try.
 */
export async function withinBudget<T>(
  { provider, model, tokens, mayDowngrade = true, signal }: SpendWish,
  policy: SpendPolicy | undefined,
  work: (model: string) => Promise<T>,
): Promise<T> {
  const isNothing = !Object.values(tokens).some((count) => count > 0);
  if (policy === undefined || isNothing) return work(model);
  const { onRefusal, pauseMsMax = 3_600_000, lookAgainMs = 60_000 } = policy;
  const { onUnavailable = 'allow' } = policy;
  const cheaperModel = mayDowngrade ? policy.cheaperModel : undefined;
  const endMs = Date.now() + pauseMsMax;
  let chosen = model;
  for (;;) {
    try {
      return await withReservation({ provider, model: chosen, tokens, onUnavailable }, () =>
        work(chosen),
      );
    } catch (error) {
      if (!(error instanceof ReservationRefused)) throw error;
      const leftMs = endMs - Date.now();
      if (onRefusal === 'downgrade' && cheaperModel !== undefined && chosen !== cheaperModel) {
        chosen = cheaperModel;
      } else if (onRefusal === 'pause' && error.reason === 'exhausted' && leftMs > 0) {
        const resetMs = (error.resetsAt?.getTime() ?? Infinity) - Date.now();
        await sleep(Math.max(1, Math.min(resetMs, lookAgainMs, leftMs)), undefined, { signal });
      } else {
        throw error;
      }
    }
  }
}

/** Tokens of texts, rather too many: English has about four characters a token, other scripts fewer. */
export function tokensAtMost(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Math.ceil(text.length / 2), 0);
}
