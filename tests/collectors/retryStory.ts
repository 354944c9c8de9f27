import { afterEach, beforeEach } from 'vitest';
import {
  createCollector,
  pipeline,
  retry,
  type AttemptHandle,
  type Collector,
  type RetryOptions,
} from '../../collectors/index.js';
import { openTraceSink, type SunkSpan, type TraceSink } from './traceSink.js';
import { virtualRuntime, type VirtualRuntime } from './virtualRuntime.js';

interface Outcome {
  value?: unknown;
  error?: unknown;
}

/** Retried operations under a clock of the test's own: a collector and its receiver, new for each test of the file. */
export class RetryStory {
  #sink!: TraceSink;
  #runtime!: VirtualRuntime;
  #collector!: Collector;

  constructor() {
    beforeEach(async () => {
      this.#sink = await openTraceSink();
      this.#runtime = virtualRuntime();
      this.#collector = createCollector({
        endpoint: this.#sink.url,
        runtime: this.#runtime,
        runEndFlushMs: 0,
      });
    });
    afterEach(async () => {
      await this.#collector.shutdown();
      await this.#sink.close();
    });
  }

  get sink(): TraceSink {
    return this.#sink;
  }

  get runtime(): VirtualRuntime {
    return this.#runtime;
  }

  get collector(): Collector {
    return this.#collector;
  }

  /** Runs one retried operation and returns how it ended. */
  async operate(
    fn: (attempt: AttemptHandle) => unknown,
    options: RetryOptions = {},
  ): Promise<Outcome> {
    try {
      const run = pipeline('p', { collector: this.#collector });
      const value = await run.run({ batch: 'b' }, () => retry(fn, { operation: 'op', ...options }));
      return { value };
    } catch (error) {
      return { error };
    }
  }

  /** The attempts as they were sent: number, outcome, class, wait, why it ended. */
  async attempts(): Promise<Record<string, unknown>[]> {
    await this.#collector.flush();
    return this.#sink.spans.filter(({ name }) => name === 'op').map(brief);
  }
}

function brief({ attributes }: SunkSpan): Record<string, unknown> {
  const short = {
    number: attributes['pipeline.attempt.number'],
    outcome: attributes['pipeline.attempt.outcome'],
    errorClass: attributes['pipeline.attempt.error_class'],
    backoffMs: attributes['pipeline.attempt.backoff_ms'],
    gaveUp: attributes['pipeline.attempt.gave_up'],
  };
  return Object.fromEntries(Object.entries(short).filter(([, value]) => value !== undefined));
}

export const http = (status: number, headers?: unknown): Error =>
  Object.assign(new Error(`HTTP ${status}`), { status, headers });

/** Fails with each error in turn, then succeeds. */
export function failing(...errors: unknown[]): () => string {
  const left = [...errors];
  return () => {
    if (left.length === 0) return 'done';
    throw left.shift();
  };
}
