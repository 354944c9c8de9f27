import { bodyCases } from './bodyCases.js';
import { httpCases } from './httpCases.js';
import type { Target } from './target.js';

/** One requirement of OTLP/HTTP 1.11 on a receiver of traces. */
export interface ConformanceCase {
  readonly level: 'MUST' | 'SHOULD';
  /** What is required, as a sentence. */
  readonly name: string;
  /** Rejects, saying what was seen, when the endpoint does not do it. */
  readonly check: (target: Target) => Promise<void>;
}

/**
 * Requirements that any OTLP/HTTP endpoint can be held to. The cases need Node alone, no test framework.
 * Source: OTLP 1.11.0, https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export const conformanceCases: readonly ConformanceCase[] = [...httpCases(), ...bodyCases()];
