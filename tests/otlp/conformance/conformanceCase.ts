import type { Target } from './target.js';

/** One requirement of OTLP/HTTP 1.11 on a receiver of traces. */
export interface ConformanceCase {
  readonly level: 'MUST' | 'SHOULD';
  /** What is required, as a sentence. */
  readonly name: string;
  /** Rejects, saying what was seen, when the endpoint does not do it. */
  readonly check: (target: Target) => Promise<void>;
}
