/** Executions of runbooks on a test server: what people send, and what is asked back. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
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
import { loadRunbooks, type Runbooks } from '../../server/runbook/loadRunbooks.js';
import { alertsOf, operations } from './alerts.js';
import type { TestServer } from './testServer.js';

const runbookFolder = fileURLToPath(new URL('../server/data/runbooks', import.meta.url));

/**
 * Runbooks of eight steps, of which the fifth is that of Verify: RetryStorm by hand, TakeBackConfig by whether the
 * configuration is in force, CalmPipeline by the attempts of a pipeline as well.
 */
export const plainRunbooks = (): Promise<Runbooks> => loadRunbooks(runbookFolder);

/** The product's own runbooks, with the day on which each was last followed; null: never. */
export async function runbooksTested(dayOf: (name: string) => string | null): Promise<Runbooks> {
  const own = await loadRunbooks(fileURLToPath(new URL('../../runbooks', import.meta.url)));
  return new Map(
    [...own].map(([name, runbook]) => [
      name,
      { ...runbook, frontMatter: { ...runbook.frontMatter, tested: dayOf(name) } },
    ]),
  );
}

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

/** Raises a RetryStorm of each pipeline, with its incident. */
export async function storms(
  server: TestServer,
  pipelines: readonly string[],
): Promise<Map<string, AlertRow & { readonly incidentId: string }>> {
  const { nowNs: atNs } = server;
  const spans = pipelines.map((each) => operations(each, { atNs, count: 25, attempts: 2 }));
  await server.sendAtLast(spans.flat());
  const raised = new Map<string, AlertRow & { readonly incidentId: string }>();
  // Rules are asked a moment after each commit.
  while (pipelines.some((each) => !raised.has(each))) {
    for (const alert of await alertsOf(server, 'name=RetryStorm&state=firing&limit=500')) {
      const { subject, incidentId } = alert;
      if (incidentId !== null) raised.set(subject['pipeline'] ?? '', { ...alert, incidentId });
    }
    await sleep(20);
  }
  return raised;
}

/** The same of one pipeline. */
export async function storm(
  server: TestServer,
  pipeline: string,
): Promise<AlertRow & { readonly incidentId: string }> {
  const alert = (await storms(server, [pipeline])).get(pipeline);
  if (!alert) throw new Error('no alert');
  return alert;
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
