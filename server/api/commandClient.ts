/** How a command of the program asks a running server. */
import type { z } from 'zod';
import { problemSchema } from '../contract.js';

/** Bad usage, a refusal of the server's, or a server that is not there; the message says which. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export interface CommandClientOptions {
  readonly url: string;
  readonly token: string | null;
  /** Who does it. */
  readonly actor: string;
}

export class CommandClient {
  readonly #o: CommandClientOptions;

  constructor(options: CommandClientOptions) {
    this.#o = options;
  }

  /** @throws CommandError */
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
    return this.#ask(path, schema, { method: 'GET', headers: this.#headers() });
  }

  /** @throws CommandError */
  post<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    body?: object,
  ): Promise<z.infer<Schema>> {
    const headers = this.#headers();
    return this.#ask(path, schema, {
      method: 'POST',
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async #ask<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    init: RequestInit,
  ): Promise<z.infer<Schema>> {
    const { url } = this.#o;
    let answer: Response;
    try {
      answer = await fetch(new URL(path, url), init);
    } catch (error) {
      const { cause, message } = error as Error;
      const why = cause instanceof Error ? cause.message : message;
      throw new CommandError(`no Burnbook answers at ${url}: ${why}`);
    }
    const body: unknown = await answer.json().catch(() => null);
    if (answer.ok) {
      const read = schema.safeParse(body);
      if (read.success) return read.data;
      throw new CommandError(`${url} is no Burnbook of this version`);
    }
    const problem = problemSchema.safeParse(body);
    throw new CommandError(
      problem.success ? (problem.data.detail ?? problem.data.title) : `${url}: ${answer.status}`,
    );
  }

  #headers(): Record<string, string> {
    const { token, actor } = this.#o;
    return {
      'burnbook-actor': encodeURIComponent(actor),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
  }
}
