/**
 * Every attribute key that Burnbook reads or writes on the wire, once.
 *
 * A *fact* is what a key means; several keys may mean the same fact. `ACCEPTED_KEYS` lists, per fact, the keys in
 * the order in which they win: the first present one counts. Own keys (`pipeline.*`, `quality.*`, `dataset.name`) exist only where OpenTelemetry
 * has no convention. Sources: OpenTelemetry semantic conventions (gen_ai.*, cicd.*, process.*), OpenInference,
 * OpenLLMetry (traceloop), the Vercel AI SDK, LiteLLM, Langfuse, Apache Airflow.
 */

/** The identity of work, from the widest to the narrowest level. */
export const LEVELS = ['pipeline', 'run', 'batch', 'step', 'attempt'] as const;
export type Level = (typeof LEVELS)[number];

/** Canonical keys, as the collectors write them. */
export const KEY = {
  pipelineName: 'pipeline.name',
  runId: 'pipeline.run.id',
  batchId: 'pipeline.batch.id',
  batchSize: 'pipeline.batch.size',
  partition: 'pipeline.partition',
  nominalTime: 'pipeline.nominal_time',
  stepName: 'pipeline.step.name',
  attemptNumber: 'pipeline.attempt.number',
  attemptOutcome: 'pipeline.attempt.outcome',
  attemptErrorClass: 'pipeline.attempt.error_class',
  attemptBackoffMs: 'pipeline.attempt.backoff_ms',
  /** On the last attempt of an operation that was not retried further: why. */
  attemptGaveUp: 'pipeline.attempt.gave_up',
  operationId: 'pipeline.operation.id',
  rowsIn: 'pipeline.rows.in',
  rowsOut: 'pipeline.rows.out',
  rowsFailed: 'pipeline.rows.failed',
  bytesIn: 'pipeline.bytes.in',
  bytesOut: 'pipeline.bytes.out',
  queueWaitMs: 'pipeline.queue_wait_ms',
  /** On a span of its own: what was checked of the data, and how it ended. */
  checkName: 'quality.check.name',
  checkOutcome: 'quality.check.outcome',
  checkRows: 'quality.check.rows',
  checkRowsFailed: 'quality.check.rows.failed',
  /** On the span of the work that wrote it. */
  datasetName: 'dataset.name',
  event: 'pipeline.event',
  runOutcome: 'pipeline.run.outcome',
  runKind: 'pipeline.run.kind',
  cpuUserS: 'process.cpu.time.user',
  cpuSystemS: 'process.cpu.time.system',
  memoryGbSeconds: 'process.memory.gb_seconds',
  memoryPeakBytes: 'process.memory.peak',
  diskReadBytes: 'process.disk.io.read',
  diskWriteBytes: 'process.disk.io.write',
  networkReceiveBytes: 'process.network.io.receive',
  networkTransmitBytes: 'process.network.io.transmit',
  gcDurationS: 'v8js.gc.duration',
  eventLoopUtilization: 'nodejs.eventloop.utilization',
  team: 'team',
  environment: 'deployment.environment.name',
  serviceName: 'service.name',
  serviceVersion: 'service.version',
  droppedSpans: 'burnbook.dropped_spans',
  genAiOperation: 'gen_ai.operation.name',
  genAiProvider: 'gen_ai.provider.name',
  genAiRequestModel: 'gen_ai.request.model',
  genAiResponseModel: 'gen_ai.response.model',
  genAiResponseId: 'gen_ai.response.id',
  genAiInputTokens: 'gen_ai.usage.input_tokens',
  genAiOutputTokens: 'gen_ai.usage.output_tokens',
  genAiCacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  genAiCacheWriteTokens: 'gen_ai.usage.cache_creation.input_tokens',
  genAiReasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  genAiServiceTier: 'gen_ai.request.service_tier',
  /** A hold of money that the span's cost is drawn from. */
  reservationId: 'burnbook.reservation.id',
} as const;

