import { modelCall, retry } from '@burnbook/collectors';
import type { AttemptHandle, ModelCallHandle, RetryBudget } from '@burnbook/collectors';

export interface ModelClientOptions {
  /** Of an API in OpenAI's form, up to and with `/v1`. */
  baseUrl: string;
  /** As the bill names it; the price follows from provider and model. */
  provider: string;
  embeddingModel: string;
  chatModel: string;
  /** Sent as bearer token. */
  apiKey?: string;
  /** Retries after the first attempt. Default 4. */
  retries?: number;
  /** Base and limit of the wait between attempts. Defaults 500 and 30,000. */
  minTimeoutMs?: number;
  maxTimeoutMs?: number;
  /** One attempt's limit. Default 60,000. */
  attemptTimeoutMs?: number;
  /** How many retries all calls together may make; the collectors' 10 % when left out. */
  budget?: RetryBudget;
}

export interface CallOptions {
  signal: AbortSignal;
  /** The same in a resumed run, so that a provider can tell a call it has already served. */
  idempotencyKey: string;
}

export interface ModelClient {
  readonly provider: string;
  readonly embeddingModel: string;
  readonly chatModel: string;
  /** One vector a text, as base64 of little-endian float32. */
  embed: (texts: readonly string[], options: CallOptions) => Promise<string[]>;
  /** The answer to one system and one user message, as `read` understands it. */
  chat: <T>(request: ChatRequest<T>, options: CallOptions) => Promise<T>;
  /** So far: calls asked for, and attempts sent. */
  stats: () => { calls: number; attempts: number };
}

export interface ChatRequest<T> {
  system: string;
  user: string;
  outputTokensMax: number;
  /** Instead of the client's. */
  model?: string;
  /** Throws `InvalidOutput` when the answer is not what was asked for: the call is then retried. */
  read: (content: string) => T;
}

/** The model answered, and was paid, but the answer is of no use. */
export class InvalidOutput extends Error {
  override readonly name = 'InvalidOutput';
  /** Read by the collectors. */
  readonly errorClass = 'invalid_output';
}

/** The API said no. `status` and `headers` tell the collectors whether and when to retry. */
export class ModelHttpError extends Error {
  override readonly name = 'ModelHttpError';
  readonly status: number;
  readonly headers: Headers;

  constructor(response: Response, detail: string) {
    super(`HTTP ${response.status} from ${new URL(response.url).pathname}: ${detail}`);
    this.status = response.status;
    this.headers = response.headers;
  }
}

/** A client whose every attempt is retried, recorded and billed by the collectors. */
export function createModelClient(options: ModelClientOptions): ModelClient {
  const { provider, embeddingModel, chatModel, retries = 4, attemptTimeoutMs = 60_000 } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  if (!URL.canParse(baseUrl)) throw new TypeError(`baseUrl must be a URL, got ${options.baseUrl}`);
  const stats = { calls: 0, attempts: 0 };

  const retried = <T>(
    operation: string,
    { signal, idempotencyKey }: CallOptions,
    send: (attempt: AttemptHandle) => Promise<T>,
  ): Promise<T> => {
    stats.calls += 1;
    const { minTimeoutMs, maxTimeoutMs, budget } = options;
    return retry(
      (attempt) => {
        stats.attempts += 1;
        return send(attempt);
      },
      {
        operation,
        retries,
        attemptTimeoutMs,
        signal,
        idempotencyKey,
        ...(minTimeoutMs !== undefined && { minTimeoutMs }),
        ...(maxTimeoutMs !== undefined && { maxTimeoutMs }),
        ...(budget && { budget }),
      },
    );
  };

  const post = async (path: string, body: unknown, attempt: AttemptHandle): Promise<unknown> => {
    const response = await fetch(`${baseUrl}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': attempt.idempotencyKey,
        ...(options.apiKey !== undefined && { authorization: `Bearer ${options.apiKey}` }),
      },
      body: JSON.stringify(body),
      signal: attempt.signal,
    });
    if (!response.ok) {
      throw new ModelHttpError(response, (await response.text()).slice(0, 500));
    }
    return response.json();
  };

  return {
    provider,
    embeddingModel,
    chatModel,
    stats: () => ({ ...stats }),
    embed: (texts, callOptions) =>
      retried(`embed ${texts.length} texts`, callOptions, (attempt) =>
        modelCall({ provider, model: embeddingModel, operation: 'embeddings' }, async (call) => {
          const request = { model: embeddingModel, input: texts, encoding_format: 'base64' };
          const answer = (await post('/embeddings', request, attempt)) as EmbeddingAnswer;
          record(call, answer);
          const vectors = answer.data.sort((a, b) => a.index - b.index);
          if (vectors.length !== texts.length) {
            throw new InvalidOutput(`${vectors.length} vectors for ${texts.length} texts`);
          }
          return vectors.map(({ embedding }) => embedding);
        }),
      ),
    chat: ({ system, user, outputTokensMax, model = chatModel, read }, callOptions) =>
      retried('classify', callOptions, (attempt) =>
        modelCall({ provider, model, operation: 'chat' }, async (call) => {
          const request = {
            model,
            temperature: 0,
            max_tokens: outputTokensMax,
            response_format: { type: 'json_object' },
            messages: [
              { role: 'system', content: system },
              { role: 'user', content: user },
            ],
          };
          const answer = (await post('/chat/completions', request, attempt)) as ChatAnswer;
          record(call, answer);
          return read(answer.choices[0]?.message.content ?? '');
        }),
      ),
  };
}

interface Answer {
  id?: string;
  model: string;
  /** Not every server that speaks the form tells it: then the call is unpriced, and its answer of use all the same. */
  usage?: { prompt_tokens: number; completion_tokens?: number } | null;
}

interface EmbeddingAnswer extends Answer {
  data: { index: number; embedding: string }[];
}

interface ChatAnswer extends Answer {
  choices: { message: { content: string | null } }[];
}

/** Before anything can go wrong with the content: an answer is paid for, used or not. */
function record(call: ModelCallHandle, { id, model, usage }: Answer): void {
  if (usage) {
    call.usage({
      inputTokens: usage.prompt_tokens,
      ...(usage.completion_tokens !== undefined && { outputTokens: usage.completion_tokens }),
    });
  }
  call.response({ model, ...(id !== undefined && { id }) });
}
