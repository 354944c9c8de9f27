import { bodyCases } from './bodyCases.js';
import type { ConformanceCase } from './conformanceCase.js';
import { httpCases } from './httpCases.js';

/**
 * Requirements that any OTLP/HTTP endpoint can be held to. The cases need Node alone, no test framework.
 * Source: OTLP 1.11.0, https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export const conformanceCases: readonly ConformanceCase[] = [...httpCases(), ...bodyCases()];
