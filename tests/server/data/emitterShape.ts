/** The attributes of a model call as an emitter writes them, and what they mean. */
import type { Usage } from '@burnbook/domain/usage';
import type { Attributes } from '../../support/spanSpec.js';

export interface EmitterShape {
  readonly name: string;
  /** Where the emitter's own code or recorded output says so: repository, path, version or commit. */
  readonly source: string;
  /** Name of the instrumentation scope. */
  readonly scope: string;
  readonly attributes: Attributes;
  /** The classes that are known; all others are null. */
  readonly usage: Partial<Usage>;
  /** Worked by hand: see `sum`. */
  readonly listCostUsd: string;
  /** Millionths of a dollar, tokens × US dollars per million. */
  readonly sum: string;
  readonly reportedCostUsd?: string;
}

/** One call of Claude Sonnet 4.5: $3 in, $0.30 cached, $3.75 written for 5 minutes, $6 for an hour, $15 out. */
export const CLAUDE = 'claude-sonnet-4-5-20250929';
/** $0.15 in, $0.075 cached, $0.60 out. */
export const MINI = 'gpt-4o-mini-2024-07-18';
/** $4 in, $0.40 cached, $32 audio in, $0.40 cached audio, $16 out, $64 audio out. */
export const REALTIME = 'gpt-realtime';
/** $0.30 in, $0.03 cached, $1 audio in, $0.10 cached audio, $2.50 out. */
export const FLASH = 'gemini-2.5-flash';

/** 1,000 fresh, 6,000 read, 3,000 written for 5 minutes, 500 out. */
export const CLAUDE_USAGE: Partial<Usage> = {
  inputTokens: 10_000,
  cacheReadTokens: 6_000,
  cacheWriteTokens: 3_000,
  outputTokens: 500,
};
export const CLAUDE_SUM = '1,000 × 3 + 6,000 × 0.3 + 3,000 × 3.75 + 500 × 15 = 23,550';
/** The same with 9,000 fresh: more than is cached, so that nothing but the emitter tells that the input excludes it. */
export const CLAUDE_MORE_USAGE: Partial<Usage> = { ...CLAUDE_USAGE, inputTokens: 18_000 };
export const CLAUDE_MORE_SUM = '9,000 × 3 + 6,000 × 0.3 + 3,000 × 3.75 + 500 × 15 = 47,550';