export const ATTEMPT_OUTCOMES = ['succeeded', 'failed', 'cancelled'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

export const ERROR_CLASSES = [
  'rate_limited',
  'timeout',
  'server',
  'network',
  'invalid_request',
  'invalid_output',
  'cancelled',
  'other',
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** `error`: the check itself could not be made. */
export const CHECK_OUTCOMES = ['passed', 'failed', 'error'] as const;
export type CheckOutcome = (typeof CHECK_OUTCOMES)[number];

export const RUN_OUTCOMES = ['succeeded', 'failed', 'cancelled'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

export const RUN_KINDS = ['scheduled', 'backfill', 'manual', 'gameday'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

const usage = (...names: string[]): string[] => names.map((name) => `gen_ai.usage.${name}`);

/** Fact → accepted keys, the first present one wins. */
export const ACCEPTED_KEYS = {
  pipeline: [KEY.pipelineName, 'cicd.pipeline.name', 'airflow.dag_id', 'prefect.flow.name'],
  run: [KEY.runId, 'cicd.pipeline.run.id', 'airflow.dag_run.run_id', 'prefect.run.id'],
  batch: [KEY.batchId],
  partition: [KEY.partition],
  nominalTime: [KEY.nominalTime],
  batchSize: [KEY.batchSize, 'messaging.batch.message_count'],
  step: [KEY.stepName, 'cicd.pipeline.task.name', 'airflow.task_id'],
  attempt: [KEY.attemptNumber, 'airflow.task_instance.try_number'],
  /** 0-based resends of HTTP, gRPC and the AWS SDK: attempt = count + 1, only where no ancestor has an attempt. */
  resendCount: ['http.request.resend_count', 'rpc.grpc.attempt_count', 'aws.request.retry_count'],
  attemptOutcome: [KEY.attemptOutcome],
  errorClass: [KEY.attemptErrorClass],
  backoffMs: [KEY.attemptBackoffMs],
  operationId: [KEY.operationId],
  rowsIn: [KEY.rowsIn],
  rowsOut: [KEY.rowsOut],
  rowsFailed: [KEY.rowsFailed],
  bytesIn: [KEY.bytesIn],
  bytesOut: [KEY.bytesOut],
  queueWaitMs: [KEY.queueWaitMs],
  checkName: [KEY.checkName],
  checkOutcome: [KEY.checkOutcome],
  checkRows: [KEY.checkRows],
  checkRowsFailed: [KEY.checkRowsFailed],
  dataset: [KEY.datasetName],
  event: [KEY.event],
  runOutcome: [KEY.runOutcome],
  runKind: [KEY.runKind],
  cpuUserS: [KEY.cpuUserS],
  cpuSystemS: [KEY.cpuSystemS],
  memoryGbSeconds: [KEY.memoryGbSeconds],
  memoryPeakBytes: [KEY.memoryPeakBytes],
  gcDurationS: [KEY.gcDurationS],
  eventLoopUtilization: [KEY.eventLoopUtilization],
  droppedSpans: [KEY.droppedSpans],
  team: [KEY.team],
  reservation: [KEY.reservationId],
  environment: [KEY.environment, 'deployment.environment'],
  serviceName: [KEY.serviceName],
  httpStatus: ['http.response.status_code', 'http.status_code'],
  errorType: ['error.type'],

  inputTokens: [
    ...usage('input_tokens', 'prompt_tokens'),
    'llm.usage.prompt_tokens',
    'llm.token_count.prompt',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'ai.usage.tokens',
    'gen_ai.response.prompt_tokens',
  ],
  outputTokens: [
    ...usage('output_tokens', 'completion_tokens'),
    'llm.usage.completion_tokens',
    'llm.token_count.completion',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
    'gen_ai.response.completion_tokens',
  ],
  totalTokens: [
    ...usage('total_tokens'),
    'llm.usage.total_tokens',
    'llm.token_count.total',
    'ai.usage.totalTokens',
  ],
  cacheReadTokens: [
    ...usage(
      'cache_read.input_tokens',
      'cache_read_input_tokens',
      'cache_read_tokens',
      'details.cache_read_tokens',
      'details.cache_read_input_tokens',
      'prompt_tokens_details.cache_read',
      'input_tokens.cached',
      'input_cached_tokens',
      'cached_input_tokens',
      'cached_tokens',
      'input_tokens_details.cached_tokens',
      'prompt_tokens_details.cached_tokens',
      'input_token_details.cache_read',
      'experimental.cached_tokens',
    ),
    'llm.token_count.prompt_details.cache_read',
    'llm.token_count.prompt_details.cache_input',
    'llm.usage.cache_read_input_tokens',
    'ai.usage.cachedInputTokens',
    'ai.usage.inputTokenDetails.cacheReadTokens',
  ],
  cacheWriteTokens: [
    ...usage(
      'cache_write.input_tokens',
      'cache_creation.input_tokens',
      'cache_creation_input_tokens',
      'cache_write_input_tokens',
      'cache_write_tokens',
      'details.cache_write_tokens',
      'details.cache_creation_input_tokens',
      'prompt_tokens_details.cache_write',
      'input_tokens.cache_write',
      'input_cache_creation',
      'cache_creation_tokens',
      'cache_create_input_tokens',
      'input_token_details.cache_creation',
    ),
    'llm.token_count.prompt_details.cache_write',
    'llm.token_count.prompt_details.cache_creation',
    'llm.usage.cache_creation_input_tokens',
    'ai.usage.inputTokenDetails.cacheWriteTokens',
  ],
  reasoningTokens: [
    ...usage(
      'reasoning.output_tokens',
      'reasoning_tokens',
      'details.reasoning_tokens',
      'output_tokens.reasoning',
      'completion_tokens_details.reasoning',
      'completion_tokens_details.reasoning_tokens',
      'output_tokens_details.reasoning_tokens',
      'output_token_details.reasoning',
      'details.thinking_tokens',
      'experimental.reasoning_tokens',
    ),
    'llm.usage.reasoning_tokens',
    'llm.token_count.completion_details.reasoning',
    'ai.usage.reasoningTokens',
    'ai.usage.outputTokenDetails.reasoningTokens',
  ],
  /** Where the cache writes are told by how long they are kept, these are their parts. */
  cacheWrite5mTokens: usage('cache_creation.ephemeral_5m_input_tokens'),
  cacheWrite1hTokens: usage('cache_creation.ephemeral_1h_input_tokens'),
  /** The rest of the input beside cached reads and writes: whoever tells it counts the input inclusively. */
  uncachedInputTokens: ['ai.usage.inputTokenDetails.noCacheTokens'],
  textInputTokens: usage('text.input_tokens'),
  textOutputTokens: usage('text.output_tokens'),
  textCacheReadTokens: usage('text.cache_read.input_tokens'),
  audioInputTokens: [
    ...usage('audio.input_tokens', 'audio_input_tokens', 'details.input_audio_tokens'),
    'llm.token_count.prompt_details.audio',
  ],
  audioOutputTokens: [
    ...usage('audio.output_tokens', 'audio_output_tokens', 'details.output_audio_tokens'),
    'llm.token_count.completion_details.audio',
  ],
  audioCacheReadTokens: usage('audio.cache_read.input_tokens', 'details.cache_audio_read_tokens'),
  imageInputTokens: usage('image.input_tokens'),
  imageOutputTokens: usage('image.output_tokens'),
  imageCacheReadTokens: usage('image.cache_read.input_tokens'),
  /** JSON of the Vercel AI SDK: 5-minute and 1-hour cache writes, service tier. */
  providerMetadata: ['ai.response.providerMetadata'],
  /** JSON of Logfire: the provider's own usage object, as it came. */
  rawUsage: usage('raw'),
  /** LangSmith: LangChain's parts of the input and of the output, as JSON or as Python shows a dictionary. */
  inputDetails: usage('input_token_details'),
  outputDetails: usage('output_token_details'),
  /** JSON of Langfuse; its input is exclusive of cached tokens. */
  usageDetails: ['langfuse.observation.usage_details'],
  reportedCostUsd: [
    ...usage('cost.amount', 'cost'),
    'operation.cost',
    'llm.cost.total',
    'gen_ai.cost.total_cost',
    'litellm.cost.total',
  ],
  /** ISO 4217, beside `gen_ai.usage.cost.amount`. No convention defines it; without it the cost is in US dollars. */
  reportedCurrency: usage('cost.currency', 'cost.unit'),
  costDetails: ['langfuse.observation.cost_details'],
  model: [
    KEY.genAiResponseModel,
    'ai.response.model',
    KEY.genAiRequestModel,
    'ai.model.id',
    'llm.response.model',
    'llm.model_name',
    'embedding.model_name',
    'reranker.model_name',
    'langfuse.observation.model.name',
    'llm.request.model',
  ],
  /** Kept apart from `model`: an unknown response model is priced by the requested one. */
  requestModel: [KEY.genAiRequestModel, 'ai.model.id', 'llm.request.model'],
  provider: [
    KEY.genAiProvider,
    'gen_ai.system',
    'llm.provider',
    'llm.system',
    'ai.model.provider',
    'llm.vendor',
  ],
  serviceTier: [
    'openai.response.service_tier',
    'openai.request.service_tier',
    'gen_ai.openai.response.service_tier',
    'gen_ai.response.service_tier',
    'gen_ai.openai.request.service_tier',
    KEY.genAiServiceTier,
  ],
  /** Seconds that the model's server worked on the call; else the span's duration stands in. */
  modelSeconds: ['gen_ai.server.request.duration'],
  /** Images made. */
  images: usage('output_images', 'images'),
  responseId: [KEY.genAiResponseId, 'ai.response.id'],
  genAiOperation: [
    KEY.genAiOperation,
    'openinference.span.kind',
    'llm.request.type',
    'traceloop.span.kind',
    'ai.operationId',
  ],
} as const satisfies Record<string, readonly string[]>;

export type Fact = keyof typeof ACCEPTED_KEYS;

/** A key that is promoted out of the attributes: what it means, and how early it wins among its synonyms. */
export interface PromotedKey {
  readonly key: string;
  readonly fact: Fact;
  readonly rank: number;
}

/**
 * All promoted (key, fact) pairs; the index in this array is the *key code* that decoders write. A key that serves two
 * facts (the requested model is also the last resort for the model) stands here once for each.
 */
export const PROMOTED_KEYS: readonly PromotedKey[] = Object.entries(ACCEPTED_KEYS).flatMap(
  ([fact, keys]) => keys.map((key, rank) => ({ key, fact: fact as Fact, rank })),
);

/** Key → its codes (nearly always one). */
export const PROMOTED_CODES: ReadonlyMap<string, readonly number[]> = (() => {
  const codes = new Map<string, number[]>();
  PROMOTED_KEYS.forEach(({ key }, code) => {
    const known = codes.get(key);
    if (known) known.push(code);
    else codes.set(key, [code]);
  });
  return codes;
})();

/** Free dimensions of cost: `tag.customer`, `tag.release`. */
export const TAG_PREFIX = 'tag.';
/** The code of every tag: its fact is the text `name`, U+001F, `value`. */
export const TAG_CODE = PROMOTED_KEYS.length;
const TAG_CODES: readonly number[] = [TAG_CODE];
const TAG_SEPARATOR = '\u001f';

/** The codes of a key; undefined when it is not promoted. */
export function codesOf(key: string): readonly number[] | undefined {
  if (key.startsWith(TAG_PREFIX) && key.length > TAG_PREFIX.length) return TAG_CODES;
  return PROMOTED_CODES.get(key);
}

/** The fact of a tag. */
export const tagFact = (key: string, value: string | number | boolean): string =>
  `${key.slice(TAG_PREFIX.length)}${TAG_SEPARATOR}${value}`;

/** Name and value of such a fact. */
export function tagOfFact(fact: string): readonly [name: string, value: string] {
  const at = fact.indexOf(TAG_SEPARATOR);
  return [fact.slice(0, at), fact.slice(at + 1)];
}

/** `gen_ai.operation.name` and its kin whose span sums up the calls below it: its usage is a repetition. */
const AGGREGATE_OPERATION =
  /^(?:(?:invoke|create)_agent|invoke_workflow|execute_tool|agent|chain|workflow|task|tool|ai\.(?:(?:generate|stream)(?:text|object)|embed|embedmany|rerank))$/;
/**
 * Those whose span is one call; LiteLLM writes `acompletion`, the Vercel AI SDK `ai.generateText.doGenerate`, Semantic
 * Kernel `text.completions`.
 */
const CALL_OPERATION =
  /^a?(?:chat|(?:chat|text)\.completions|(?:text_)?completion|generate_content|embeddings?|llm|rerank(?:er)?|(?:anthropic_)?messages|responses?|image_generation|transcription|speech)$|\.do[a-z]+$/;

/** In lower case. */
export const isAggregateOperation = (operation: string | null): boolean =>
  operation !== null && AGGREGATE_OPERATION.test(operation);
export const isCallOperation = (operation: string | null): boolean =>
  operation !== null && CALL_OPERATION.test(operation);
