import { createRetryBudget, pipeline } from '@burnbook/collectors';
import type { Collector } from '@burnbook/collectors';

export interface Operations {
  collector: Collector;
  pipeline: string;
  /** Unique where the run should have a batch of its own. */
  batch: string;
  count: number;
  /** What each attempt but the last one throws; none: all attempts succeed. */
  failure?: () => Error;
  /** Attempts of an operation that fail. Default 0. */
  failures?: number;
  /** The last attempt fails too: the operation gives up, and the run with it. */
  givesUp?: boolean;
  /** The model that each attempt asks; none: no model is asked. */
  call?: ModelUse;
  /** Rows of the step. */
  rows?: { in: number; out: number; failed: number };
}

export interface ModelUse {
  provider: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
  /** How long it takes to answer. Default: no time. */
  tookMs?: number;
  /** A failed attempt is paid for. Default: the provider says nothing of usage. */
  isPaidAlways?: boolean;
}

/** At once; more would only wait for each other. */
const concurrent = 200;
const budget = createRetryBudget({ ratio: 1, reserve: 1_000_000 });

/** One run of a pipeline whose one step makes many operations. Resolves also when the run failed as it should. */
export async function runOperations(of: Operations): Promise<void> {
  const { collector, failures = 0, givesUp = false } = of;
  const own = pipeline(of.pipeline, { environment: 'demo', team: 'data', collector });
  let failed = 0;
  const run = own.run({ batch: of.batch, kind: 'gameday' }, async (run) =>
    run.step('ask', async (step) => {
      if (of.rows) step.rows(of.rows);
      for (let done = 0; done < of.count; done += concurrent) {
        const size = Math.min(concurrent, of.count - done);
        const ended = await Promise.allSettled(
          Array.from({ length: size }, () =>
            step.retry((attempt) => attemptOf(of, attempt), {
              operation: 'ask',
              retries: givesUp ? Math.max(0, failures - 1) : failures,
              minTimeoutMs: 1,
              maxTimeoutMs: 5,
              budget,
            }),
          ),
        );
        failed += ended.filter(({ status }) => status === 'rejected').length;
      }
      if (failed > 0) throw new Error(`${failed} of ${of.count} operations failed`);
    }),
  );
  await run.catch((error: unknown) => {
    if (failed === 0) throw error;
  });
}

type Attempt = Parameters<Parameters<typeof import('@burnbook/collectors').retry>[0]>[0];

async function attemptOf(of: Operations, attempt: Attempt): Promise<void> {
  const { call, failure, failures = 0 } = of;
  const error = attempt.number <= failures ? failure?.() : undefined;
  if (!call) {
    if (error) throw error;
    return;
  }
  const { provider, model, inputTokens, outputTokens, tookMs = 0, isPaidAlways = false } = call;
  await attempt.modelCall({ provider, model }, async (handle) => {
    if (tookMs > 0) await new Promise((answered) => setTimeout(answered, tookMs));
    if (!error || isPaidAlways) {
      handle.usage({ inputTokens, outputTokens });
      handle.response({ model });
    }
    if (error) throw error;
  });
}

/** An error as a provider's client throws it. */
export const refusedWith =
  (status: number, message: string): (() => Error) =>
  () =>
    Object.assign(new Error(message), { status });

/** An answer that came and cannot be used. */
export const unusable = (): Error =>
  Object.assign(new Error('the answer is cut off'), { errorClass: 'invalid_output' });

/** Of list prices, so that all of a game day costs less than a cent. */
export const cheapCall: ModelUse = {
  provider: 'openai',
  model: 'gpt-4o-mini',
  inputTokens: 20,
  outputTokens: 5,
};
