/** Spans of one trace with fresh ids, for tests that tell a story. */
import { randomBytes } from 'node:crypto';
import type { Attributes, SpanSpec } from './spanSpec.js';

export interface MadeSpan {
  readonly name?: string;
  readonly parent?: SpanSpec | { readonly spanId: string };
  /** Milliseconds after the trace's beginning. */
  readonly atMs?: number;
  readonly lastsMs?: number;
  readonly failed?: boolean;
  readonly attributes?: Attributes;
}

export class TraceMaker {
  readonly traceId = randomBytes(16).toString('hex');
  readonly #startNs: bigint;
  readonly #resource: Attributes;
  readonly #common: Attributes;

  /** @param options.common attributes that every span carries. */
  constructor(options: { startNs: bigint; resource?: Attributes; common?: Attributes }) {
    this.#startNs = options.startNs;
    this.#resource = options.resource ?? { 'service.name': 'tests' };
    this.#common = options.common ?? {};
  }

  span(made: MadeSpan = {}): SpanSpec {
    const startNs = this.#startNs + BigInt(made.atMs ?? 0) * 1_000_000n;
    return {
      traceId: this.traceId,
      spanId: randomBytes(8).toString('hex'),
      parentSpanId: made.parent?.spanId ?? null,
      name: made.name ?? 'work',
      startNs,
      endNs: startNs + BigInt(made.lastsMs ?? 10) * 1_000_000n,
      failed: made.failed ?? false,
      attributes: { ...this.#common, ...made.attributes },
      resource: this.#resource,
    };
  }

  /** A span that is never sent: its children wait for their parent. */
  missing(): { readonly spanId: string } {
    return { spanId: randomBytes(8).toString('hex') };
  }
}

/** Attributes of a chat call. */
export function chat(
  model: string,
  tokens: { readonly input?: number; readonly output?: number },
  more: Attributes = {},
): Attributes {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'testai',
    'gen_ai.request.model': model,
    ...(tokens.input === undefined ? {} : { 'gen_ai.usage.input_tokens': tokens.input }),
    ...(tokens.output === undefined ? {} : { 'gen_ai.usage.output_tokens': tokens.output }),
    ...more,
  };
}
