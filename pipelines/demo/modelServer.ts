import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { countTokens as countEmbeddingTokens } from 'gpt-tokenizer/encoding/cl100k_base';
import { decode, encode } from 'gpt-tokenizer/encoding/o200k_base';
import type { Classifier } from './bayes.js';
import type { Fault, FaultDial } from './faultDial.js';

export interface ModelServerOptions {
  embed: (texts: string[]) => Promise<number[][]>;
  classify: Classifier<'spam' | 'ham'>;
  dial: FaultDial;
  embeddingModel: string;
  /** All answered by the same classifier: they differ in price. */
  chatModels: readonly string[];
}

/**
 * A local server that speaks the part of OpenAI's HTTP API that the pipeline uses, with real models
 * behind it and real token counts in its answers:
 * `POST /v1/embeddings`, `POST /v1/chat/completions`, `GET /v1/models`, and for the demo
 * `GET` and `PUT /faults` (see FaultSettings). Errors are in OpenAI's form.
 * Source: https://platform.openai.com/docs/api-reference
 */
export function createModelServer(options: ModelServerOptions): Server {
  const { dial } = options;
  const routes: Record<string, Handler> = {
    'GET /v1/models': async () => ({
      object: 'list',
      data: [options.embeddingModel, ...options.chatModels].map((id) => ({ id, object: 'model' })),
    }),
    'GET /faults': async () => dial.settings(),
    'PUT /faults': async ({ body }) => {
      try {
        dial.set(body);
      } catch (error) {
        throw new ApiError(400, error instanceof Error ? error.message : String(error));
      }
      return dial.settings();
    },
    'POST /v1/embeddings': ({ body }) => embeddings(body, options),
    'POST /v1/chat/completions': ({ body, fault }) => chat(body, fault, options),
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const handler = routes[`${request.method} ${path}`];
    if (!handler) throw new ApiError(404, `no ${request.method} ${path}`);
    const body = request.method === 'GET' ? {} : await readBody(request);
    const key = String(request.headers['idempotency-key'] ?? randomUUID());
    const fault = path.startsWith('/v1/') ? dial.next({ path, key }) : null;
    const { slowMs, retryAfterS } = dial.settings();
    if (fault === 'rateLimited') throw new ApiError(429, 'too many requests', retryAfterS);
    if (fault === 'serverError') throw new ApiError(500, 'the server had an error');
    if (fault === 'slow') await sleep(slowMs);
    send(response, { status: 200, body: await handler({ body, fault }), cut: fault === 'cut' });
  };

  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const known = error instanceof ApiError ? error : new ApiError(500, String(error));
      send(response, {
        status: known.status,
        body: {
          error: { message: known.message, type: errorTypes[known.status] ?? 'server_error' },
        },
        ...(known.retryAfterS !== null && { retryAfterS: known.retryAfterS }),
      });
    });
  });
}

type Body = Record<string, unknown>;
type Handler = (request: { body: Body; fault: Fault | null }) => Promise<unknown>;

class ApiError extends Error {
  readonly status: number;
  readonly retryAfterS: number | null;

  constructor(status: number, message: string, retryAfterS: number | null = null) {
    super(message);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

const errorTypes: Record<number, string> = {
  400: 'invalid_request_error',
  404: 'invalid_request_error',
  413: 'invalid_request_error',
  429: 'rate_limit_error',
};

const inputsMax = 2048;
const inputTokensMax = 8192;
const bodyBytesMax = 8 * 1024 * 1024;
const plainText = { disallowedSpecial: new Set<string>() };

async function embeddings(body: Body, options: ModelServerOptions): Promise<unknown> {
  requireModel(body, [options.embeddingModel]);
  const texts = typeof body['input'] === 'string' ? [body['input']] : body['input'];
  if (!Array.isArray(texts) || texts.length === 0 || texts.length > inputsMax) {
    throw new ApiError(400, `input must be text or 1 to ${inputsMax} texts`);
  }
  if (!texts.every((text): text is string => typeof text === 'string' && text !== '')) {
    throw new ApiError(400, 'every input must be text and not empty');
  }
  const tokens = texts.map((text) => countEmbeddingTokens(text, plainText));
  if (tokens.some((count) => count > inputTokensMax)) {
    throw new ApiError(400, `an input has more than ${inputTokensMax} tokens`);
  }
  const vectors = await options.embed(texts);
  const isBase64 = body['encoding_format'] === 'base64';
  const total = tokens.reduce((sum, count) => sum + count, 0);
  return {
    id: `emb-${randomUUID()}`,
    object: 'list',
    model: options.embeddingModel,
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: isBase64 ? toBase64(vector) : vector,
    })),
    usage: { prompt_tokens: total, total_tokens: total },
  };
}

async function chat(
  body: Body,
  fault: Fault | null,
  options: ModelServerOptions,
): Promise<unknown> {
  const model = requireModel(body, options.chatModels);
  const messages = body['messages'];
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage)) {
    throw new ApiError(400, 'messages must be a list of { role, content }');
  }
  const question = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const { label, confidence } = options.classify(question);
  const whole = encode(JSON.stringify({ label, confidence: Number(confidence.toFixed(3)) }));
  const wanted = typeof body['max_tokens'] === 'number' ? body['max_tokens'] : whole.length;
  const given = whole.slice(0, fault === 'invalid' ? Math.min(wanted, 5) : wanted);
  // As OpenAI counts: 3 tokens a message and 3 for the start of the answer.
  const promptTokens = messages.reduce(
    (sum, { role, content }) => sum + 3 + encode(role).length + encode(content, plainText).length,
    3,
  );
  return {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: decode(given) },
        finish_reason: given.length < whole.length ? 'length' : 'stop',
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: given.length,
      total_tokens: promptTokens + given.length,
    },
  };
}

function requireModel(body: Body, models: readonly string[]): string {
  const model = models.find((each) => each === body['model']);
  if (model !== undefined) return model;
  throw new ApiError(404, `the model ${JSON.stringify(body['model'])} does not exist here`);
}

function isMessage(value: unknown): value is { role: string; content: string } {
  const { role, content } = (value ?? {}) as Record<string, unknown>;
  return typeof role === 'string' && typeof content === 'string';
}

function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((number, index) => bytes.writeFloatLE(number, index * 4));
  return bytes.toString('base64');
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > bodyBytesMax)
      throw new ApiError(413, `the body has more than ${bodyBytesMax} bytes`);
    parts.push(part);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    if (typeof body === 'object' && body !== null) return body as Body;
  } catch {
    // Answered below, as any other body that is no object.
  }
  throw new ApiError(400, 'the body must be a JSON object');
}

interface Reply {
  status: number;
  body: unknown;
  retryAfterS?: number;
  /** Breaks the connection half-way. */
  cut?: boolean;
}

function send(response: ServerResponse, { status, body, retryAfterS, cut = false }: Reply): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...(retryAfterS !== undefined && { 'retry-after': String(retryAfterS) }),
  });
  if (cut) response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  else response.end(bytes);
}
