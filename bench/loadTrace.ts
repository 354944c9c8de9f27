/**
 * Traces as a pipeline that calls models sends them: spans as plain objects, with what each costs beside it.
 *
 * A trace is one piece of a step's work: the step's span with the run, the batch and its compute at the top, HTTP and
 * database spans and about 10 % model calls below. About 3 % of the calls fail and are tried again; half of the failed
 * ones used tokens. Every span has 12 attributes.
 */
export interface LoadSpan {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly parentId: Buffer | null;
  readonly name: string;
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly failed: boolean;
  readonly attributes: readonly (readonly [key: string, value: string | number])[];
  /** The batch that it is work of, whether it says so itself or not. */
  readonly batch: string;
  /** What a model call used; null for other spans and for calls that used nothing. */
  readonly call: { readonly model: string; readonly input: number; readonly output: number } | null;
  /** Compute in seconds and GB-seconds; null where the span says nothing of it. */
  readonly compute: { readonly cpuS: number; readonly gbS: number } | null;
}

export interface TraceOwner {
  readonly pipeline: string;
  readonly run: string;
  readonly batch: string;
  /** Eight characters that make operation and response ids new. */
  readonly unique: string;
}

export interface TraceOptions {
  readonly random: () => number;
  readonly owner: TraceOwner;
  readonly spans: number;
  readonly startNs: bigint;
  /** Share of the calls whose first attempt fails. Default 0.03. */
  readonly failedShare?: number;
  /** Makes the trace's first span the run itself, with this outcome. */
  readonly runOutcome?: 'succeeded' | 'failed';
}

