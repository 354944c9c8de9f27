import { createCollector, pipeline, type RunHandle } from '@burnbook/collectors';

/** The batch that costs three times what the eight before it did. */
export const COSTLY_BATCH = '2026-11-22';
/** A batch whose name needs every escape there is. */
export const ODD_PIPELINE = '客服/邮件';
export const ODD_BATCH = `第1批/it's "q" & 50 %`;

/** gpt-4o-mini costs $0.15 a million input tokens: $0.60 a usual batch. */
const USUAL_TOKENS = 4_000_000;

/** Sends what a pipeline author's job would: eight usual batches, a costly one with retries, and one with an odd name. */
export async function sendBatches(origin: string): Promise<void> {
  const collector = createCollector({ endpoint: origin, exportIntervalMs: 100 });
  try {
    const mail = pipeline('mail-features', { collector, team: 'search', owner: 'data-platform' });
    for (let day = 14; day < 22; day += 1) {
      await mail.run({ batch: `2026-11-${day}` }, (run) =>
        work(run, { tokens: USUAL_TOKENS, failures: 0 }),
      );
    }
    await mail.run({ batch: COSTLY_BATCH }, (run) =>
      work(run, { tokens: 3 * USUAL_TOKENS, failures: 2 }),
    );
    const odd = pipeline(ODD_PIPELINE, { collector });
    await odd.run({ batch: ODD_BATCH }, (run) =>
      work(run, { tokens: 1_000, failures: 0, model: 'nobody-prices-this' }),
    );
    await collector.flush();
  } finally {
    await collector.shutdown();
  }
}

interface Work {
  tokens: number;
  /** Attempts at the classification that fail, paid for, before one wins. */
  failures: number;
  model?: string;
}

async function work(
  run: RunHandle,
  { tokens, failures, model = 'gpt-4o-mini' }: Work,
): Promise<void> {
  await run.step('parse', (step) => {
    step.rows({ in: 1_000, out: 980, failed: 20 });
  });
  await run.step('classify', async (step) => {
    step.rows({ in: 980, out: 980 });
    await step.retry(
      (attempt) =>
        attempt.modelCall({ provider: 'openai', model }, (call) => {
          call.usage({ inputTokens: tokens, outputTokens: 100 });
          if (attempt.number <= failures)
            throw Object.assign(new Error('overloaded'), { status: 429 });
        }),
      { operation: 'classify rows 0–979', minTimeoutMs: 5, maxTimeoutMs: 10 },
    );
  });
  await run.step('publish', (step) => {
    step.rows({ in: 980, out: 980 });
  });
}
