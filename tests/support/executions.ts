/** Executions of runbooks on a test server: what people send, and what is asked back. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import {
  executionDetailSchema,
  executionEventNoticeSchema,
  incidentDetailSchema,
  problemSchema,
  type AlertRow,
  type Execution,
  type IncidentDetail,
  type NewExecutionEvent,
  type Problem,
} from '../../server/contract.js';
import { alertsBecome, operations } from './alerts.js';
import type { TestServer } from './testServer.js';

/** A person with a name at a server. */
export class Person {
  readonly name: string;
  readonly #server: TestServer;

  constructor(server: TestServer, name: string) {
    this.#server = server;
    this.name = name;
  }

  async start(runbook: string, body: object = {}): Promise<Execution> {
    return this.#ok(`/api/runbooks/${runbook}/executions`, body);
  }

  send(execution: string, ...events: NewExecutionEvent[]): Promise<Execution> {
    return this.#ok(`/api/executions/${execution}/events`, { events });
  }

  tick(execution: string, step: number): Promise<Execution> {
    return this.send(execution, did('tick', { step }));
  }

  finish(execution: string, body: object): Promise<Execution> {
    return this.#ok(`/api/executions/${execution}/finish`, body);
  }

  /** What the server says to what it refuses. */
  async refused(path: string, body: object): Promise<Problem> {
    const answer = await this.post(path, body);
    const problem = problemSchema.parse(await answer.json());
    expect(answer.status).toBe(problem.status);
    return problem;
  }

  post(path: string, body: object): Promise<Response> {
    return this.#server.fetch(path, {
      method: 'POST',
      headers: { 'burnbook-actor': this.name, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async #ok(path: string, body: object): Promise<Execution> {
    const answer = await this.post(path, body);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`POST ${path}: ${answer.status} ${text}`);
    return executionDetailSchema.parse(JSON.parse(text)).execution;
  }
}

export const did = (
  kind: NewExecutionEvent['kind'],
  more: Partial<NewExecutionEvent> = {},
): NewExecutionEvent => ({ id: randomUUID(), kind, ...more });

export const executionOf = async (server: TestServer, id: string): Promise<Execution> =>
  (await server.get(`/api/executions/${id}`, executionDetailSchema)).execution;

export const incidentOf = (server: TestServer, id: string): Promise<IncidentDetail> =>
  server.get(`/api/incidents/${id}`, incidentDetailSchema);

/** Raises a RetryStorm of a pipeline, with its incident. */
export async function storm(
  server: TestServer,
  pipeline: string,
): Promise<AlertRow & { readonly incidentId: string }> {
  const waste = operations(pipeline, { atNs: server.nowNs, count: 25, attempts: 2 });
  await server.sendAtLast(waste);
  const query = new URLSearchParams({ pipeline }).toString();
  const [alert] = await alertsBecome(server, query, [{ name: 'RetryStorm', state: 'firing' }]);
  if (!alert || alert.incidentId === null) throw new Error('no incident');
  return { ...alert, incidentId: alert.incidentId };
}

/** What the stream says of executions. */
export class ExecutionStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #heard = '';

  private constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  static async open(server: TestServer): Promise<ExecutionStream> {
    const { body } = await server.fetch('/api/events');
    if (!body) throw new Error('no stream');
    const stream = new ExecutionStream(body.getReader());
    while (!stream.#heard.includes(': connected')) await stream.#more();
    return stream;
  }

  /** Resolves with the next notice of an execution. */
  async next(id: string): Promise<void> {
    for (;;) {
      const found = /event: execution\ndata: (.*)\n\n/.exec(this.#heard);
      if (found) {
        this.#heard = this.#heard.slice(found.index + found[0].length);
        const notice = executionEventNoticeSchema.parse(JSON.parse(found[1] ?? ''));
        if (notice.executions.includes(id)) return;
        continue;
      }
      await this.#more();
    }
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#reader.read();
    if (done) throw new Error('the stream ended');
    this.#heard += new TextDecoder().decode(value);
  }
}