export const LOAD_MODELS = [
  ['openai', 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18'],
  ['openai', 'text-embedding-3-small', 'text-embedding-3-small'],
  ['anthropic', 'claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'],
  ['openai', 'gpt-4o', 'gpt-4o-2024-08-06'],
] as const;

const STEPS = ['parse', 'quality-gate', 'mask-pii', 'embed', 'classify', 'publish'] as const;
const HOSTS = ['api.internal', 'features.internal', 'vectors.internal', 'auth.internal'] as const;
const METHODS = ['GET', 'POST', 'PUT'] as const;
const TABLES = ['documents', 'chunks', 'labels', 'features', 'runs'] as const;
const CALLS_SHARE = 0.104;
const FAILED_SHARE = 0.03;
const STATUS_KIND = { internal: 1, client: 3 } as const;

type Attributes = [string, string | number][];
type What = Pick<LoadSpan, 'name' | 'kind' | 'failed' | 'call' | 'compute' | 'attributes'>;

/** The spans of one trace, the first one on top, children after their parents. */
export function makeTrace(options: TraceOptions): LoadSpan[] {
  const { random, startNs } = options;
  const dice = new Dice(random);
  const traceId = dice.bytes(16);
  const spans: LoadSpan[] = [];
  const add = (what: What, parent: LoadSpan | undefined): LoadSpan => {
    const begin = spans.length === 0 ? 0 : dice.below(700_000_000);
    const length = spans.length === 0 ? 900_000_000 : dice.below(180_000_000) + 20_000;
    const span: LoadSpan = {
      traceId,
      spanId: dice.bytes(8),
      parentId: parent?.spanId ?? null,
      startNs: startNs + BigInt(begin),
      endNs: startNs + BigInt(begin + length),
      batch: options.owner.batch,
      ...what,
    };
    spans.push(span);
    return span;
  };
  const top = add(options.runOutcome ? runSpan(dice, options) : stepSpan(dice, options), undefined);
  let parent = top;
  while (spans.length < options.spans) {
    const room = options.spans - spans.length;
    if (room >= 2 && random() < CALLS_SHARE * (options.failedShare ?? FAILED_SHARE)) {
      const operation = dice.hex(8);
      add(callSpan(dice, { ...options, operation, attempt: 1, fails: true }), top);
      add(callSpan(dice, { ...options, operation, attempt: 2, fails: false }), top);
    } else if (random() < CALLS_SHARE) {
      add(callSpan(dice, { ...options, operation: dice.hex(8), attempt: 1, fails: false }), top);
    } else {
      const span = add(random() < 0.25 ? databaseSpan(dice) : httpSpan(dice), parent);
      // A request now and then has spans of its own below it.
      parent = random() < 0.2 ? span : top;
    }
  }
  return spans;
}

function runSpan(dice: Dice, { owner, runOutcome = 'succeeded' }: TraceOptions): What {
  return {
    name: `run ${owner.pipeline}`,
    kind: STATUS_KIND.internal,
    failed: runOutcome === 'failed',
    call: null,
    compute: null,
    attributes: [
      ['pipeline.name', owner.pipeline],
      ['pipeline.run.id', owner.run],
      ['pipeline.batch.id', owner.batch],
      ['pipeline.run.kind', 'scheduled'],
      ['pipeline.run.outcome', runOutcome],
      ['pipeline.batch.size', dice.below(1000)],
      ['pipeline.rows.in', dice.below(1000)],
      ['pipeline.rows.out', dice.below(1000)],
      ['host.name', `worker-${dice.below(8)}`],
      ['process.pid', 1000 + dice.below(64)],
      ['thread.name', 'main'],
      ['code.function.name', 'runPipeline'],
    ],
  };
}

function stepSpan(dice: Dice, { owner }: TraceOptions): What {
  const step = dice.of(STEPS);
  const userS = dice.below(4000) / 1000;
  const systemS = dice.below(400) / 1000;
  const gbS = dice.below(900) / 1000;
  return {
    name: `step ${step}`,
    kind: STATUS_KIND.internal,
    failed: false,
    call: null,
    compute: { cpuS: userS + systemS, gbS },
    attributes: [
      ['pipeline.name', owner.pipeline],
      ['pipeline.run.id', owner.run],
      ['pipeline.batch.id', owner.batch],
      ['pipeline.step.name', step],
      ['pipeline.rows.in', dice.below(1000)],
      ['pipeline.rows.out', dice.below(1000)],
      ['process.cpu.time.user', userS],
      ['process.cpu.time.system', systemS],
      ['process.memory.gb_seconds', gbS],
      ['process.memory.peak', 200_000_000 + dice.below(1e8)],
      ['host.name', `worker-${dice.below(8)}`],
      ['code.function.name', `${step}Step`],
    ],
  };
}

function callSpan(
  dice: Dice,
  options: TraceOptions & { operation: string; attempt: number; fails: boolean },
): What {
  const { owner, operation, attempt, fails } = options;
  const [provider, model, answered] = dice.of(LOAD_MODELS);
  const isRefused = fails && dice.below(2) === 0;
  const input = dice.below(8000) + 1;
  const output = dice.below(800) + 1;
  const attributes: Attributes = [
    ['pipeline.attempt.number', attempt],
    ['pipeline.operation.id', `op-${owner.unique}${operation}`],
    ['pipeline.attempt.outcome', fails ? 'failed' : 'succeeded'],
    ['gen_ai.operation.name', 'chat'],
    ['gen_ai.provider.name', provider],
    ['gen_ai.request.model', model],
  ];
  if (isRefused) {
    attributes.push(
      ['pipeline.attempt.error_class', 'rate_limited'],
      ['pipeline.attempt.backoff_ms', dice.below(2000)],
      ['error.type', '429'],
      ['http.response.status_code', 429],
      ['server.address', `${provider}.internal`],
      ['server.port', 443],
    );
  } else {
    attributes.push(
      ['gen_ai.response.model', answered],
      ['gen_ai.response.id', `resp-${owner.unique}${dice.hex(8)}`],
      ['gen_ai.usage.input_tokens', input],
      ['gen_ai.usage.output_tokens', output],
      ['server.address', `${provider}.internal`],
      fails
        ? ['pipeline.attempt.error_class', 'invalid_output']
        : ['gen_ai.request.temperature', dice.below(10) / 10],
    );
  }
  return {
    name: `chat ${model}`,
    kind: STATUS_KIND.client,
    failed: fails,
    call: isRefused ? null : { model: answered, input, output },
    compute: null,
    attributes,
  };
}

function databaseSpan(dice: Dice): What {
  const table = dice.of(TABLES);
  return plain(`SELECT ${table}`, [
    ['db.system.name', 'postgresql'],
    ['db.namespace', 'features'],
    ['db.collection.name', table],
    ['db.operation.name', 'SELECT'],
    ['db.query.summary', `SELECT ${table}`],
    ['db.response.returned_rows', dice.below(500)],
    ['server.address', 'db.internal'],
    ['server.port', 5432],
    ['thread.id', dice.below(8)],
    ['thread.name', `pool-${dice.below(8)}`],
    ['code.function.name', 'fetchRows'],
    ['code.file.path', '/app/src/store/fetchRows.ts'],
  ]);
}

function httpSpan(dice: Dice): What {
  const host = dice.of(HOSTS);
  const method = dice.of(METHODS);
  return plain(method, [
    ['http.request.method', method],
    ['http.response.status_code', dice.below(50) === 0 ? 503 : 200],
    ['url.full', `https://${host}/v1/items/${dice.below(100_000)}`],
    ['server.address', host],
    ['server.port', 443],
    ['network.protocol.version', '1.1'],
    ['network.peer.address', `10.0.${dice.below(4)}.${dice.below(250)}`],
    ['user_agent.original', 'mail-features/1.4.2'],
    ['thread.id', dice.below(8)],
    ['thread.name', `pool-${dice.below(8)}`],
    ['code.function.name', 'request'],
    ['code.line.number', 40 + dice.below(200)],
  ]);
}

const plain = (name: string, attributes: Attributes): What => ({
  name,
  kind: STATUS_KIND.client,
  failed: false,
  call: null,
  compute: null,
  attributes,
});

/** What the load draws from its random numbers. */
class Dice {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Never all zeroes. */
  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at += 4) bytes.writeUInt32BE(this.below(0xffffffff) + 1, at);
    return bytes;
  }

  hex(length: number): string {
    return this.below(0xffffffff).toString(16).padStart(length, '0').slice(0, length);
  }
}

/** A small seeded generator of numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
