/**
 * Bodies for the chaos run: small traces of whole pipelines, some of them split so that the children come in one body and
 * their root in another, and what each span must cost in the end.
 */
import { encodeBody } from './loadBody.js';
import { makeTrace, type LoadSpan } from './loadTrace.js';

export interface ChaosBody {
  readonly bytes: Buffer;
  readonly spans: readonly SentSpan[];
  acknowledged: boolean;
}

/** What must stand in the database for one span. */
export interface SentSpan {
  readonly traceHi: bigint;
  readonly traceLo: bigint;
  readonly spanId: bigint;
  /** Nano-USD; null: no such line. */
  readonly modelNano: bigint | null;
  readonly computeNano: bigint | null;
  readonly isAttempt: boolean;
  /** The cost of a failed attempt that another one made good. */
  readonly wasteNano: bigint;
  readonly batch: string;
}

/** Nano-USD a token: [input, output]. */
const PRICES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  'gpt-4o-mini-2024-07-18': [150n, 600n],
  'text-embedding-3-small': [20n, 10n],
  'claude-sonnet-4-5-20250929': [3_000n, 15_000n],
  'gpt-4o-2024-08-06': [2_500n, 10_000n],
};
const NANO_PER_CPU_S = 1_000_000n;
const NANO_PER_GB_S = 2_000_000n;

/** Round rates, so that every line is a whole number of nano-USD and a plain sum must agree to the last one. */
export const CHAOS_PIPELINES_YAML = `computeRates:
  cpuSecondUsd: '0.001'
  memoryGbSecondUsd: '0.002'
  source: chaos
`;
export const CHAOS_PRICES_YAML = `prices:
${Object.entries(PRICES)
  .map(
    ([
      model,
      [input, output],
    ]) => `  - provider: ${model.startsWith('claude') ? 'anthropic' : 'openai'}
    model: ${model}
    inputUsdPerMillion: '${usdPerMillion(input)}'
    outputUsdPerMillion: '${usdPerMillion(output)}'
    source: chaos
`,
  )
  .join('')}`;

const SPLIT_SHARE = 0.3;
const FAILED_SHARE = 0.3;
const TRACES_PER_BODY_MAX = 12;
const SPANS_PER_TRACE_MAX = 24;

export class ChaosLoad {
  readonly #random: () => number;
  readonly #nowNs: () => bigint;
  #bodies = 0;
  /** Second halves of split traces, for one of the next bodies. */
  #held: LoadSpan[] = [];

  constructor(random: () => number, nowNs: () => bigint) {
    this.#random = random;
    this.#nowNs = nowNs;
  }

  /** The next body. */
  next(): ChaosBody {
    const number = this.#bodies++;
    const run = number >> 3;
    const batch = `part-${run}`;
    const owner = {
      pipeline: `chaos-${run % 3}`,
      run: `run-${run}`,
      batch,
      unique: number.toString(16).padStart(8, '0'),
    };
    const spans: LoadSpan[] = [];
    const traces = this.#between(1, TRACES_PER_BODY_MAX);
    const held: LoadSpan[] = [];
    for (let i = 0; i < traces; i++) {
      const trace = makeTrace({
        random: this.#random,
        owner,
        spans: this.#between(2, SPANS_PER_TRACE_MAX),
        startNs: this.#nowNs(),
        failedShare: FAILED_SHARE,
      });
      if (this.#random() < SPLIT_SHARE) {
        // The root goes with a later body, as when a long step ends after its calls were exported.
        held.push(...trace.slice(0, 1));
        spans.push(...trace.slice(1));
      } else spans.push(...trace);
    }
    spans.push(...this.#held);
    this.#held = held;
    return bodyOf(spans);
  }

  /** What is still held back. */
  last(): ChaosBody {
    const spans = this.#held;
    this.#held = [];
    return bodyOf(spans);
  }

  #between(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }
}

function bodyOf(spans: readonly LoadSpan[]): ChaosBody {
  return { bytes: encodeBody(spans), spans: spans.map(sentSpan), acknowledged: false };
}

function sentSpan({
  traceId,
  spanId,
  batch,
  call,
  compute,
  attributes,
  failed,
}: LoadSpan): SentSpan {
  const computeNano = compute
    ? millis(compute.cpuS) * (NANO_PER_CPU_S / 1000n) +
      millis(compute.gbS) * (NANO_PER_GB_S / 1000n)
    : null;
  const [input, output] = (call && PRICES[call.model]) ?? [0n, 0n];
  const modelNano = call ? BigInt(call.input) * input + BigInt(call.output) * output : null;
  return {
    traceHi: traceId.readBigUInt64BE(0),
    traceLo: traceId.readBigUInt64BE(8),
    spanId: spanId.readBigUInt64BE(0),
    modelNano,
    // A step that says zero everywhere has no line.
    computeNano: computeNano === 0n ? null : computeNano,
    isAttempt: attributes.some(([key]) => key === 'pipeline.attempt.number'),
    wasteNano: failed ? (modelNano ?? 0n) : 0n,
    batch,
  };
}

/** Whole thousandths, as the load makes them. */
const millis = (amount: number): bigint => BigInt(Math.round(amount * 1000));

function usdPerMillion(nanoPerToken: bigint): string {
  const micro = nanoPerToken * 1_000_000n;
  return `${micro / 1_000_000_000n}.${String(micro % 1_000_000_000n).padStart(9, '0')}`;
}
